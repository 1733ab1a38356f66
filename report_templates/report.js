(function(){
"use strict";
var root=document.documentElement,button=document.getElementById("theme"),panel=document.getElementById("panel");
if(button){button.hidden=false;var dark=function(){return root.dataset.theme?root.dataset.theme==="dark":matchMedia("(prefers-color-scheme: dark)").matches};
var label=function(){button.textContent=dark()?"Light":"Dark"};label();
button.addEventListener("click",function(){root.dataset.theme=dark()?"light":"dark";label()})}
function show(id){var piece=document.getElementById(id);if(!piece||!piece.classList.contains("piece"))return false;
panel.querySelector("h2").textContent=piece.querySelector("summary").textContent;panel.querySelector("pre").textContent=piece.querySelector("pre").textContent;panel.hidden=false;return true}
document.addEventListener("click",function(event){var cite=event.target.closest?event.target.closest("a.cite"):null;if(cite&&show(cite.getAttribute("href").slice(1))){event.preventDefault();history.replaceState(null,"",cite.getAttribute("href"))}});
document.getElementById("close").addEventListener("click",function(){panel.hidden=true});
document.addEventListener("keydown",function(event){if(event.key==="Escape")panel.hidden=true});
function filter(input,table){input=document.getElementById(input);table=document.getElementById(table);if(!input||!table)return;
input.addEventListener("input",function(){var words=input.value.toLowerCase().split(/\s+/).filter(Boolean);
Array.prototype.forEach.call(table.tBodies[0].rows,function(row){var text=row.textContent.toLowerCase();row.hidden=!words.every(function(word){return text.indexOf(word)>=0})})})}
filter("filter","events");filter("search","messages");
Array.prototype.forEach.call(document.querySelectorAll("table.rows th"),function(head){head.style.cursor="pointer";head.addEventListener("click",function(){
var table=head.closest("table"),index=Array.prototype.indexOf.call(head.parentNode.children,head),body=table.tBodies[0],rows=Array.prototype.slice.call(body.rows),down=head.dataset.down!=="1";head.dataset.down=down?"1":"0";
var key=function(row){var text=row.cells[index].textContent.trim(),number=parseFloat(text.replace(/[\u202f,]/g,""));return /^[-\d.]/.test(text)&&!isNaN(number)&&!/:/.test(text)?number:text};
rows.sort(function(a,b){a=key(a);b=key(b);return (a>b?1:a<b?-1:0)*(down?1:-1)});rows.forEach(function(row){body.appendChild(row)})})});
if(location.hash)show(location.hash.slice(1));
})();
