// One station: what the air is there and what to do, what decides, what is doubtful; then its charts, forecast and calendar.

import { AirCalendar } from "./aircalendar.js";
import { AirChart } from "./airchart.js";
import { loadReadings } from "./airdata.js";
import { AirForecast } from "./airforecast.js";
import { categoryOf, indexTitle, pollutants } from "./airindex.js";
import { colourMark } from "./airlegend.js";
import { HOUR } from "./airmodel.js";
import { hourText } from "./airtime.js";
import { el, setText } from "./dom.js";
import { icon } from "./icons.js";
import { ageText, presentTime } from "./time.js";
import { formatNumber, withUnit } from "./units.js";

export class AirStation {
  /** Called when the reader closes it. */
  onClose = () => {};
  /** Called when the reader chose something that the address keeps. */
  onChange = () => {};
  element;
  #chart = new AirChart();
  #forecast = new AirForecast();
  #calendar = new AirCalendar();
  #parts;
  #shown = "";
  #readings = { id: null, at: null, values: new Map() };
  #loading = null;
  #view = null;

  constructor() {
    const title = el("h3", { id: "air-station-title", tabIndex: -1 });
    const entity = el("a", { className: "text-button", "aria-label": "Details of this station" }, icon("target"), "Details");
    const close = el("button", { type: "button", className: "icon-button", "aria-label": "Close the station", title: "Close", onclick: () => this.onClose() }, icon("close"));
    const now = el("section", { className: "air-card card air-now", "aria-labelledby": "air-now-title" });
    const when = el("p", { className: "hint" });
    this.#parts = { title, entity, now, when };
    for (const part of [this.#chart, this.#forecast, this.#calendar]) part.onChange = () => this.onChange();
    this.element = el("section", { className: "air-station", "aria-labelledby": "air-station-title", hidden: true },
      el("div", { className: "air-station-head" }, el("div", {}, title, when), entity, close),
      el("div", { className: "air-cards" }, now, this.#chart.element, this.#forecast.element, this.#calendar.element));
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** What the address keeps of what was chosen here. */
  get choice() {
    const { pollutant, limit, zone, year } = this.#calendar.choice;
    return { range: this.#chart.range, forecast: this.#forecast.pollutant, day: pollutant, limit, zone, year };
  }

  /**
   * @param view `{ station, index, key, result, at, hour, choice, end }`: `at` is the hour chosen, or `null`; `hour` the one
   *   on show; `end` where charts end; `choice` what the address asks for
   */
  show(view) {
    const { station, choice, end } = view;
    const isOther = this.#view?.station.id !== station.id;
    this.#view = view;
    this.element.hidden = false;
    setText(this.#parts.title, station.name);
    this.#parts.entity.href = `#/entity/${encodeURIComponent(station.id)}`;
    this.#parts.entity.hidden = station.record === null;
    this.#showNow();
    this.tick();
    this.#loadReadings();
    const later = (part, ...more) => part.show(station, ...more);
    later(this.#chart, choice.range ?? this.#chart.range, end);
    later(this.#forecast, choice.forecast ?? view.key ?? undefined);
    if (isOther || choice.isFresh) this.#calendar.show(station, { pollutant: choice.day ?? view.key, limit: choice.limit, zone: choice.zone, year: choice.year }, end);
  }

  focus() {
    this.#parts.title.focus({ preventScroll: true });
    this.element.scrollIntoView({ block: "start" });
  }

  close() {
    this.element.hidden = true;
    this.#view = null;
    this.#shown = "";
    this.#loading?.abort();
    for (const part of [this.#chart, this.#forecast, this.#calendar]) part.close();
  }

  redraw() {
    this.#chart.redraw();
    this.#forecast.redraw();
  }

  tick() {
    if (!this.#view) return;
    const { result, hour, at } = this.#view;
    const now = presentTime();
    const isRecent = at === null && result?.at <= now && now - result.at < 24 * HOUR;
    setText(this.#parts.when, `${hourText(result?.at ?? hour)}${isRecent ? `, ${ageText(result.at, now)}` : ""}${at === null && result?.isProvisional ? "; the hour still runs" : ""}`);
  }

  /** What was measured up to an hour that is over; for the newest the entity says it. */
  async #loadReadings() {
    const { station, at } = this.#view;
    if (at === null || (this.#readings.id === station.id && this.#readings.at === at)) return;
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    try {
      const values = await loadReadings(station, at, loading.signal);
      if (loading.signal.aborted) return;
      this.#readings = { id: station.id, at, values };
      this.#showNow();
    } catch {
      // The sub-indices stand without what was measured.
    }
  }

  #showNow() {
    const { station, index, result, at } = this.#view;
    const isRead = at === null || (this.#readings.id === station.id && this.#readings.at === at);
    const readings = at === null ? station.readings : isRead ? this.#readings.values : new Map();
    const text = JSON.stringify([index, at, result, [...(result?.subs ?? [])], [...readings]]);
    if (text === this.#shown) return;
    this.#shown = text;
    const category = categoryOf(index, result?.value) ?? null;
    const value = Number.isFinite(result?.value) ? formatNumber(result.value) : "–";
    const mark = category ? colourMark(category.colour, value) : el("span", { className: "air-mark is-none" }, value);
    mark.classList.add("air-big");
    const dominant = pollutants.filter(({ key }) => result?.dominant.includes(key)).map(({ label }) => label).join(", ");
    const reason = result ? result.withheld || "" : `The ${indexTitle(index)} index has not been computed for this hour.`;
    this.#parts.now.replaceChildren(...[
      el("h4", { id: "air-now-title" }, at === null ? "Now" : "In this hour"),
      el("div", { className: "air-head" }, mark, el("div", {}, el("p", { className: "air-category" }, category?.name ?? result?.level ?? "No value"),
        el("p", { className: "hint" }, [indexTitle(index), result?.edition].filter(Boolean).join(", ")), dominant ? el("p", {}, "Decided by ", el("b", {}, dominant)) : null)),
      reason ? el("p", { className: "notice", "data-tone": "warn" }, `No index: ${reason}`) : null,
      at === null && result?.advice ? el("p", { className: "air-advice" }, result.advice) : null,
      subTable(index, result, readings), doubtsOf(result),
    ].filter(Boolean));
  }
}

function subTable(index, result, readings) {
  const rows = pollutants.filter(({ key }) => readings.has(key) || result?.subs.has(key)).map(({ key, title }) => {
    const value = result?.subs.get(key);
    const category = categoryOf(index, value);
    const reading = readings.get(key);
    return el("tr", {}, el("th", { scope: "row" }, title), el("td", {}, reading ? withUnit(formatNumber(reading.value), reading.unit) : ""),
      el("td", {}, category ? el("span", { className: "air-sub" }, colourMark(category.colour, formatNumber(value)), category.name) : value === undefined ? "no sub-index" : formatNumber(value)));
  });
  if (rows.length === 0) return null;
  return el("table", { className: "air-subs" }, el("thead", {}, el("tr", {}, ...["Pollutant", "Measured", "Sub-index"].map((text) => el("th", { scope: "col" }, text)))), el("tbody", {}, ...rows));
}

function doubtsOf(result) {
  if (!result) return null;
  const items = result.doubts.map(({ tone, word, reason }) => el("li", {}, el("span", { className: "pill", "data-tone": tone }, word), ` ${reason}`));
  if (Number.isFinite(result.completeness)) items.push(el("li", { className: "hint" }, `${Math.round(result.completeness * 100)} % of the usual values have come for this hour.`));
  return items.length > 0 ? el("ul", { className: "air-quality", "aria-label": "Quality of the data" }, ...items) : null;
}
