"use strict";
// Looks up what the engine worked out for the values chosen. Computes no figure.
(function () {
  const data = JSON.parse(document.getElementById("explorer-data").textContent);
  const root = document.getElementById("explorer");
  if (!root) return;
  const controls = data.axes.map((axis, k) => document.getElementById("axis-" + k));
  const said = data.axes.map((axis, k) => document.getElementById("said-" + k));
  const figures = document.getElementById("figures");
  const missing = document.getElementById("missing");
  const link = document.getElementById("copy");

  function places() { return controls.map((c) => Number(c.value)); }

  function address(at) {
    return data.axes.map((axis, k) => encodeURIComponent(axis.path) + "=" + encodeURIComponent(axis.raw[at[k]])).join("&");
  }

  function restored() {
    const wanted = new Map(location.hash.slice(1).split("&").filter(Boolean).map(function (pair) {
      const cut = pair.indexOf("=");
      try { return [decodeURIComponent(pair.slice(0, cut)), decodeURIComponent(pair.slice(cut + 1))]; }
      catch (error) { return ["", ""]; }
    }));
    return data.axes.map(function (axis, k) {
      const at = wanted.has(axis.path) ? axis.raw.indexOf(wanted.get(axis.path)) : -1;
      return at < 0 ? data.start[k] : at;
    });
  }

  function show() {
    const at = places(), cell = data.cells[at.join(",")];
    at.forEach(function (place, k) {
      said[k].textContent = data.axes[k].values[place];
      if (controls[k].type === "range") controls[k].setAttribute("aria-valuetext", data.axes[k].values[place]);
    });
    missing.hidden = Boolean(cell);
    figures.hidden = !cell;
    if (!cell) return;
    for (const [key] of data.figures) document.getElementById("figure-" + key).textContent = cell[key];
    document.getElementById("bar").style.left = cell.left;
    document.getElementById("bar").style.width = cell.width;
    document.getElementById("mark").style.left = cell.mark;
  }

  function choose(at) { controls.forEach(function (c, k) { c.value = String(at[k]); }); show(); }

  controls.forEach(function (c) {
    c.addEventListener("input", function () { show(); history.replaceState(null, "", "#" + address(places())); });
  });
  window.addEventListener("hashchange", function () { choose(restored()); });
  document.getElementById("reset").addEventListener("click", function () {
    choose(data.start);
    history.replaceState(null, "", "#" + address(places()));
  });
  link.addEventListener("click", function () {
    history.replaceState(null, "", "#" + address(places()));
    const done = function () { link.textContent = "Link copied"; };
    const not = function () { link.textContent = "The link is in the address bar"; };
    if (navigator.clipboard) navigator.clipboard.writeText(location.href).then(done, not); else not();
  });
  choose(restored());
})();
