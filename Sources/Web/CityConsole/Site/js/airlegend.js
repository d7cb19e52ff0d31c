// What the colours of the map mean: the categories of the index with how many stations are in each, and the bands of the field.

import { categoriesOf, inkOn, plainColour } from "./airindex.js";
import { el } from "./dom.js";
import { formatNumber, unitSymbol, withUnit } from "./units.js";

/** A colour with its word: whoever does not see the colour reads it. */
export function colourMark(colour, text = "") {
  const mark = el("span", { className: "air-mark" }, text);
  mark.style.background = colour;
  mark.style.color = inkOn(colour);
  if (text === "") mark.setAttribute("aria-hidden", "true");
  return mark;
}

/** The bands of a field: `[{ colour, range, label }]`. */
export function bandsOf(field) {
  return (field?.features ?? []).map(({ properties }) => {
    const { lower, upper, unitCode, label } = properties ?? {};
    const unit = unitSymbol(unitCode ?? "GQ");
    const range = !Number.isFinite(upper) ? `above ${formatNumber(lower)}` : `${formatNumber(lower ?? 0)} – ${formatNumber(upper)}`;
    return { colour: plainColour(properties?.colour) ?? "#888888", range: withUnit(range, unit), label: typeof label === "string" ? label.slice(0, 60) : "" };
  });
}

export class AirLegend {
  element = el("div", { className: "air-legend" });
  #shown = "";

  /**
   * @param rows stations as the list has them
   * @param field the field on show, or `null`
   * @param title what the field shows
   */
  show({ index, rows, field, title }) {
    const counts = new Map();
    for (const { category } of rows) counts.set(category?.name ?? "", (counts.get(category?.name ?? "") ?? 0) + 1);
    const categories = categoriesOf(index);
    const bands = bandsOf(field);
    const key = JSON.stringify([index, [...counts], bands, title]);
    if (key === this.#shown) return;
    this.#shown = key;
    const list = (name, items) => el("div", { className: "air-legend-part" }, el("h4", {}, name), el("ul", {}, ...items));
    const parts = [];
    if (categories.length > 0) {
      parts.push(list("Stations", [...grouped(categories), { name: "No value", colours: [], range: "" }].filter(({ name, colours }) => colours.length > 0 || counts.get(""))
        .map(({ name, colours, range }) => el("li", {}, el("span", { className: "air-marks" }, ...(colours.length > 0 ? colours.map((colour) => colourMark(colour)) : [el("span", { className: "air-mark is-none", "aria-hidden": "true" })])),
          el("span", {}, name, range ? el("span", { className: "hint" }, ` ${range}`) : null), el("b", { className: "air-count" }, stationsText(counts.get(colours.length > 0 ? name : "") ?? 0)))));
    }
    if (bands.length > 0) {
      parts.push(list(title, bands.map(({ colour, range, label }) =>
        el("li", {}, colourMark(colour), el("span", {}, label || range, label ? el("span", { className: "hint" }, ` ${range}`) : null)))));
    }
    this.element.replaceChildren(...parts);
  }
}

const stationsText = (count) => (count === 1 ? "1 station" : count > 0 ? `${count} stations` : "");

/** Categories of one name together: the British index has three shades of each. */
function grouped(categories) {
  const groups = new Map();
  for (const { name, colour, range } of categories) {
    const group = groups.get(name) ?? { name, colours: [], ranges: [] };
    group.colours.push(colour);
    group.ranges.push(range);
    groups.set(name, group);
  }
  return [...groups.values()].map(({ name, colours, ranges }) => ({ name, colours, range: ranges.length === 1 ? ranges[0] : `${ranges[0]} – ${ranges.at(-1)}` }));
}
