// What a city without entities says: how the first one comes.

import { el } from "./dom.js";
import { copyButton } from "./empty.js";
import { t, tNodes } from "./language.js";
import { session } from "./session.js";

/** Whether whoever types a command needs no key. */
const isOpen = () => !session || session.kind === "open";

/** The line that creates an entity, ready to be typed where the page's Parvis is. */
export function creationCommand(body) {
  const credential = isOpen() ? "" : `-H "Authorization: Bearer $PARVIS_KEY" `;
  return `curl -X POST ${location.origin}/ngsi-ld/v1/entities ${credential}-H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`;
}

/** How one comes by the key that such a line asks for; `null` where it asks for none. */
export function keyHint() {
  if (isOpen()) return null;
  if (!session.isAdministrator) return el("p", {}, t`The variable PARVIS_KEY holds a key; an administrator makes one at People and keys.`);
  return el("p", {}, ...tNodes`The variable PARVIS_KEY holds a key; make one at ${el("a", { href: "#/access" }, t`People and keys`)}.`);
}

/** The line that makes a first station of the air, with a way to copy it and to come by a key. */
export function firstStation() {
  const command = creationCommand({
    id: "urn:ngsi-ld:AirQualityObserved:first", type: "AirQualityObserved",
    name: { type: "Property", value: "My first station" },
    pm25: { type: "Property", value: 12.4, unitCode: "GQ", observedAt: `${new Date().toISOString().slice(0, 19)}Z` },
    location: { type: "GeoProperty", value: { type: "Point", coordinates: [7.75, 48.58] } },
  });
  return [el("div", { className: "command" }, el("code", {}, command), copyButton(command)), keyHint()].filter(Boolean);
}

/** No entities at all: the first measurement, ready to be typed, a file, and the sample city. */
export function noEntities(box) {
  const demo = `parvis demo --url ${location.origin}`; // without an address it starts a Parvis of its own, on the same port
  box.replaceChildren(
    el("h2", {}, t`Nothing here yet`),
    el("p", {}, t`Send a first measurement, and it appears on this page at once:`),
    ...firstStation(),
    el("p", {}, ...tNodes`Or bring a table, a map or a timetable that you have: ${el("a", { href: "#/import" }, t`Import a file`)}.`),
    el("p", {}, t`Or see a whole town move:`),
    el("div", { className: "command" }, el("code", {}, demo), copyButton(demo)),
  );
}
