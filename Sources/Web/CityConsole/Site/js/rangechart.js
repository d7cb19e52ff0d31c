// Several attributes in a card over the last hours to all time, read from the history.

import { TimeChart } from "./chart.js";
import { loadExtent, loadWindow } from "./historydata.js";
import { HistoryLegend } from "./historylegend.js";
import { drawnOf, newSeries } from "./historyseries.js";
import { el, setText } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { formatCount } from "./units.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ranges = new Map([["2h", ["2 h", 2 * HOUR]], ["24h", ["24 h", DAY]], ["7d", ["7 d", 7 * DAY]], ["30d", ["30 d", 30 * DAY]], ["1y", ["1 y", 365 * DAY]], ["all", [t`All`, 0]]]);
const WAIT = 180;
/** How far the end of the window goes on before it is read again. */
const FOLLOW = 60_000;

export class RangeChart {
  /** Called when the reader chose another range. */
  onChange = () => {};
  element;
  range;
  #chart;
  #legend = new HistoryLegend({ canTake: false });
  #parts;
  #standard;
  #drawn;
  #id = null;
  #series = [];
  #hidden = new Set();
  #end = 0;
  #window = [0, 1];
  #loading = null;
  #timer = 0;

  /**
   * @param id of the title's element
   * @param offered the names of ranges, the usual one first
   * @param drawn makes of a series what the chart draws
   */
  constructor({ id, title, offered = ["24h", "7d", "30d", "1y", "all"], drawn = drawnOf }) {
    this.#chart = new TimeChart(title);
    this.#drawn = drawn;
    this.#standard = this.range = offered[0];
    const buttons = new Map([...ranges].filter(([name]) => offered.includes(name)).map(([name, [text]]) => [name, el("button", { type: "button", className: "chip", "aria-pressed": "false", onclick: () => this.#choose(name) }, text)]));
    const whole = el("a", { className: "text-button", "aria-label": t`Open these in History` }, icon("chart"), t`History`);
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
    this.element = el("section", { className: "view-card card", "aria-labelledby": id },
      el("div", { className: "view-card-head" }, el("h4", { id }, title), el("div", { className: "history-ranges", role: "group", "aria-label": t`Window of time` }, ...buttons.values()), whole),
      el("div", { className: "view-chart" }, this.#chart.element, message), this.#legend.element, note);
  }

  /**
   * @param id of what the series belong to
   * @param definitions `[{ key, id, attribute, unit, colour, property }]`: `colour` the name of a CSS variable; `property` the
   *   time that counts, where it is not `observedAt`
   * @param range the window that the address asks for
   * @param end where the window ends
   */
  show({ id, definitions, range, end }) {
    const isSame = this.#id === id && this.range === range && Math.abs(end - this.#end) < FOLLOW;
    const isOther = this.#id !== id;
    this.#id = id;
    this.range = this.#parts.buttons.has(range) ? range : this.#standard;
    if (!isSame) this.#end = end;
    if (isOther || this.#series.length !== definitions.length) this.#makeSeries(definitions);
    this.element.hidden = this.#series.length === 0;
    if (!isSame) this.#open();
  }

  redraw() {
    this.#chart.redraw();
  }

  close() {
    this.#loading?.abort();
    clearTimeout(this.#timer);
    this.#id = null;
  }

  #makeSeries(definitions) {
    this.#series = definitions.map(({ key, id, attribute, unit, colour, property = "observedAt" }) => {
      const series = newSeries(id, attribute, colour, this.#hidden.has(key));
      return { ...series, source: { ...series.source, property }, key, unit, isKnown: true, isFound: true };
    });
  }

  #choose(range) {
    this.range = range;
    this.#open();
    this.onChange();
  }

  #open() {
    for (const [name, button] of this.#parts.buttons) button.setAttribute("aria-pressed", String(name === this.range));
    const whole = new URLSearchParams(this.#series.flatMap(({ source }) => [["e", source.id], ["a", source.attribute]]));
    const length = ranges.get(this.range)[1];
    if (length === 0) whole.set("range", "all");
    else for (const [name, time] of [["from", this.#end - length], ["to", this.#end]]) whole.set(name, new Date(time).toISOString());
    this.#parts.whole.href = `#/history?${whole}`;
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
    const drawn = this.#series.map(this.#drawn);
    this.#chart.setSeries(drawn);
    this.#legend.show(this.#series, drawn, this.#window[1]);
    const problem = this.#series.find((one) => one.problem)?.problem;
    const total = this.#series.reduce((sum, one) => sum + (one.data?.total ?? 0), 0);
    const period = this.#series.find((one) => one.data?.period)?.data.period;
    const { message, note } = this.#parts;
    setText(message, problem ?? (total > 0 ? "" : this.#series.some((one) => one.isLoading) ? t`Reading …` : t`No values in this time.`));
    message.hidden = message.textContent === "";
    setText(note, total === 0 ? "" : period ? t`${formatCount(total)} values, as averages of ${period.text}; the bands go from the least to the most of each.` : t`${formatCount(total)} values, each shown.`);
  }
}
