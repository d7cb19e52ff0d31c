// An intersection from above: its approaches, each signal group as a head with its lamps where they are in the street, and
// which phase has green.

import { el, setText, svg } from "./dom.js";
import { t } from "./language.js";
import { kindName, lampNamed } from "./trafficwords.js";
import { ageText } from "./time.js";

const SPACING = 25;
/** Approaches whose bearings differ by less are one. */
const SAME_ARM = 28;
/** From the top of a head, which is farthest from the middle, to its bottom. */
const order = { red: 0, yellow: 1, green: 2, permissiveGreen: 2 };

export class SignalDiagram {
  element;
  #picture = svg("svg", { class: "signal-picture", role: "img", "aria-label": t`Approaches` });
  #phases = el("ul", { className: "signal-phases", "aria-label": t`Phases` });
  #table = el("tbody", {});
  #heads = new Map();
  #structure = "";
  #shownPhases = "";

  constructor() {
    const head = el("thead", {}, el("tr", {}, ...[t`Group`, t`For`, t`Shows`, t`Since`].map((text) => el("th", { scope: "col" }, text))));
    this.element = el("section", { className: "view-card card", "aria-labelledby": "signal-diagram-title" }, el("h4", { id: "signal-diagram-title" }, t`Signals now`), this.#phases, this.#picture,
      el("details", { className: "history-table" }, el("summary", {}, t`Signals as a table`), el("div", { className: "history-rows", tabIndex: 0, role: "region", "aria-label": t`Signals as a table` }, el("table", {}, head, this.#table))));
  }

  /**
   * @param parts `{ groups, phases }` of the intersection
   * @param current the phase that has green, or `null`
   */
  show(junction, parts, current) {
    const structure = JSON.stringify([junction.id, junction.point, parts.groups.map(({ id, number, kind, coordinates, point }) => [id, number, kind, coordinates, point])]);
    if (structure !== this.#structure) {
      this.#structure = structure;
      this.#draw(junction, parts.groups);
    }
    this.#showPhases(parts, current);
    this.#showLamps(parts.groups);
  }

  #showLamps(groups) {
    for (const group of groups) {
      const head = this.#heads.get(group.id);
      if (!head) continue;
      const lamp = lampNamed(group.state);
      head.row.at = group.since;
      if (head.shown === group.state) continue;
      head.shown = group.state;
      head.lights.forEach((light, at) => {
        const isLit = lamp !== null && order[group.state] === head.places[at];
        light.setAttribute("class", isLit ? `lamp is-${group.state}` : "lamp");
      });
      setText(head.row.shows, lamp?.name ?? t`Not known`);
    }
    this.#label();
  }

  tick() {
    for (const { row } of this.#heads.values()) setText(row.since, Number.isFinite(row.at) ? ageText(row.at) : "");
  }

  #label() {
    const count = (state) => [...this.#heads.values()].filter(({ shown }) => shown === state).length;
    const text = t`Signal groups from above: ${count("green") + count("permissiveGreen")} green, ${count("yellow")} yellow, ${count("red")} red. The table names each.`;
    if (this.#picture.getAttribute("aria-label") !== text) this.#picture.setAttribute("aria-label", text);
  }

  #showPhases({ phases, groups }, current) {
    const numberOf = new Map(groups.map(({ id, number }) => [id, number]));
    const text = JSON.stringify([phases.map(({ id, name, number }) => [id, name, number]), current?.id]);
    if (text === this.#shownPhases) return;
    this.#shownPhases = text;
    this.#phases.hidden = phases.length === 0;
    this.#phases.replaceChildren(...phases.map((phase) => {
      const numbers = [...phase.protected, ...phase.permissive].map((id) => numberOf.get(id)).filter(Number.isFinite);
      const item = el("li", { className: "signal-phase" }, el("b", {}, phase.name ?? t`Phase ${phase.number}`), el("span", {}, numbers.length > 0 ? t`groups ${numbers.join(", ")}` : t`no groups`));
      if (phase.id === current?.id) {
        item.setAttribute("aria-current", "true");
        item.append(el("span", { className: "pill", "data-tone": "good" }, t`has green`));
      }
      return item;
    }));
  }

  #draw(junction, groups) {
    const arms = armsOf(junction, groups);
    const widest = Math.max(1, ...arms.map((arm) => arm.cars.length));
    const radius = Math.max(66, widest * SPACING * 0.5 + 46);
    const size = radius + 82;
    this.#picture.setAttribute("viewBox", `${-size} ${-size} ${2 * size} ${2 * size}`);
    this.#heads.clear();
    const roads = svg("g", { class: "signal-roads" });
    const heads = svg("g");
    roads.append(svg("circle", { r: radius - 16, class: "signal-box" }));
    for (const arm of arms) {
      const half = Math.max(arm.cars.length, 1) * SPACING * 0.5 + 6;
      if (arm.cars.length > 0) {
        const road = svg("g", { transform: `rotate(${arm.bearing})` });
        road.append(svg("rect", { x: -half, y: -size + 6, width: 2 * half, height: size - 20, class: "signal-arm" }), svg("line", { x1: -half, x2: half, y1: -radius + 12, y2: -radius + 12, class: "signal-stop" }));
        roads.append(road);
      }
      const angle = (arm.bearing * Math.PI) / 180;
      const place = (along, across) => [Math.sin(angle) * along + Math.cos(angle) * across, -Math.cos(angle) * along + Math.sin(angle) * across];
      arm.cars.forEach((group, at) => {
        const across = (at - (arm.cars.length - 1) / 2) * SPACING;
        heads.append(this.#head(group, arm.bearing, place(radius + 14, across), place(radius + 52, across)));
      });
      arm.walkers.forEach((group, at) => {
        const side = (at % 2 === 0 ? 1 : -1) * (half + 12 + Math.floor(at / 2) * SPACING);
        heads.append(this.#head(group, arm.bearing, place(radius - 4, side), place(radius + 26, side)));
      });
    }
    this.#picture.replaceChildren(roads, heads);
    this.#table.replaceChildren(...groups.map((group) => this.#heads.get(group.id).row.element));
  }

  /** One head with its number: three lamps for vehicles, two for those who walk; red is always the outermost. */
  #head(group, bearing, [x, y], [textX, textY]) {
    const isWalk = group.kind === "pedestrian";
    const places = isWalk ? [0, 2] : [0, 1, 2];
    const height = places.length * 11 + 5;
    const lights = places.map((_, at) => svg("circle", { cx: 0, cy: -height / 2 + 8 + at * 11, r: 4.4, class: "lamp" }));
    const label = Number.isFinite(group.number) ? String(group.number) : "?";
    const text = svg("text", { x: textX.toFixed(1), y: textY.toFixed(1), class: isWalk ? "signal-number is-walk" : "signal-number" });
    text.append(label);
    const cells = [el("th", { scope: "row" }, group.name ? `${label} · ${group.name}` : label), el("td", {}, kindName(group.kind)), el("td", {}, t`Not known`), el("td", {})];
    const row = { element: el("tr", {}, ...cells), shows: cells[2], since: cells[3], at: NaN };
    this.#heads.set(group.id, { lights, places, row, shown: null });
    const head = svg("g", { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${bearing.toFixed(1)})` }, svg("rect", { x: -8, y: -height / 2, width: 16, height, rx: 5, class: "signal-head" }), ...lights);
    return svg("g", {}, head, text);
  }
}

/**
 * Approaches by their bearing, `[{ bearing, cars, walkers }]`: degrees clockwise from north, where vehicles come from. Groups
 * without a place stand around in their order.
 */
export function armsOf(junction, groups) {
  const middle = junction.point ?? centreOf(groups);
  const placed = groups.map((group, at) => ({ group, ...bearingOf(group, middle, (at * 360) / Math.max(1, groups.length)) }));
  const isWalk = ({ group }) => group.kind === "pedestrian";
  const arms = [];
  const nearest = (bearing) => arms.reduce((best, arm) => (best === null || apart(arm.bearing, bearing) < apart(best.bearing, bearing) ? arm : best), null);
  for (const one of placed.filter((each) => !isWalk(each))) {
    const arm = nearest(one.bearing);
    if (arm && apart(arm.bearing, one.bearing) < SAME_ARM) arm.all.push(one);
    else arms.push({ bearing: one.bearing, all: [one], walkers: [] });
  }
  for (const one of placed.filter(isWalk)) {
    const arm = nearest(one.bearing);
    if (arm && apart(arm.bearing, one.bearing) < 46) arm.walkers.push(one.group);
    else arms.push({ bearing: one.bearing, all: [], walkers: [one.group] });
  }
  // From the middle an approach is looked at outwards: the lane that is leftmost there has the least offset.
  return arms.map(({ bearing, all, walkers }) => ({ bearing, walkers, cars: all.sort((a, b) => a.across - b.across || a.group.number - b.group.number).map(({ group }) => group) }));
}

const apart = (a, b) => Math.abs(((a - b + 540) % 360) - 180);

function centreOf(groups) {
  const ends = groups.map(({ coordinates, point }) => coordinates[0]?.at(-1) ?? point).filter(Boolean);
  return ends.length > 0 ? [0, 1].map((axis) => ends.reduce((sum, end) => sum + end[axis], 0) / ends.length) : [0, 0];
}

function bearingOf({ coordinates, point }, middle, otherwise) {
  const far = coordinates[0]?.[0] ?? point;
  const near = coordinates[0]?.at(-1) ?? point;
  if (!far || (far[0] === middle[0] && far[1] === middle[1])) return { bearing: otherwise, across: 0 };
  const scale = Math.cos((middle[1] * Math.PI) / 180);
  // Where vehicles come from: the direction of the line, not of its end, which lies to the side of the middle.
  const [dx, dy] = coordinates[0] ? [(far[0] - near[0]) * scale, far[1] - near[1]] : [(far[0] - middle[0]) * scale, far[1] - middle[1]];
  const [x, y] = dx === 0 && dy === 0 ? [(far[0] - middle[0]) * scale, far[1] - middle[1]] : [dx, dy];
  const length = Math.hypot(x, y);
  const across = (((near[0] - middle[0]) * scale) * y - (near[1] - middle[1]) * x) / length;
  return { bearing: ((Math.atan2(x, y) * 180) / Math.PI + 360) % 360, across };
}
