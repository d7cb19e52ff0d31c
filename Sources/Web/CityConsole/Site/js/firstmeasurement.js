// What a city without entities says: how the first one comes.

import { el } from "./dom.js";
import { copyButton } from "./empty.js";
import { t } from "./language.js";
import { session } from "./session.js";

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
