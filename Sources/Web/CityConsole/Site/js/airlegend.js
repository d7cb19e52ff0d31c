// What the colours of the map mean: the categories of the index with how many stations are in each, and the bands of the field.

import { categoriesOf, plainColour } from "./airindex.js";
import { colourMark } from "./colourmark.js";
import { el } from "./dom.js";
import { known, t, tn } from "./language.js";
import { formatNumber, unitSymbol, withUnit } from "./units.js";

/** The bands of a field: `[{ colour, range, label }]`. */
export function bandsOf(field) {
  return (field?.features ?? []).map(({ properties }) => {
    const { lower, upper, unitCode, label } = properties ?? {};
    const unit = unitSymbol(unitCode ?? "GQ");
    const range = !Number.isFinite(upper) ? t`above ${formatNumber(lower)}` : `${formatNumber(lower ?? 0)} – ${formatNumber(upper)}`;
    return { colour: plainColour(properties?.colour) ?? "#888888", range: withUnit(range, unit), label: typeof label === "string" ? known(label).slice(0, 60) : "" };
  });
}

export class AirLegend {
  element = el("div", { className: "view-legend" });
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
    const parts = [];
    const groups = grouped(categories);
    // The field has the bands of the European index: beside its categories they need no list of their own.
    const isSame = bands.length > 0 && bands.every(({ label }) => groups.some(({ name }) => name === label));
    const rangeOf = (name) => (isSame ? bands.find(({ label }) => label === name)?.range : undefined);
    const known = groups.map((group) => categoryItem({ ...group, band: rangeOf(group.name) }, counts.get(group.name) ?? 0));
    if (known.length > 0) parts.push(listPart(isSame ? t`Stations. ${title}` : t`Stations`, counts.get("") ? [...known, categoryItem({ name: "No value", colours: [], range: "" }, counts.get(""))] : known));
    if (bands.length > 0 && !isSame) parts.push(listPart(title, bands.map(bandItem)));
    this.element.replaceChildren(...parts);
  }
}

const listPart = (name, items) => el("div", { className: "view-legend-part" }, el("h4", {}, name), el("ul", {}, ...items));

function categoryItem({ name, colours, range, band }, count) {
  const marks = colours.length > 0 ? colours.map((colour) => colourMark(colour)) : [colourMark(null)];
  return el("li", {}, el("span", { className: "view-marks" }, ...marks), el("span", {}, name, hint(range), hint(band && `· ${band}`)), el("b", { className: "view-count" }, stationsText(count)));
}

/** A label that has numbers says the range itself. */
function bandItem({ colour, range, label }) {
  return el("li", {}, colourMark(colour), el("span", {}, label || range, label && !/\d/.test(label) ? hint(range) : null));
}

const hint = (text) => (text ? el("span", { className: "hint" }, ` ${text}`) : "");

const stationsText = (count) => (count > 0 ? tn(count, "{0} station", "{0} stations") : "");

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
