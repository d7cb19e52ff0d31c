// What the traffic page says when there is nothing to show: what it shows otherwise, and how to begin.

import { el } from "./dom.js";
import { copyButton } from "./empty.js";
import { creationCommand, keyHint } from "./firstmeasurement.js";
import { t, tn } from "./language.js";

export function trafficEmpty() {
  const now = Date.now();
  const text = (time) => new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
  const body = {
    id: "urn:ngsi-ld:TrafficFlowObserved:first", type: "TrafficFlowObserved", name: { type: "Property", value: "My first detector" },
    intensity: { type: "Property", value: 14 }, averageVehicleSpeed: { type: "Property", value: 47, unitCode: "KMH" }, occupancy: { type: "Property", value: 0.08 },
    dateObserved: { type: "Property", value: `${text(now - 60_000)}/${text(now)}` }, location: { type: "GeoProperty", value: { type: "Point", coordinates: [7.75, 48.58] } },
  };
  const command = (text) => el("div", { className: "command" }, el("code", {}, text), copyButton(text));
  const heard = el("p", { className: "notice", hidden: true });
  const first = el("div", { className: "command-lines" });
  const element = el("div", { className: "view-empty card", hidden: true }, el("h3", {}, t`How is the traffic?`),
    el("p", {}, t`This page shows how roads flow, which detectors are at fault, what the next hour brings, and what signals do and why. It fills by itself from entities.`), heard,
    el("p", {}, t`Drive a city in the simulator SUMO, with its junctions, queues and signals live:`), command("parvis traffic sumo city.sumocfg"),
    el("p", {}, t`Or send a first measurement of a detector; RoadSegment entities say which roads there are:`), first);
  return {
    element,
    /** @param count of detectors that are heard although no road is known */
    show(isEmpty, count) {
      element.hidden = !isEmpty;
      // Not before it is shown: then it is known whether a key is needed.
      if (isEmpty && first.children.length === 0) first.append(command(creationCommand(body)), keyHint() ?? "");
      heard.hidden = count === 0;
      heard.textContent = tn(count, "{0} detector is heard; its state appears here as soon as it is computed.", "{0} detectors are heard; their states appear here as soon as they are computed.");
    },
  };
}
