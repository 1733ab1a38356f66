(function () {
  "use strict";
  // Review mode: decide on claims, set the verdict, add lessons and sections; the result is a review.yaml to save beside the report.
  var shared = window.forensics, all = shared.all, make = shared.make;
  var said = shared.data.review || {};
  var state = {
    claims: JSON.parse(JSON.stringify(said.edits || {})), verdict: Object.assign({}, said.verdict || {}),
    lessons: Object.assign({ well: [], poorly: [], lucky: [] }, said.lessons || {}), sections: (said.sections || []).slice()
  };
  var button = document.getElementById("edit"), on = false, changed = false;
  var quote = function (text) { return JSON.stringify(String(text)); };
  var yaml = function () {
    var lines = ["# Edits by people. Keep this file beside report.json: analyze and render lay it over the report."];
    var pairs = function (indent, row) {
      Object.keys(row).sort().forEach(function (key) { if (row[key]) lines.push(indent + key + ": " + quote(row[key])); });
    };
    var claims = Object.keys(state.claims).sort().filter(function (claim) { return Object.keys(state.claims[claim]).some(function (key) { return state.claims[claim][key]; }); });
    if (claims.length) lines.push("claims:");
    claims.forEach(function (claim) { lines.push("  " + quote(claim) + ":"); pairs("    ", state.claims[claim]); });
    if (Object.keys(state.verdict).some(function (key) { return state.verdict[key]; })) { lines.push("verdict:"); pairs("  ", state.verdict); }
    if (["well", "poorly", "lucky"].some(function (name) { return state.lessons[name].length; })) {
      lines.push("lessons:");
      ["well", "poorly", "lucky"].forEach(function (name) {
        if (state.lessons[name].length) lines.push("  " + name + ":");
        state.lessons[name].forEach(function (text) { lines.push("    - " + quote(text)); });
      });
    }
    if (state.sections.length) lines.push("sections:");
    state.sections.forEach(function (each) { lines.push("  - title: " + quote(each.title || "")); lines.push("    text: " + quote(each.text || "")); });
    return lines.join("\n") + "\n";
  };
  window.forensics.review = yaml;
  var bar = null;
  var count = function () {
    changed = true;
    var n = Object.keys(state.claims).length;
    bar.querySelector(".count").textContent = n + (n === 1 ? " claim" : " claims");
  };
  var field = function (name, value, set, rows) {
    var box = make("label", {}, name);
    var input = make(rows ? "textarea" : "input", rows ? { rows: rows } : { type: "text" });
    input.value = value || "";
    input.addEventListener("input", function () { set(input.value.trim()); count(); });
    box.appendChild(input);
    return box;
  };
  var controls = function (target) {
    var claim = target.dataset.claim;
    var place = target.tagName === "TR" ? target.cells[target.cells.length - 1] : target;
    var box = make("div", { class: "decide" });
    var edit = function () { return state.claims[claim] = state.claims[claim] || {}; };
    ["accept", "reject"].forEach(function (decision) {
      var each = make("button", { type: "button", "aria-pressed": (state.claims[claim] || {}).decision === decision ? "true" : "false" }, decision === "accept" ? "Accept" : "Reject");
      each.addEventListener("click", function () {
        var now = edit().decision === decision ? "" : decision;
        edit().decision = now;
        all("button", box).slice(0, 2).forEach(function (other) { other.setAttribute("aria-pressed", "false"); });
        each.setAttribute("aria-pressed", now ? "true" : "false");
        count();
      });
      box.appendChild(each);
    });
    var more = make("details", {});
    more.appendChild(make("summary", {}, "Reword"));
    more.appendChild(field("Words", (state.claims[claim] || {}).text, function (value) { edit().text = value; }, 2));
    more.appendChild(field("Note", (state.claims[claim] || {}).note, function (value) { edit().note = value; }));
    if (target.closest("table.actions")) {
      more.appendChild(field("Owner", (state.claims[claim] || {}).owner, function (value) { edit().owner = value; }));
      more.appendChild(field("Due", (state.claims[claim] || {}).due, function (value) { edit().due = value; }));
    }
    box.appendChild(more);
    place.appendChild(box);
  };
  var whole = function () {
    bar = make("section", { id: "reviewing", "aria-label": "Review" });
    bar.appendChild(make("h2", {}, "Your review"));
    var status = make("select", {});
    [["", "as the machine says"], ["identified", "identified"], ["probable", "probable"], ["inconclusive", "inconclusive"], ["no_incident", "no incident"]].forEach(function (each) {
      status.appendChild(make("option", { value: each[0] }, each[1]));
    });
    status.value = state.verdict.status || "";
    status.addEventListener("change", function () { state.verdict.status = status.value; count(); });
    var box = make("label", {}, "Verdict");
    box.appendChild(status);
    bar.appendChild(box);
    bar.appendChild(field("Failed first", state.verdict.component, function (value) { state.verdict.component = value; }));
    bar.appendChild(field("Summary", state.verdict.summary, function (value) { state.verdict.summary = value; }, 2));
    bar.appendChild(field("Your name or role", state.verdict.by, function (value) { state.verdict.by = value; }));
    [["well", "Went well, one a line"], ["poorly", "Went poorly, one a line"], ["lucky", "Got lucky, one a line"]].forEach(function (each) {
      bar.appendChild(field(each[1], state.lessons[each[0]].join("\n"), function (value) {
        state.lessons[each[0]] = value.split("\n").map(function (line) { return line.trim(); }).filter(Boolean);
      }, 2));
    });
    var first = state.sections[0] || {};
    var note = function (key) { return function (value) { state.sections[0] = state.sections[0] || {}; state.sections[0][key] = value; }; };
    bar.appendChild(field("Section of your own: title", first.title, note("title")));
    bar.appendChild(field("Its text", first.text, note("text"), 3));
    var save = make("button", { type: "button", class: "save" }, "Download review.yaml");
    save.addEventListener("click", function () {
      var link = make("a", { download: "review.yaml", href: URL.createObjectURL(new Blob([yaml()], { type: "text/yaml" })) });
      document.body.appendChild(link);
      link.click();
      link.remove();
      changed = false;
      shared.tell("Save it beside report.json, then run forensics render");
    });
    var foot = make("p", {});
    foot.appendChild(save);
    foot.appendChild(make("span", { class: "count note" }, Object.keys(state.claims).length + " claims"));
    bar.appendChild(foot);
    document.getElementById("main").insertBefore(bar, document.getElementById("main").firstChild);
  };
  button.addEventListener("click", function () {
    on = !on;
    button.setAttribute("aria-pressed", on ? "true" : "false");
    if (on) { whole(); all("main [data-claim]").forEach(controls); bar.scrollIntoView(); }
    else { all(".decide").forEach(function (each) { each.remove(); }); bar.remove(); }
  });
  addEventListener("beforeunload", function (event) { if (changed) event.preventDefault(); });
})();
