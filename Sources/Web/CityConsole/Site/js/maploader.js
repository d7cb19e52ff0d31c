// Brings MapLibre in from this server, or says in the map's place how to get it.

import { byId, el } from "./dom.js";
import { copyButton } from "./empty.js";
import { t } from "./language.js";

/** Begins to read MapLibre from the server, so that it is here when `loadMapLibre` wants it. */
export function fetchMapLibre(settings) {
  if (settings.map) document.head.append(el("link", { rel: "preload", as: "script", href: settings.map.script }));
}

/** MapLibre's interface, or `null`; then the page lives without a map. */
export async function loadMapLibre(settings) {
  if (!settings.map) {
    note(t`No map yet`, t`The map is drawn by MapLibre GL JS, which is fetched once, at set-up. On the machine that runs Parvis, type:`,
      "scripts/fetch-console-assets", t`Then restart Parvis. The list works meanwhile.`);
    return null;
  }
  if (!canDraw()) {
    note(t`No map in this browser`, t`The map needs WebGL 2, which this browser does not offer here. The list works as usual.`);
    return null;
  }
  try {
    // Before the page's own rules, which adapt some of MapLibre's to the theme.
    await Promise.all([addStyle(settings.map.style, true), addScript(settings.map.script)]);
    return globalThis.maplibregl;
  } catch {
    note(t`The map did not load`, t`MapLibre GL JS could not be read from this server. Reload the page to try again; the list works meanwhile.`);
    return null;
  }
}

function canDraw() {
  const context = document.createElement("canvas").getContext("webgl2");
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return context !== null;
}

function addScript(src) {
  return new Promise((resolve, reject) => document.head.append(el("script", { src, onload: resolve, onerror: reject })));
}

/** Adds a style sheet, before or after the page's own; done when it has come. */
export function addStyle(href, isFirst = false) {
  return new Promise((resolve, reject) => document.head[isFirst ? "prepend" : "append"](el("link", { rel: "stylesheet", href, onload: resolve, onerror: reject })));
}

function note(title, text, command, after) {
  const box = byId("map-note");
  box.replaceChildren(el("h2", {}, title), el("p", {}, text));
  if (command) box.append(el("div", { className: "command" }, el("code", {}, command), copyButton(command)));
  if (after) box.append(el("p", {}, after));
  box.hidden = false;
  byId("map").dataset.ready = "absent";
}
