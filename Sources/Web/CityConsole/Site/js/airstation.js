// One station: what the air is there and what to do, what decides, what is doubtful; then its charts, forecast and calendar.

import { AirCalendar } from "./aircalendar.js";
import { pollutantChart, seriesOf } from "./airchart.js";
import { loadReadings } from "./airdata.js";
import { forecastsOf, pollutantForecast } from "./airforecast.js";
import { categoryOf, indexTitle, pollutants } from "./airindex.js";
import { HOUR } from "./airmodel.js";
import { hourText } from "./airtime.js";
import { colourMark } from "./colourmark.js";
import { el } from "./dom.js";
import { known, t, tNodes } from "./language.js";
import { PanelHead } from "./panelhead.js";
import { ageText, presentTime } from "./time.js";
import { formatNumber, withUnit } from "./units.js";

export class AirStation {
  /** Called when the reader closes it. */
  onClose = () => {};
  /** Called when the reader chose something that the address keeps. */
  onChange = () => {};
  element;
  #chart = pollutantChart();
  #forecast = pollutantForecast();
  #calendar = new AirCalendar();
  #head = new PanelHead("air-station-title", t`Details of this station`, t`Close the station`, () => this.onClose());
  #now = el("section", { className: "view-card card view-now", "aria-labelledby": "air-now-title" });
  #shown = "";
  #readings = { id: null, at: null, values: new Map() };
  #loading = null;
  #view = null;

  constructor() {
    for (const part of [this.#chart, this.#forecast, this.#calendar]) part.onChange = () => this.onChange();
    this.element = el("section", { className: "view-panel", "aria-labelledby": this.#head.titleId, hidden: true }, this.#head.element,
      el("div", { className: "view-cards" }, this.#now, this.#chart.element, this.#forecast.element, this.#calendar.element));
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** What the address keeps of what was chosen here. */
  get choice() {
    const { pollutant, limit, zone, year } = this.#calendar.choice;
    return { range: this.#chart.range, forecast: this.#forecast.chosen, day: pollutant, limit, zone, year };
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
    this.#head.show(station.name, station.id, station.record !== null);
    this.#showNow();
    this.tick();
    this.#loadReadings();
    this.#chart.show({ id: station.id, definitions: seriesOf(station), range: choice.range ?? this.#chart.range, end });
    this.#forecast.show(station.id, forecastsOf(station), choice.forecast ?? view.key ?? undefined);
    if (isOther || choice.isFresh) this.#calendar.show(station, { pollutant: choice.day ?? view.key, limit: choice.limit, zone: choice.zone, year: choice.year }, end);
  }

  focus() {
    this.#head.focus(this.element);
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
    const when = `${hourText(result?.at ?? hour)}${isRecent ? `, ${ageText(result.at, now)}` : ""}`;
    this.#head.say(at === null && result?.isProvisional ? t`${when}; the hour still runs` : when);
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
    const mark = colourMark(category?.colour, value);
    mark.classList.add("view-big");
    const dominant = pollutants.filter(({ key }) => result?.dominant.includes(key)).map(({ label }) => label).join(", ");
    const reason = result ? result.withheld || "" : t`The ${indexTitle(index)} index has not been computed for this hour.`;
    this.#now.replaceChildren(...[
      el("h4", { id: "air-now-title" }, at === null ? t`Now` : t`In this hour`),
      el("div", { className: "view-head" }, mark, el("div", {}, el("p", { className: "view-category" }, category?.name ?? known(result?.level) ?? t`No value`),
        el("p", { className: "hint" }, [indexTitle(index), result?.edition].filter(Boolean).join(", ")), dominant ? el("p", {}, ...tNodes`Decided by ${el("b", {}, dominant)}`) : null)),
      reason ? el("p", { className: "notice", "data-tone": "warn" }, t`No index: ${reason}`) : null,
      at === null && result?.advice ? el("p", { className: "view-advice" }, result.advice) : null,
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
      el("td", {}, category ? el("span", { className: "view-sub" }, colourMark(category.colour, formatNumber(value)), category.name) : value === undefined ? t`no sub-index` : formatNumber(value)));
  });
  if (rows.length === 0) return null;
  return el("table", { className: "view-table" }, el("thead", {}, el("tr", {}, ...[t`Pollutant`, t`Measured`, t`Sub-index`].map((text) => el("th", { scope: "col" }, text)))), el("tbody", {}, ...rows));
}

function doubtsOf(result) {
  if (!result) return null;
  const items = result.doubts.map(({ tone, word, reason }) => el("li", {}, el("span", { className: "pill", "data-tone": tone }, word), ` ${reason}`));
  if (Number.isFinite(result.completeness)) items.push(el("li", { className: "hint" }, t`${Math.round(result.completeness * 100)} % of the usual values have come for this hour.`));
  return items.length > 0 ? el("ul", { className: "view-quality", "aria-label": t`Quality of the data` }, ...items) : null;
}
