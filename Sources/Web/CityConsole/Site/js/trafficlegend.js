// What the map of the traffic shows: levels of service with how many segments have each, symbols, and lamps.

import { colourMark } from "./colourmark.js";
import { el } from "./dom.js";
import { badge } from "./icons.js";
import { t } from "./language.js";
import { lamps, levels } from "./trafficwords.js";

const symbols = [
  ["signal", "#157347", "junctions", t`Adaptive`], ["signal", "#54677d", "plans", t`Fixed plan`], ["alert", "#b45309", "fallen", t`Fell back, or overruled`], ["close", "#ad2a1f", "faults", t`Detector at fault`],
];

export class TrafficLegend {
  element = el("div", { className: "view-legend" });
  #shown = "";

  /** @param counts of segments by `letters` (a Map), and of `junctions`, `plans`, `fallen`, `faults` */
  show(theme, counts) {
    const key = JSON.stringify([theme, [...counts.letters], counts]);
    if (key === this.#shown) return;
    this.#shown = key;
    const figure = (count) => (count > 0 ? el("b", { className: "view-count" }, String(count)) : null);
    const known = symbols.filter(([, , name]) => counts[name] > 0);
    this.element.replaceChildren(
      part(t`Level of service, with the number of segments`, levels.map((level) => el("li", {}, colourMark(level[theme], level.letter), level.name, figure(counts.letters.get(level.letter) ?? 0)))),
      ...(known.length > 0 ? [part(t`On the map`, known.map(([icon, colour, name, text]) => el("li", {}, el("span", { className: "traffic-badge" }, badge({ icon, colour })), text, figure(counts[name]))))] : []),
      ...(counts.hasSignals ? [part(t`From near by`, [
        ...Object.values(lamps).map((lamp) => el("li", {}, lampStroke(lamp, theme), lamp.name)),
        el("li", {}, el("span", { className: "traffic-stroke is-queue", "aria-hidden": "true" }), t`Queue, as long as it is`),
      ])] : []));
  }
}

const part = (name, items) => el("div", { className: "view-legend-part" }, el("h4", {}, name), el("ul", {}, ...items));

function lampStroke(lamp, theme) {
  const stroke = el("span", { className: lamp === lamps.permissiveGreen ? "traffic-stroke gives-way" : "traffic-stroke", "aria-hidden": "true" });
  stroke.style.background = lamp[theme];
  stroke.style.height = `${4 + lamp.width * 7}px`;
  return stroke;
}
