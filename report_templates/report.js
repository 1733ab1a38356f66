(function () {
  "use strict";
  var root = document.documentElement;
  var data = JSON.parse(document.getElementById("data").textContent);
  var panel = document.getElementById("panel");
  var live = document.getElementById("live");
  var all = function (query, from) { return Array.prototype.slice.call((from || document).querySelectorAll(query)); };
  var make = function (tag, attributes, text) {
    var made = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) { made.setAttribute(name, attributes[name]); });
    if (text !== undefined) made.textContent = text;
    return made;
  };
  var tell = function (text) {
    live.textContent = text;
    clearTimeout(tell.timer);
    tell.timer = setTimeout(function () { live.textContent = ""; }, 2200);
  };
  window.forensics = { data: data, all: all, make: make, tell: tell };

  // Theme: what the system says until the reader chooses.
  var dark = function () {
    return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  };
  var theme = document.getElementById("theme");
  var label = function () { theme.textContent = dark() ? "Light" : "Dark"; };
  var turn = function () {
    root.dataset.theme = dark() ? "light" : "dark";
    label();
    all("figure.zoomed").forEach(function (figure) { figure.redraw(); });
  };
  all(".knobs").forEach(function (each) { each.hidden = false; });
  theme.addEventListener("click", turn);
  label();

  // Evidence: the lines behind a raised number, with those around them.
  var pieces = all(".piece").map(function (each) { return each.id; });
  var shown = "";
  var returnTo = null;
  var show = function (id) {
    var piece = document.getElementById(id);
    if (!piece || !piece.classList.contains("piece")) return false;
    panel.querySelector("h2").textContent = piece.querySelector("summary").textContent.trim();
    var body = panel.querySelector(".body");
    body.textContent = "";
    all("pre, .note", piece).forEach(function (each) { body.appendChild(each.cloneNode(true)); });
    panel.hidden = false;
    shown = id;
    return true;
  };
  var close = function () {
    panel.hidden = true;
    if (returnTo) returnTo.focus();
    returnTo = null;
  };
  document.addEventListener("click", function (event) {
    var cite = event.target.closest ? event.target.closest("a.cite") : null;
    if (cite && show(cite.getAttribute("href").slice(1))) {
      event.preventDefault();
      returnTo = cite;
      history.replaceState(null, "", cite.getAttribute("href"));
      document.getElementById("close").focus();
    }
  });
  document.getElementById("close").addEventListener("click", close);

  // Filters: every word must stand in the row; the timeline also knows a stretch of time and key events.
  var range = null;
  var keyed = document.getElementById("keyed");
  var filters = [];
  var filter = function (input, table, also) {
    input = document.getElementById(input);
    table = document.getElementById(table);
    if (!input || !table) return;
    var apply = function () {
      var words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      var left = 0;
      Array.prototype.forEach.call(table.tBodies[0].rows, function (row) {
        var text = row.textContent.toLowerCase();
        row.hidden = !(words.every(function (word) { return text.indexOf(word) >= 0; }) && (!also || also(row)));
        left += row.hidden ? 0 : 1;
      });
      if (words.length) live.textContent = left + " of " + table.tBodies[0].rows.length + " rows";
      else live.textContent = "";
    };
    input.addEventListener("input", apply);
    filters.push(apply);
  };
  filter("filter", "events", function (row) {
    var time = Date.parse(row.dataset.time);
    if (range && (time < range[0] || time > range[1])) return false;
    return !keyed || keyed.getAttribute("aria-pressed") !== "true" || row.classList.contains("key");
  });
  filter("search", "messages");
  var refilter = function () { filters.forEach(function (each) { each(); }); };
  if (keyed) {
    keyed.hidden = false;
    keyed.addEventListener("click", function () {
      keyed.setAttribute("aria-pressed", keyed.getAttribute("aria-pressed") === "true" ? "false" : "true");
      refilter();
    });
  }

  // The timeline zooms to the stretch that is dragged over; a click on a mark leads to its row.
  all("svg.strip").forEach(function (svg) {
    var from = Number(svg.dataset.start), to = Number(svg.dataset.end);
    var left = Number(svg.dataset.left), right = Number(svg.dataset.right);
    var marks = all("[data-at]", svg).map(function (mark) {
      return { mark: mark, time: Date.parse(mark.dataset.at), x: Number(mark.dataset.x) };
    });
    var brush = document.createElementNS(svg.namespaceURI, "rect");
    brush.setAttribute("class", "c-usual");
    brush.setAttribute("y", 6);
    brush.setAttribute("height", Math.max(svg.viewBox.baseVal.height - 32, 0));
    brush.style.display = "none";
    svg.appendChild(brush);
    var start = null;
    var at = function (event) {
      var box = svg.getBoundingClientRect();
      var x = (event.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
      return Math.min(Math.max(x, left), right);
    };
    var current = [from, to];
    var zoom = function (first, last) {
      current = [first, last];
      var whole = first === from && last === to;
      marks.forEach(function (each) {
        var x = left + (each.time - first) / (last - first) * (right - left);
        each.mark.setAttribute("transform", "translate(" + (x - each.x).toFixed(1) + " 0)");
        each.mark.style.display = x < left - 1 || x > right + 1 ? "none" : "";
      });
      all(".c-loosetext, .c-loosetick", svg).forEach(function (text) { text.style.display = whole ? "" : "none"; });
      all(".c-zoomtick", svg).forEach(function (text) { text.remove(); });
      var band = svg.querySelector(".c-band");
      var a = left + (Number(svg.dataset.from) - first) / (last - first) * (right - left);
      var b = left + (Number(svg.dataset.to) - first) / (last - first) * (right - left);
      a = Math.min(Math.max(a, left), right); b = Math.min(Math.max(b, left), right);
      band.setAttribute("x", a); band.setAttribute("width", Math.max(b - a, 0.5));
      if (!whole) for (var n = 0; n < 5; n++) {
        var text = document.createElementNS(svg.namespaceURI, "text");
        text.setAttribute("class", "c-tick c-zoomtick");
        text.setAttribute("x", left + n * (right - left) / 4);
        text.setAttribute("y", svg.viewBox.baseVal.height - 7);
        text.setAttribute("text-anchor", n === 0 ? "start" : n === 4 ? "end" : "middle");
        text.textContent = new Date(first + n * (last - first) / 4).toISOString().slice(11, 19);
        svg.appendChild(text);
      }
      range = whole ? null : [first, last];
      reset.hidden = whole;
      refilter();
    };
    var reset = make("button", { type: "button", class: "plain reset" }, "Whole timeline");
    reset.hidden = true;
    reset.addEventListener("click", function () { zoom(from, to); });
    svg.parentNode.appendChild(reset);
    svg.style.touchAction = "pan-y";
    svg.addEventListener("pointerdown", function (event) { start = at(event); });
    svg.addEventListener("pointermove", function (event) {
      if (start === null) return;
      var x = at(event);
      brush.style.display = "";
      brush.setAttribute("x", Math.min(start, x));
      brush.setAttribute("width", Math.abs(x - start));
    });
    addEventListener("pointerup", function (event) {
      if (start === null) return;
      var a = Math.min(start, at(event)), b = Math.max(start, at(event));
      start = null;
      brush.style.display = "none";
      if (b - a < 6) {
        var mark = event.target.closest ? event.target.closest("[data-at]") : null;
        var row = mark && all("#events tr[data-time]").filter(function (each) {
          return Date.parse(each.dataset.time) === Date.parse(mark.dataset.at) && !each.hidden;
        })[0];
        if (row) location.hash = row.id;
        return;
      }
      var span = current[1] - current[0];
      zoom(current[0] + (a - left) / (right - left) * span, current[0] + (b - left) / (right - left) * span);
    });
    svg.addEventListener("dblclick", function () { zoom(from, to); });
  });

  // Tables sort by the column whose head is pressed; rows keep their order among equals.
  all("table.rows").forEach(function (table) {
    var heads = table.tHead ? all("th", table.tHead) : [];
    heads.forEach(function (head, index) {
      var name = head.textContent;
      Array.prototype.forEach.call(table.tBodies[0].rows, function (row) {
        var cell = row.cells[index];
        if (cell && cell.classList.contains("num")) cell.dataset.label = name;
      });
      var button = make("button", { type: "button", class: "sort" }, name);
      head.textContent = "";
      head.appendChild(button);
      button.addEventListener("click", function () {
        var down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach(function (each) { each.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        var key = function (row) {
          var text = row.cells[index] ? row.cells[index].textContent.trim() : "";
          var number = parseFloat(text.replace(/[\u202f,×%]/g, ""));
          return /^[-\d.]/.test(text) && !isNaN(number) && !/[:-]\d/.test(text) ? number : text.toLowerCase();
        };
        var rows = Array.prototype.slice.call(table.tBodies[0].rows).map(function (row, n) { return [key(row), n, row]; });
        rows.sort(function (a, b) {
          var order = typeof a[0] === typeof b[0] ? (a[0] > b[0] ? 1 : a[0] < b[0] ? -1 : 0) : typeof a[0] === "number" ? -1 : 1;
          return order ? (down ? -order : order) : a[1] - b[1];
        });
        rows.forEach(function (each) { table.tBodies[0].appendChild(each[2]); });
      });
    });
  });

  // The causal graph: a component lights up what reached it and what it reached.
  all("svg.graph").forEach(function (svg) {
    var links = all("[data-from]", svg);
    var walk = function (name, near, far) {
      var found = {}, waiting = [name];
      found[name] = true;
      while (waiting.length) {
        var here = waiting.pop();
        links.forEach(function (link) {
          if (link.dataset[near] === here && !found[link.dataset[far]]) {
            found[link.dataset[far]] = true;
            waiting.push(link.dataset[far]);
          }
        });
      }
      return found;
    };
    var light = function (name) {
      var after = name ? walk(name, "from", "to") : {}, before = name ? walk(name, "to", "from") : {};
      var lit = function (each) { return !name || after[each] || before[each]; };
      all(".node", svg).forEach(function (node) { node.style.opacity = lit(node.dataset.name) ? "" : "0.25"; });
      links.forEach(function (link) {
        var on = after[link.dataset.from] && after[link.dataset.to] || before[link.dataset.from] && before[link.dataset.to];
        link.style.opacity = !name || on ? "" : "0.15";
        link.style.strokeWidth = name && on ? "2.4" : "";
      });
    };
    all(".node", svg).forEach(function (node) {
      node.addEventListener("mouseenter", function () { light(node.dataset.name); });
      node.addEventListener("mouseleave", function () { light(""); });
      node.addEventListener("click", function () { light(node.dataset.name); tell(node.querySelector("title").textContent); });
    });
  });

  // A series opens as a canvas to zoom: drag to zoom, double click for all of it; crosshairs move together.
  var sync = window.uPlot ? uPlot.sync("series") : null;
  var colour = function (name) { return getComputedStyle(root).getPropertyValue("--" + name).trim(); };
  var say = function (value, unit) {
    if (value === null || value === undefined) return "–";
    if (unit === "ratio") return (100 * value).toPrecision(3).replace(/\.?0+$/, "") + " %";
    var text = Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en-US").replace(/,/g, "\u202f") : String(+value.toPrecision(4));
    return unit ? text + " " + unit : text;
  };
  var marksOn = function (series) {
    return function (plot) {
      var c = plot.ctx, box = plot.bbox, x = function (time) { return plot.valToPos(time, "x", true); };
      c.save();
      c.beginPath();
      c.rect(box.left, box.top, box.width, box.height);
      c.clip();
      c.fillStyle = colour("band");
      c.globalCompositeOperation = "destination-over";
      c.fillRect(x(data.window[0]), box.top, x(data.window[1]) - x(data.window[0]), box.height);
      if (series.low !== null && series.high !== null) {
        var top = plot.valToPos(series.high, "y", true), low = plot.valToPos(series.low, "y", true);
        c.globalAlpha = 0.16;
        c.fillStyle = colour("soft");
        c.fillRect(box.left, top, box.width, Math.max(low - top, 1));
        c.globalAlpha = 1;
      }
      c.globalCompositeOperation = "source-over";
      data.changes.forEach(function (change) {
        c.strokeStyle = c.fillStyle = colour(change.guilty ? "bad" : "soft");
        c.lineWidth = (change.guilty ? 2 : 1) * devicePixelRatio;
        c.setLineDash(change.guilty ? [] : [3, 3]);
        c.beginPath();
        c.moveTo(x(change.time), box.top);
        c.lineTo(x(change.time), box.top + box.height);
        c.stroke();
      });
      c.restore();
    };
  };
  var draw = function (figure, series) {
    var place = figure.querySelector(".canvas");
    place.textContent = "";
    var axis = { stroke: colour("soft"), grid: { stroke: colour("line"), width: 1 }, ticks: { show: false }, font: "11px Inter, sans-serif" };
    var copy = function (more) { return Object.assign({}, axis, more); };
    figure.plot = new uPlot({
      width: figure.clientWidth, height: 260, tzDate: function (seconds) { return uPlot.tzDate(new Date(seconds * 1000), "UTC"); },
      cursor: { sync: { key: sync.key }, drag: { x: true, y: false } },
      scales: { x: { time: true } },
      axes: [copy({ values: [[3600, "{HH}:{mm}"], [60, "{HH}:{mm}"], [1, "{HH}:{mm}:{ss}"]] }),
        copy({ size: 68, values: function (plot, values) { return values.map(function (each) { return say(each, series.unit); }); } })],
      series: [{ label: "UTC", value: "{HH}:{mm}:{ss}" },
        { label: series.name, stroke: colour("accent"), width: 1.6, value: function (plot, value) { return say(value, series.unit); } }],
      hooks: { draw: [marksOn(series)] }
    }, [series.times, series.values], place);
  };
  all("figure[data-series]").forEach(function (figure) {
    var series = data.series[Number(figure.dataset.series)];
    if (!series || !window.uPlot) return;
    var button = make("button", { type: "button", class: "plain zoom", "aria-pressed": "false" }, "Zoom");
    figure.appendChild(button);
    figure.redraw = function () { draw(figure, series); };
    button.addEventListener("click", function () {
      var on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", on ? "true" : "false");
      figure.classList.toggle("zoomed", on);
      if (!figure.querySelector(".canvas")) figure.insertBefore(make("div", { class: "canvas" }), figure.firstChild);
      all(":scope > .broad, :scope > .slim, :scope > svg", figure).forEach(function (each) { each.hidden = on; each.style.display = on ? "none" : ""; });
      if (on) { figure.redraw(); tell("Drag to zoom, double-click to see all"); }
      else figure.querySelector(".canvas").textContent = "";
    });
  });

  // Sections: a link to each, a copy as Markdown, and where the reader is.
  var copyText = function (text) {
    var old = function () {
      var area = make("textarea", {}, text);
      document.body.appendChild(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    };
    if (navigator.clipboard) navigator.clipboard.writeText(text).catch(old);
    else old();
    tell("Copied as Markdown");
  };
  var sections = all("main section");
  sections.forEach(function (section) {
    var text = data.markdown[section.id], head = section.querySelector("h2");
    if (text === undefined || !head) return;
    var link = make("a", { class: "anchor", href: "#" + section.id }, head.textContent);
    head.textContent = "";
    head.appendChild(link);
    var button = make("button", { type: "button", class: "copy", "aria-label": "Copy " + link.textContent + " as Markdown" }, "Copy Markdown");
    head.appendChild(button);
    button.addEventListener("click", function () { copyText(text); });
  });
  var links = {};
  all("nav.toc a").forEach(function (each) { links[each.getAttribute("href").slice(1)] = each; });
  if (window.IntersectionObserver) {
    var watch = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) {
        if (!entry.isIntersecting) return;
        Object.keys(links).forEach(function (name) { links[name].removeAttribute("aria-current"); });
        if (links[entry.target.id]) links[entry.target.id].setAttribute("aria-current", "true");
      });
    }, { rootMargin: "-10% 0px -75% 0px" });
    sections.forEach(function (each) { watch.observe(each); });
  }
  if (innerWidth < 1240) all("nav.toc details").forEach(function (each) { each.open = false; });

  // Deep links, also to evidence; and the keyboard.
  var go = function () { if (location.hash) show(decodeURIComponent(location.hash.slice(1))); };
  addEventListener("hashchange", go);
  go();
  var step = function (by) {
    var tops = sections.map(function (each) { return each.getBoundingClientRect().top; });
    var here = 0;
    tops.forEach(function (top, index) { if (top < 40) here = index; });
    var next = sections[Math.min(Math.max(here + by, 0), sections.length - 1)];
    next.scrollIntoView();
  };
  var keys = {
    j: function () { step(1); }, k: function () { step(-1); }, t: turn,
    "/": function () { var input = document.getElementById("filter"); if (input) input.focus(); },
    "]": function () { if (!panel.hidden) show(pieces[Math.min(pieces.indexOf(shown) + 1, pieces.length - 1)]); },
    "[": function () { if (!panel.hidden) show(pieces[Math.max(pieces.indexOf(shown) - 1, 0)]); },
    "?": function () { tell("j k sections · / filter · [ ] evidence · t theme · Esc close"); }
  };
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") { if (!panel.hidden) close(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable) return;
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
})();
