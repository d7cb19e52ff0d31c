// The pollutants of one station over the last hours to all time.

import { pollutants } from "./airindex.js";
import { HOUR } from "./airmodel.js";
import { TimeChart } from "./chart.js";
import { loadExtent, loadWindow } from "./historydata.js";
import { HistoryLegend } from "./historylegend.js";
import { drawnOf, newSeries } from "./historyseries.js";
import { el, setText } from "./dom.js";
import { icon } from "./icons.js";
import { formatCount } from "./units.js";

const DAY = 24 * HOUR;
const ranges = new Map([["24h", ["24 h", DAY]], ["7d", ["7 d", 7 * DAY]], ["30d", ["30 d", 30 * DAY]], ["1y", ["1 y", 365 * DAY]], ["all", ["All", 0]]]);
const WAIT = 180;
/** How far the end of the window goes on before it is read again. */
const FOLLOW = 60_000;

export class AirChart {
  /** Called when the reader chose another range. */
  onChange = () => {};
  element;
  range = "24h";
  #chart = new TimeChart("Pollutants");
  #legend = new HistoryLegend({ canTake: false });
  #parts;
  #station = null;
  #series = [];
  #hidden = new Set();
  #end = 0;
  #window = [0, 1];
  #loading = null;
  #timer = 0;

  constructor() {
    const buttons = new Map([...ranges].map(([name, [text]]) => [name, el("button", { type: "button", className: "chip", "aria-pressed": "false", onclick: () => this.#choose(name) }, text)]));
    const whole = el("a", { className: "text-button", "aria-label": "Open these in History" }, icon("chart"), "History");
    const [note, message] = [el("p", { className: "hint" }), el("p", { className: "history-message", role: "status", hidden: true })];
    this.#parts = { buttons, whole, note, message };
    this.#legend.onToggle = (series) => {
      series.isHidden = !series.isHidden;
      if (series.isHidden) this.#hidden.add(series.key);
      else this.#hidden.delete(series.key);
      this.#draw();
    };
    this.#chart.onWindow = (from, to) => {
      this.#window = [from, to];
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#load(), WAIT);
    };
    this.#chart.onBack = () => this.#choose(this.range);
    this.element = el("section", { className: "air-card card", "aria-labelledby": "air-chart-title" },
      el("div", { className: "air-card-head" }, el("h4", { id: "air-chart-title" }, "Pollutants"), el("div", { className: "history-ranges", role: "group", "aria-label": "Window of time" }, ...buttons.values()), whole),
      el("div", { className: "air-chart" }, this.#chart.element, message), this.#legend.element, note);
  }

  /**
   * @param range the window that the address asks for
   * @param end where the window ends
   */
  show(station, range, end) {
    const isSame = this.#station?.id === station.id && this.range === range && Math.abs(end - this.#end) < FOLLOW;
    const isOther = this.#station?.id !== station.id;
    this.#station = station;
    this.range = ranges.has(range) ? range : "24h";
    if (!isSame) this.#end = end;
    if (isOther || this.#series.length !== station.readings.size) this.#makeSeries();
    this.element.hidden = this.#series.length === 0;
    const whole = new URLSearchParams(this.#series.flatMap(({ source }) => [["e", source.id], ["a", source.attribute]]));
    if (this.range === "all") whole.set("range", "all");
    else for (const [name, time] of [["from", this.#end - ranges.get(this.range)[1]], ["to", this.#end]]) whole.set(name, new Date(time).toISOString());
    this.#parts.whole.href = `#/history?${whole}`;
    if (!isSame) this.#open();
  }

  redraw() {
    this.#chart.redraw();
  }

  close() {
    this.#loading?.abort();
    clearTimeout(this.#timer);
    this.#station = null;
  }

  #makeSeries() {
    this.#series = pollutants.filter(({ key }) => this.#station.readings.has(key)).map(({ key, colour }) => {
      const { attribute, unit } = this.#station.readings.get(key);
      return { ...newSeries(this.#station.id, attribute, colour, this.#hidden.has(key)), key, unit, isKnown: true, isFound: true };
    });
  }

  #choose(range) {
    this.range = range;
    this.show(this.#station, range, this.#end);
    this.#open();
    this.onChange();
  }

  #open() {
    for (const [name, button] of this.#parts.buttons) button.setAttribute("aria-pressed", String(name === this.range));
    const length = ranges.get(this.range)[1];
    if (length > 0) this.#window = [this.#end - length, this.#end];
    this.#load(this.range === "all");
  }

  async #load(isAll = false) {
    clearTimeout(this.#timer);
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    const { signal } = loading;
    this.element.setAttribute("aria-busy", "true");
    for (const series of this.#series) series.isLoading = true;
    this.#draw();
    const each = (body) => Promise.all(this.#series.map(async (series) => {
      try {
        await body(series);
        series.problem = null;
      } catch (error) {
        if (!signal.aborted) series.problem = error.message;
      }
      series.isLoading = false;
    }));
    if (isAll) {
      const extents = [];
      await each(async ({ source }) => { extents.push(await loadExtent(source, signal)); });
      const known = extents.filter(Boolean);
      if (known.length > 0) this.#window = [Math.min(...known.map(({ first }) => first)), Math.max(...known.map(({ last }) => last))];
    }
    if (!signal.aborted) await each(async (series) => { series.data = await loadWindow(series.source, ...this.#window, signal); });
    if (signal.aborted) return;
    this.element.setAttribute("aria-busy", "false");
    this.#draw();
  }

  #draw() {
    this.#chart.setWindow(...this.#window);
    const drawn = this.#series.map(drawnSeries);
    this.#chart.setSeries(drawn);
    this.#legend.show(this.#series, drawn, this.#window[1]);
    const problem = this.#series.find((one) => one.problem)?.problem;
    const total = this.#series.reduce((sum, one) => sum + (one.data?.total ?? 0), 0);
    const period = this.#series.find((one) => one.data?.period)?.data.period;
    const { message, note } = this.#parts;
    setText(message, problem ?? (total > 0 ? "" : this.#series.some((one) => one.isLoading) ? "Reading …" : "No values in this time."));
    message.hidden = message.textContent === "";
    setText(note, total === 0 ? "" : period ? `${formatCount(total)} values, as averages of ${period.text}; the bands go from the least to the most of each.` : `${formatCount(total)} values, each shown.`);
  }
}

/** Carbon monoxide has a thousand times the mass of the others; in mg/m³ it stands beside them. */
function drawnSeries(series) {
  const drawn = { ...drawnOf(series), name: pollutants.find(({ key }) => key === series.key).label, isStepped: false };
  if (series.key !== "co" || series.unit !== "µg/m³") return drawn;
  const scaled = (row) => row.map((value) => value / 1000);
  return { ...drawn, unit: "mg/m³", values: scaled(drawn.values), bands: drawn.bands?.map(({ lows, highs }) => ({ lows: scaled(lows), highs: scaled(highs) })) };
}
