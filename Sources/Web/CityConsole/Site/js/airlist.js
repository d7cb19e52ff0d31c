// The stations, the worst first: value and category, what decides, the course of the last day, and what is doubtful.

import { levelsOf, pollutants } from "./airindex.js";
import { el, setText } from "./dom.js";
import { locale, t, tn } from "./language.js";
import { markCurrent, RankedList, setMark } from "./rankedlist.js";
import { ageText, presentTime } from "./time.js";
import { formatNumber, withUnit } from "./units.js";

const dayForm = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });

export class AirList {
  /** Gives the address of a station. */
  addressOf = () => "#/air";
  #list = new RankedList({
    find: t`Find a station`, findLabel: t`Find a station by name or id`, nouns: (count) => tn(count, "{0} station", "{0} stations"),
    searched: ({ station }) => `${station.name}\n${station.id}`, idOf: ({ station }) => station.id,
    draw: (row, one) => this.#draw(row, one), age: (row) => setText(row.age, ageOf(row.at, presentTime())),
  });
  #view = { rows: [], key: null, selected: null, trends: new Map() };

  get element() {
    return this.#list.element;
  }

  get search() {
    return this.#list.search;
  }

  /** The rows that the search leaves. */
  get fitting() {
    return this.#list.fitting;
  }

  /** @param view `{ rows, key, index, selected, trends, until }`; `trends` by station id `{ times, values }` */
  show(view) {
    this.#view = view;
    this.#list.show(view.rows);
  }

  clearSearch() {
    this.#list.clearSearch();
  }

  focusRow(id) {
    this.#list.focusRow(id);
  }

  tick() {
    this.#list.tick();
  }

  #draw(row, { station, result, value, category }) {
    const { key, index, selected, trends, until, isPast } = this.#view;
    row.link.href = this.addressOf(station.id);
    markCurrent(row, station.id === selected);
    setText(row.name, station.name);
    setText(row.word, category?.name ?? t`No value`);
    setMark(row, category?.colour, Number.isFinite(value) ? formatNumber(value) : "–");
    const keys = key === null ? result?.dominant ?? [] : [key];
    const names = pollutants.filter((one) => keys.includes(one.key)).map(({ label }) => label).join(", ");
    setText(row.what, !category && result?.withheld ? result.withheld : readingsText(keys, isPast ? new Map() : station.readings));
    row.at = result?.at ?? station.readings.get(key)?.at;
    this.#drawDoubts(row, result);
    const trend = trends.get(station.id);
    row.spark.picture.toggleAttribute("hidden", !trend);
    if (trend && row.trend !== trend) {
      row.trend = trend;
      row.spark.draw(trend, Math.max(until, trend.times.at(-1)), key === null ? t`Index` : names, "", key === null ? levelsOf(index) : null);
    }
  }

  #drawDoubts(row, result) {
    const doubts = (result?.doubts ?? []).map(({ tone, word, reason }) => [tone, word, reason]);
    if (result?.isProvisional && doubts.length === 0 && result.completeness < 0.75) doubts.push(["", t`Hour so far`, t`${Math.round(result.completeness * 100)} % of the usual values`]);
    const text = JSON.stringify(doubts);
    if (row.doubtText === text) return;
    row.doubtText = text;
    row.doubts.replaceChildren(...doubts.slice(0, 3).map(([tone, word, reason]) => el("span", { className: "view-doubt" }, el("span", { className: "pill", "data-tone": tone }, word), ` ${reason}`)));
  }
}

/** How old a value is, in the width of the list: beyond a day its date. */
function ageOf(time, now) {
  if (!Number.isFinite(time)) return "";
  if (time > now) return t`this hour`;
  return now - time < 86_400_000 ? ageText(time, now) : dayForm.format(time);
}

/** `PM2.5 54.8 µg/m³, NO₂ 65.8 µg/m³`, of those pollutants that decide. */
function readingsText(keys, readings) {
  return pollutants.filter(({ key }) => keys.includes(key)).map(({ key, label }) => {
    const reading = readings.get(key);
    return reading ? `${label}\u00a0${withUnit(formatNumber(reading.value), reading.unit)}` : label;
  }).join(", ");
}
