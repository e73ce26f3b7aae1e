"use strict";
// Looks up what the engine worked out for the values chosen. Computes no figure.
(function () {
  const data = JSON.parse(document.getElementById("explorer-data").textContent);
  const by = function (id) { return document.getElementById(id); };
  const controls = data.axes.map(function (axis, k) { return by("axis-" + k); });
  const copy = by("copy"), copied = copy.textContent;

  function places() { return controls.map(function (c) { return Number(c.value); }); }

  function address(at) {
    return "#" + data.axes.map(function (axis, k) {
      return encodeURIComponent(axis.path) + "=" + encodeURIComponent(axis.raw[at[k]]);
    }).join("&");
  }

  // What a link asks for: values by path. Null where it only points at a place of the page.
  function asked() {
    if (!location.hash.includes("=")) return null;
    return new Map(location.hash.slice(1).split("&").map(function (pair) {
      const cut = pair.indexOf("=");
      try { return [decodeURIComponent(pair.slice(0, cut)), decodeURIComponent(pair.slice(cut + 1))]; }
      catch (error) { return ["", ""]; }
    }));
  }

  function restore() {
    const wanted = asked();
    if (!wanted) return false;
    const at = data.axes.map(function (axis, k) {
      return wanted.has(axis.path) ? axis.raw.indexOf(wanted.get(axis.path)) : data.start[k];
    });
    const paths = data.axes.map(function (axis) { return axis.path; });
    const foreign = at.includes(-1) || Array.from(wanted.keys()).some(function (path) { return !paths.includes(path); });
    choose(at.map(function (place, k) { return place < 0 ? data.start[k] : place; }));
    by("foreign").hidden = !foreign;
    return true;
  }

  // The combination worked out that differs least: in the fewest terms, then by the fewest steps.
  function nearest(at) {
    let best = data.start, least = Infinity;
    Object.keys(data.cells).forEach(function (key) {
      const other = key.split(",").map(Number);
      const off = other.reduce(function (sum, place, k) {
        return sum + (place === at[k] ? 0 : 1000 + Math.abs(place - at[k]));
      }, 0);
      if (off < least) { least = off; best = other; }
    });
    return best;
  }

  function show() {
    const at = places(), cell = data.cells[at.join(",")];
    at.forEach(function (place, k) {
      const said = data.axes[k].values[place];
      if (controls[k].type === "range") {
        by("said-" + k).textContent = said;
        controls[k].setAttribute("aria-valuetext", said);
      }
    });
    by("missing").hidden = Boolean(cell);
    by("figures").classList.toggle("none", !cell);
    data.keys.forEach(function (key) { by("figure-" + key).textContent = cell ? cell[key] : "–"; });
    document.querySelectorAll("[id^=year-]").forEach(function (place, k) { place.textContent = cell ? cell.years[k] : "–"; });
    by("shape").setAttribute("d", cell ? cell.shape : "");
    by("mark").setAttribute("x", cell ? cell.mark - 2 : -9);
    by("spoken").textContent = cell ? "Net price a patient, on average: " + cell.net_price : by("missing").textContent;
  }

  function choose(at) {
    controls.forEach(function (c, k) { c.value = String(at[k]); });
    by("foreign").hidden = true;
    show();
  }

  function keep() { history.replaceState(null, "", address(places())); copy.textContent = copied; }

  controls.forEach(function (c) {
    c.addEventListener("input", function () { by("foreign").hidden = true; show(); keep(); });
  });
  by("reset").addEventListener("click", function () { choose(data.start); keep(); });
  by("nearest").addEventListener("click", function () { choose(nearest(places())); keep(); });
  copy.addEventListener("click", function () {
    keep();
    const done = function () { copy.textContent = "Link copied"; };
    const not = function () { copy.textContent = "The link is in the address bar"; };
    if (navigator.clipboard) navigator.clipboard.writeText(location.href).then(done, not); else not();
  });
  window.addEventListener("hashchange", restore);
  choose(data.start);
  if (restore()) by("explore").scrollIntoView();
})();
