// The attributes in a chart with their last values; each can be hidden, taken out, and looked at on the map.

import { swatch, valueText } from "./chartseries.js";
import { el, setText } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";

export class HistoryLegend {
  /** Called with a series to hide or show. */
  onToggle = () => {};
  /** Called with a series to take out. */
  onTake = () => {};
  element = el("ul", { className: "history-legend", "aria-label": t`Attributes in the chart` });
  #canTake;

  /** @param canTake whether series can be taken out, and lead to their entity */
  constructor({ canTake = true } = {}) {
    this.#canTake = canTake;
  }

  /** @param until the end of the window: the value shown is the last one before it */
  show(all, drawn, until) {
    const units = [...new Set(drawn.map((one) => one.unit))];
    const elements = all.map((series, at) => {
      const item = (series.item ??= this.#item(series));
      const { data } = series;
      const last = data ? data.values.findLastIndex((value, index) => !Number.isNaN(value) && data.times[index] <= until) : -1;
      setText(item.name, drawn[at].name);
      setText(item.value, series.problem ? t`could not be read` : last >= 0 ? valueText(drawn[at], last) : series.isLoading ? t`loading` : t`no values`);
      setText(item.scale, units.indexOf(series.unit) > 1 ? t`own scale` : "");
      item.toggle.setAttribute("aria-pressed", String(!series.isHidden));
      item.out?.setAttribute("aria-label", t`Take out ${drawn[at].name}`);
      return item.element;
    });
    // Only when they are others, so that the focus stays on one.
    const { children } = this.element;
    if (elements.length !== children.length || elements.some((element, at) => children[at] !== element)) this.element.replaceChildren(...elements);
  }

  #item(series) {
    const [name, value, scale] = ["history-name", "history-value", "hint"].map((className) => el("span", { className }));
    const toggle = el("button", { type: "button", className: "history-toggle", title: t`Show or hide`, onclick: () => this.onToggle(series) }, swatch(series), name, scale, value);
    const parts = { element: el("li", {}, toggle), name, value, scale, toggle, out: null };
    if (!this.#canTake) return parts;
    const entity = el("a", { className: "icon-button", href: `#/entity/${encodeURIComponent(series.source.id)}`, "aria-label": t`Open the entity`, title: t`Open the entity` }, icon("target"));
    parts.out = el("button", { type: "button", className: "icon-button", title: t`Take out`, onclick: () => this.onTake(series) }, icon("close"));
    parts.element.append(entity, parts.out);
    return parts;
  }
}
