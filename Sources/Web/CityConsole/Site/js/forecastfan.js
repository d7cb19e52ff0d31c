// What is expected of a quantity, as a fan; persistence beside it, and how far off both were so far.

import { TimeChart } from "./chart.js";
import { HistoryLegend } from "./historylegend.js";
import { loadWindow } from "./historydata.js";
import { el, setText } from "./dom.js";
import { t } from "./language.js";
import { formatNumber, withUnit } from "./units.js";

export class ForecastFan {
  /** Called when the reader chose another quantity. */
  onChange = () => {};
  element;
  #chart = new TimeChart(t`Forecast`);
  #legend = new HistoryLegend({ canTake: false });
  #parts;
  #hooks;
  #view = null;
  #hidden = new Set();
  #loading = null;
  // The legend keeps its buttons with the series; here those are made anew with each drawing.
  #items = new Map();

  /**
   * @param hooks `id` of the title's element; `chooser`, what the choice of a quantity is called; `ahead`, the head of the
   *   table's first column; `before` and `after`, milliseconds that the chart shows before the forecast and behind it
   */
  constructor(hooks) {
    this.#hooks = hooks;
    const choice = el("select", { "aria-label": hooks.chooser, onchange: () => this.#choose(choice.value) });
    const [words, note] = [el("div", { className: "view-words" }), el("p", { className: "hint" })];
    const table = el("details", { className: "history-table" }, el("summary", {}, t`Error by time ahead`));
    this.#parts = { choice, words, note, table };
    this.#legend.onToggle = ({ title }) => {
      if (!this.#hidden.delete(title)) this.#hidden.add(title);
      this.#draw();
    };
    this.#chart.onBack = () => this.#reset();
    this.element = el("section", { className: "view-card card", "aria-labelledby": hooks.id, hidden: true },
      el("div", { className: "view-card-head" }, el("h4", { id: hooks.id }, t`Forecast`), choice),
      el("div", { className: "view-chart" }, this.#chart.element), this.#legend.element, words, table, note);
  }

  /** The key of the quantity on show. */
  get chosen() {
    return this.#view?.forecast.key ?? null;
  }

  /**
   * @param id of what is forecast
   * @param forecasts `[{ key, label, unit, issued, mark, times, means, lows, highs, persistence, errors, note, measured }]`:
   *   `mark` is where "issued" stands; `persistence` a number, or one for each time; `errors`
   *   `[{ ahead, mae, persistence, coverage, isTold }]`; `measured` `{ id, attribute, unit }`, what it is compared with, or `null`
   * @param wanted the key that the address asks for; another if there is no forecast of it
   */
  show(id, forecasts, wanted) {
    this.element.hidden = forecasts.length === 0;
    if (forecasts.length === 0) return this.close();
    const forecast = forecasts.find(({ key }) => key === wanted) ?? forecasts[0];
    const before = this.#view;
    this.#view = { id, forecasts, forecast, measured: before?.id === id && before.forecast.key === forecast.key ? before.measured : null };
    if (before?.id === id && before.forecast.key === forecast.key && before.forecast.issued === forecast.issued) return;
    this.#parts.choice.replaceChildren(...forecasts.map(({ key, label }) => el("option", { value: key, selected: key === forecast.key }, label)));
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
    this.show(this.#view.id, this.#view.forecasts, key);
    this.onChange();
  }

  get #from() {
    return this.#view.forecast.issued - this.#hooks.before;
  }

  #reset() {
    const { issued, mark, times } = this.#view.forecast;
    this.#chart.setWindow(this.#from, times.at(-1) + this.#hooks.after);
    this.#chart.setMarks([{ at: mark ?? issued, label: t`issued` }]);
  }

  async #load() {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    const { measured, times } = this.#view.forecast;
    if (!measured) return;
    try {
      const source = { id: measured.id, attribute: measured.attribute, property: "observedAt", dataset: null };
      const data = await loadWindow(source, this.#from, times.at(-1), loading.signal);
      if (loading.signal.aborted) return;
      this.#view.measured = { ...data, unit: measured.unit };
      this.#draw();
    } catch {
      // Without what was measured the forecast stands alone.
    }
  }

  #draw() {
    const { forecast, measured } = this.#view;
    const { label, unit, times, means, lows, highs } = forecast;
    const persistence = [forecast.persistence].flat();
    const lines = [
      { title: t`measured`, name: `${label} measured`, unit: measured?.unit ?? unit, colour: "--ink", times: measured?.times ?? [], values: measured?.values ?? [], gap: measured?.gap ?? Infinity },
      { title: t`forecast`, name: t`${label} forecast, with the range it keeps to 9 times in 10`, unit, colour: "--series-1", times, values: means, bands: [{ lows, highs }], gap: Infinity },
    ];
    if (persistence.some(Number.isFinite)) {
      lines.push({
        title: t`persistence`, name: t`Persistence: as it is now`, unit, colour: "--series-2", isDashed: true, times, gap: Infinity,
        values: times.map((_, at) => (persistence.length === 1 ? persistence[0] : persistence[at]) ?? NaN),
      });
    }
    const all = lines.map((line) => ({ ...line, isHidden: this.#hidden.has(line.title), data: line, isLoading: false, problem: null, item: this.#items.get(line.title) }));
    this.#chart.setSeries(all);
    this.#legend.show(all, all, times.at(-1));
    for (const { title, item } of all) this.#items.set(title, item);
    this.#showWords();
  }

  #showWords() {
    const { errors, unit, note } = this.#view.forecast;
    const { words, table } = this.#parts;
    const value = (number) => withUnit(formatNumber(Math.round(number * 10) / 10), unit);
    const rows = errors.filter(({ mae, persistence }) => Number.isFinite(mae) && Number.isFinite(persistence));
    words.replaceChildren(...(rows.length === 0 ? [el("p", {}, t`How far off it was has not been measured yet.`)] : [
      el("p", {}, t`How far off it was, on average:`),
      el("ul", {}, ...rows.filter(({ isTold }) => isTold).map(({ ahead, mae, persistence }) => el("li", {}, el("b", {}, t`${ahead} ahead by ${value(mae)}`), t`; persistence by ${value(persistence)}`,
        ` ${mae < persistence ? t`(${Math.round((1 - mae / persistence) * 100)} % better).` : t`(persistence is as good or better).`}`))),
    ]));
    const percent = (part) => (Number.isFinite(part) ? `${Math.round(part * 100)} %` : "");
    table.hidden = rows.length === 0;
    const head = el("tr", {}, ...[this.#hooks.ahead, t`Forecast`, t`Persistence`, t`Within the range`].map((text) => el("th", { scope: "col" }, text)));
    const fresh = el("div", { className: "history-rows", tabIndex: 0, role: "region", "aria-label": t`Error by time ahead` }, el("table", {}, el("thead", {}, head),
      el("tbody", {}, ...rows.map(({ ahead, mae, persistence, coverage }) => el("tr", {}, el("th", { scope: "row" }, ahead), el("td", {}, value(mae)), el("td", {}, value(persistence)), el("td", {}, percent(coverage)))))));
    if (table.children[1]) table.children[1].replaceWith(fresh);
    else table.append(fresh);
    setText(this.#parts.note, note);
  }
}
