// What is expected: the forecast of a pollutant as a fan, persistence beside it, and how far off both were so far.

import { pollutants } from "./airindex.js";
import { HOUR } from "./airmodel.js";
import { TimeChart } from "./chart.js";
import { HistoryLegend } from "./historylegend.js";
import { loadWindow } from "./historydata.js";
import { el, setText } from "./dom.js";
import { dateText } from "./time.js";
import { formatCount, formatNumber, withUnit } from "./units.js";

const BEFORE = 48 * HOUR;
const told = [1, 6, 24, 48];

export class AirForecast {
  /** Called when the reader chose another pollutant. */
  onChange = () => {};
  element;
  #chart = new TimeChart("Forecast");
  #legend = new HistoryLegend({ canTake: false });
  #parts;
  #view = null;
  #hidden = new Set();
  #loading = null;

  constructor() {
    const pollutant = el("select", { "aria-label": "Pollutant of the forecast", onchange: () => this.#choose(pollutant.value) });
    const [words, note] = [el("div", { className: "air-words" }), el("p", { className: "hint" })];
    const table = el("details", { className: "history-table" }, el("summary", {}, "Error by hours ahead"));
    this.#parts = { pollutant, words, note, table };
    this.#legend.onToggle = ({ title }) => {
      if (!this.#hidden.delete(title)) this.#hidden.add(title);
      this.#draw();
    };
    this.#chart.onBack = () => this.#reset();
    this.element = el("section", { className: "air-card card", "aria-labelledby": "air-forecast-title", hidden: true },
      el("div", { className: "air-card-head" }, el("h4", { id: "air-forecast-title" }, "Forecast"), pollutant),
      el("div", { className: "air-chart" }, this.#chart.element), this.#legend.element, words, table, note);
  }

  get pollutant() {
    return this.#view?.forecast.key ?? null;
  }

  /** @param wanted the key of the pollutant that the address asks for; another if there is no forecast of it */
  show(station, wanted) {
    const { forecasts } = station;
    this.element.hidden = forecasts.size === 0;
    if (forecasts.size === 0) return this.close();
    const keys = pollutants.map(({ key }) => key).filter((key) => forecasts.has(key));
    const forecast = forecasts.get(keys.includes(wanted) ? wanted : keys[0]);
    if (this.#view?.station.id === station.id && this.#view.forecast.key === forecast.key && this.#view.forecast.issued === forecast.issued) return;
    this.#parts.pollutant.replaceChildren(...keys.map((key) => el("option", { value: key, selected: key === forecast.key }, pollutants.find((one) => one.key === key).label)));
    this.#view = { station, forecast, measured: null };
    this.#reset();
    this.#draw();
    this.#load();
  }

  redraw() {
    this.#chart.redraw();
  }

  close() {
    this.#loading?.abort();
    this.#view = null;
  }

  #choose(key) {
    this.show(this.#view.station, key);
    this.onChange();
  }

  #reset() {
    const { forecast } = this.#view;
    this.#chart.setWindow(forecast.issued - BEFORE, forecast.times.at(-1) + HOUR);
    this.#chart.setMarks([{ at: Math.floor(forecast.issued / HOUR) * HOUR, label: "issued" }]);
  }

  async #load() {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    const { station, forecast } = this.#view;
    const reading = station.readings.get(forecast.key);
    if (!reading) return;
    try {
      const source = { id: station.id, attribute: reading.attribute, property: "observedAt", dataset: null };
      const data = await loadWindow(source, forecast.issued - BEFORE, forecast.times.at(-1), loading.signal);
      if (loading.signal.aborted) return;
      this.#view.measured = { ...data, unit: reading.unit };
      this.#draw();
    } catch {
      // Without what was measured the forecast stands alone.
    }
  }

  #draw() {
    const { forecast, measured } = this.#view;
    const { label } = pollutants.find(({ key }) => key === forecast.key);
    const unit = "µg/m³";
    const lines = [
      { title: "measured", name: `${label} measured`, unit: measured?.unit ?? unit, colour: "--ink", times: measured?.times ?? [], values: measured?.values ?? [], gap: measured?.gap ?? Infinity },
      { title: "forecast", name: `${label} forecast, with the range it keeps to 9 times in 10`, unit, colour: "--series-1", times: forecast.times, values: forecast.means, bands: [{ lows: forecast.lows, highs: forecast.highs }], gap: Infinity },
    ];
    if (Number.isFinite(forecast.persistence)) {
      lines.push({ title: "persistence", name: "Persistence: as it is now", unit, colour: "--series-2", isDashed: true, times: forecast.times, values: forecast.times.map(() => forecast.persistence), gap: Infinity });
    }
    const all = lines.map((line) => ({ ...line, isHidden: this.#hidden.has(line.title), data: line, isLoading: false, problem: null, item: this.#items(line) }));
    this.#chart.setSeries(all);
    this.#legend.show(all, all, forecast.times.at(-1));
    for (const line of all) this.#keep(line);
    this.#showWords(label, unit);
  }

  // The legend keeps its buttons with the series; here they are made anew with each drawing.
  #kept = new Map();
  #items = ({ title }) => this.#kept.get(title);
  #keep = ({ title, item }) => this.#kept.set(title, item);

  #showWords(label, unit) {
    const { forecast } = this.#view;
    const { words, note, table } = this.#parts;
    const value = (number) => withUnit(formatNumber(Math.round(number * 10) / 10), unit);
    const { error } = forecast;
    const rows = (error?.horizonHours ?? []).map((hours, at) => ({ hours, mae: error.mae[at], other: error.persistenceMae[at], coverage: error.coverage?.[at] }))
      .filter(({ hours, mae, other }) => [hours, mae, other].every(Number.isFinite));
    words.replaceChildren(...(rows.length === 0 ? [el("p", {}, "How far off it was has not been measured yet.")] : [
      el("p", {}, "How far off it was, on average:"),
      el("ul", {}, ...rows.filter(({ hours }) => told.includes(hours)).map(({ hours, mae, other }) => el("li", {}, el("b", {}, `${hours} h ahead by ${value(mae)}`), `; persistence by ${value(other)}`,
        mae < other ? ` (${Math.round((1 - mae / other) * 100)} % better).` : " (persistence is as good or better)."))),
    ]));
    const percent = (part) => (Number.isFinite(part) ? `${Math.round(part * 100)} %` : "");
    table.hidden = rows.length === 0;
    const head = el("tr", {}, ...["Hours ahead", "Forecast", "Persistence", "Within the range"].map((text) => el("th", { scope: "col" }, text)));
    const fresh = el("div", { className: "history-rows", tabIndex: 0, role: "region", "aria-label": "Error by hours ahead" }, el("table", {}, el("thead", {}, head),
      el("tbody", {}, ...rows.map(({ hours, mae, other, coverage }) => el("tr", {}, el("th", { scope: "row" }, `${hours} h`), el("td", {}, value(mae)), el("td", {}, value(other)), el("td", {}, percent(coverage)))))));
    if (table.children[1]) table.children[1].replaceWith(fresh);
    else table.append(fresh);
    setText(note, [
      `Issued ${dateText(forecast.issued)} for 48 hours of ${label}.`,
      error && Number.isFinite(error.hours) ? `Errors are of ${formatCount(error.hours)} hours that it had not learnt from.` : "",
      Number.isFinite(forecast.trainedHours) ? `It learnt from ${formatCount(forecast.trainedHours)} hours${Number.isFinite(forecast.trainedAt) ? `, last on ${dateText(forecast.trainedAt)}` : ""}.` : "",
    ].filter(Boolean).join(" "));
  }
}
