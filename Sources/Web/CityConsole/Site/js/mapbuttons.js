// The buttons on the map, and what the pointer is told of the tiles of a large city.

import { byId, el, prefersReducedMotion } from "./dom.js";
import { shortId } from "./entity.js";
import { icon } from "./icons.js";
import { t, tn } from "./language.js";

/** @param actions `{ fitAll, copyView, onTouch }`; `onTouch` is told whether someone moved the map, or asked for all of it */
export function setUpMapButtons(map, { fitAll, copyView, onTouch }) {
  const duration = () => (prefersReducedMotion() ? 0 : 250);
  const buttons = {
    "zoom-in": ["plus", () => map.zoomIn({ duration: duration() })],
    "zoom-out": ["minus", () => map.zoomOut({ duration: duration() })],
    "zoom-all": ["frame", fitAll],
    "map-link": ["link", copyView],
  };
  for (const [id, [picture, action]] of Object.entries(buttons)) {
    byId(id).replaceChildren(icon(picture));
    byId(id).title = byId(id).getAttribute("aria-label");
    byId(id).addEventListener("click", () => {
      if (id !== "map-link") onTouch(id !== "zoom-all");
      action();
    });
  }
}

/** Says in the tip what a feature of the tiles is; `null` for none. */
export function showTileTip(tip, feature, { x, y }) {
  tip.hidden = !feature;
  if (!feature) return;
  const title = feature.cluster ? tn(feature.cluster, "{0} entity", "{0} entities") : feature.name ?? shortId(feature.id);
  const kind = feature.cluster ? (feature.type ? t`mostly ${feature.type}` : t`mostly of many types`) : feature.type;
  tip.replaceChildren(el("b", {}, String(title)), el("span", {}, kind));
  tip.style.transform = `translate(${x + 14}px, ${y + 14}px)`;
}
