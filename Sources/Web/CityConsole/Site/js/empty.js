// What the list says when there is nothing in it.

import { el } from "./dom.js";
import { copyText } from "./detail.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { session } from "./session.js";

export function copyButton(text) {
  return el("button", { type: "button", className: "icon-button", "aria-label": t`Copy the command`, title: t`Copy`, onclick: () => copyText(text) }, icon("copy"));
}

/** No entities at all: the first measurement, ready to be typed, and the sample city. */
export function noEntities(box) {
  const body = {
    id: "urn:ngsi-ld:AirQualityObserved:first", type: "AirQualityObserved",
    name: { type: "Property", value: "My first station" },
    pm25: { type: "Property", value: 12.4, unitCode: "GQ", observedAt: `${new Date().toISOString().slice(0, 19)}Z` },
    location: { type: "GeoProperty", value: { type: "Point", coordinates: [7.75, 48.58] } },
  };
  const isOpen = !session || session.kind === "open";
  const credential = isOpen ? "" : `-H "Authorization: Bearer $PARVIS_KEY" `;
  const command = `curl -X POST ${location.origin}/ngsi-ld/v1/entities ${credential}-H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`;
  const demo = `parvis demo --url ${location.origin}`; // without an address it starts a Parvis of its own, on the same port
  box.replaceChildren(...[
    el("h2", {}, t`Nothing here yet`),
    el("p", {}, t`Send a first measurement, and it appears on this page at once:`),
    el("div", { className: "command" }, el("code", {}, command), copyButton(command)),
    isOpen ? null : el("p", {}, t`The variable PARVIS_KEY holds a key; an administrator makes one at People and keys.`),
    el("p", {}, t`Or see a whole town move:`),
    el("div", { className: "command" }, el("code", {}, demo), copyButton(demo)),
  ].filter(Boolean));
}

/** Entities, but none that fit. */
export function noMatches(box, onClear) {
  box.replaceChildren(
    el("h2", {}, t`Nothing fits`),
    el("p", {}, t`No entity has these words in its name, type or id, or its type is hidden.`),
    el("button", { type: "button", className: "text-button", onclick: onClear }, t`Clear the search`),
  );
}

/** A part of a large city that has nothing. */
export function noneInView(box) {
  box.replaceChildren(
    el("h2", {}, t`Nothing in this view`),
    el("p", {}, t`Move the map, or show the types that are hidden. The search looks in the whole city.`),
  );
}

export function problem(box, text) {
  box.replaceChildren(el("h2", {}, t`The entities could not be read`), el("p", {}, text), el("p", {}, t`Trying again every five seconds.`));
}
