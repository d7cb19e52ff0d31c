// The stations, the worst first: value and category, what decides, the course of the last day, and what is doubtful.
//
// Invariant: the order changes under nobody's hand: while the pointer or the focus is on the list, values move and rows stay.

import { levelsOf, pollutants } from "./airindex.js";
import { colourMark } from "./airlegend.js";
import { el, setText } from "./dom.js";
import { sparkline } from "./sparkline.js";
import { ageText, presentTime } from "./time.js";
import { formatCount, formatNumber, withUnit } from "./units.js";

const ROWS_MAX = 300;
const dayForm = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

export class AirList {
  /** Gives the address of a station. */
  addressOf = () => "#/air";
  element;
  search = el("input", {
    type: "search", className: "air-search", placeholder: "Find a station", "aria-label": "Find a station by name or id", autocomplete: "off", spellcheck: false, maxLength: 200,
    oninput: () => this.#fill(true),
  });
  #list = el("ul", { className: "air-rows" });
  #line = el("p", { className: "hint", role: "status" });
  #rows = new Map();
  #view = { rows: [], key: null, selected: null, trends: new Map() };

  constructor() {
    this.element = el("div", { className: "air-list" }, this.search, this.#line, this.#list);
  }

  /** @param view `{ rows, key, index, selected, trends, until }`; `trends` by station id `{ times, values }` */
  show(view) {
    this.#view = view;
    this.#fill(false);
  }

  clearSearch() {
    this.search.value = "";
    this.#fill(true);
  }

  focusRow(id) {
    (this.#rows.get(id)?.link ?? this.search).focus();
  }

  /** Ages go on. */
  tick() {
    const now = presentTime();
    for (const row of this.#rows.values()) setText(row.age, ageOf(row.at, now));
  }

  #fill(isForced) {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fitting = this.#view.rows.filter(({ station }) => words.every((word) => `${station.name}\n${station.id}`.toLowerCase().includes(word)));
    const chosen = fitting.slice(0, ROWS_MAX);
    const wanted = new Set(chosen.map(({ station }) => station.id));
    for (const [id, row] of this.#rows) {
      if (wanted.has(id)) continue;
      row.element.remove();
      this.#rows.delete(id);
    }
    const elements = chosen.map((one) => {
      const { id } = one.station;
      if (!this.#rows.has(id)) this.#rows.set(id, makeRow());
      this.#draw(this.#rows.get(id), one);
      return this.#rows.get(id).element;
    });
    const isHeld = !isForced && (this.#list.matches(":hover") || this.#list.contains(document.activeElement)) && this.#list.children.length === elements.length;
    if (!isHeld && elements.some((element, at) => this.#list.children[at] !== element)) this.#list.replaceChildren(...elements);
    const count = this.#view.rows.length;
    const left = fitting.length - chosen.length;
    setText(this.#line, words.length > 0 ? `${formatCount(fitting.length)} of ${formatCount(count)} stations${left > 0 ? `, the worst ${ROWS_MAX} of them` : ""}`
      : `${formatCount(count)} ${count === 1 ? "station" : "stations"}, the worst first${left > 0 ? `; ${formatCount(left)} more are found by name` : ""}`);
    this.tick();
  }

  #draw(row, { station, result, value, category }) {
    const { key, index, selected, trends, until, isPast } = this.#view;
    row.link.href = this.addressOf(station.id);
    if (station.id === selected) row.link.setAttribute("aria-current", "true");
    else row.link.removeAttribute("aria-current");
    setText(row.name, station.name);
    setText(row.word, category?.name ?? "No value");
    const text = Number.isFinite(value) ? formatNumber(value) : "–";
    if (row.mark.textContent !== text || row.colour !== category?.colour) {
      row.colour = category?.colour;
      const mark = category ? colourMark(category.colour, text) : el("span", { className: "air-mark is-none" }, text);
      mark.classList.add("air-value");
      row.mark.replaceWith(mark);
      row.mark = mark;
    }
    const keys = key === null ? result?.dominant ?? [] : [key];
    const names = pollutants.filter((one) => keys.includes(one.key)).map(({ label }) => label).join(", ");
    setText(row.what, !category && result?.withheld ? result.withheld : readingsText(keys, isPast ? new Map() : station.readings));
    row.at = result?.at ?? station.readings.get(key)?.at;
    this.#drawDoubts(row, result);
    const trend = trends.get(station.id);
    row.spark.picture.toggleAttribute("hidden", !trend);
    if (trend && row.trend !== trend) {
      row.trend = trend;
      row.spark.draw(trend, Math.max(until, trend.times.at(-1)), key === null ? "Index" : names, "", key === null ? levelsOf(index) : null);
    }
  }

  #drawDoubts(row, result) {
    const doubts = (result?.doubts ?? []).map(({ tone, word, reason }) => [tone, word, reason]);
    if (result?.isProvisional && doubts.length === 0 && result.completeness < 0.75) doubts.push(["", "Hour so far", `${Math.round(result.completeness * 100)} % of the usual values`]);
    const text = JSON.stringify(doubts);
    if (row.doubtText === text) return;
    row.doubtText = text;
    row.doubts.replaceChildren(...doubts.slice(0, 3).map(([tone, word, reason]) => el("span", { className: "air-doubt" }, el("span", { className: "pill", "data-tone": tone }, word), ` ${reason}`)));
  }
}

/** How old a value is, in the width of the list: beyond a day its date. */
function ageOf(time, now) {
  if (!Number.isFinite(time)) return "";
  if (time > now) return "this hour";
  return now - time < 86_400_000 ? ageText(time, now) : dayForm.format(time);
}

/** `PM2.5 54.8 µg/m³, NO₂ 65.8 µg/m³`, of those pollutants that decide. */
function readingsText(keys, readings) {
  return pollutants.filter(({ key }) => keys.includes(key)).map(({ key, label }) => {
    const reading = readings.get(key);
    return reading ? `${label}\u00a0${withUnit(formatNumber(reading.value), reading.unit)}` : label;
  }).join(", ");
}

function makeRow() {
  const [name, word, what, age, doubts] = ["air-name", "air-word", "air-what", "air-age", "air-doubts"].map((className) => el("span", { className }));
  const mark = el("span", { className: "air-mark air-value" });
  const spark = sparkline();
  const link = el("a", { className: "air-row" }, mark, name, word, what, spark.picture, age, doubts);
  return { element: el("li", {}, link), link, mark, name, word, what, age, doubts, spark };
}
