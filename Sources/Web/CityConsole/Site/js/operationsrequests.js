// The part with requests: how many of each operation, their rates, and how long answers take.

import { el, setText } from "./dom.js";
import { t } from "./language.js";
import { course, figures, hint, part } from "./operationsparts.js";
import { UNKNOWN, countText, perSecondText, quantileText, secondsText, text } from "./operationswords.js";
import { sparkline } from "./sparkline.js";

const SHOWN_MAX = 12;
const heads = [t`Operation`, t`In all`, t`Refused`, t`Failed`, t`Now`, t`Course`];

export class RequestsPart {
  #part;
  #rate = course(t`Requests`);
  #latency = course(t`Mean time to answer`);
  #figures = figures([["median", t`Half within`], ["p95", t`95 of 100 within`], ["p99", t`99 of 100 within`], ["connections", t`Connections`], ["sent", t`Answered in all`], ["failed", t`Errors of the server`]]);
  #rows = new Map();
  #body = el("tbody");
  #note = hint("");
  #span = hint("");

  constructor() {
    this.#part = part("requests", t`Requests`, el("div", { className: "ops-courses" }, this.#rate.element, this.#latency.element), this.#figures.element, this.#span,
      el("div", { className: "ops-table", role: "region", "aria-label": t`Requests by operation`, tabIndex: 0 }, el("table", {},
        el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))), this.#body)), this.#note);
    this.element = this.#part.element;
    this.element.classList.add("is-broad");
  }

  show(samples, refusal, gauge) {
    this.#part.say(refusal);
    if (refusal) return;
    const { latency, operations } = samples;
    this.#rate.draw(samples.allSeries, perSecondText(samples.allRate), t`a second`);
    this.#latency.draw(samples.latencySeries, secondsText(latency?.mean), t`milliseconds`);
    const sum = (key) => operations.reduce((total, one) => total + one[key], 0);
    this.#figures.set({
      median: quantileText(latency?.median ?? null), p95: quantileText(latency?.p95 ?? null), p99: quantileText(latency?.p99 ?? null),
      connections: countText(gauge("parvis_http_connections")), sent: countText(sum("total")), failed: [countText(sum("failed")), sum("failed") > 0 ? "bad" : ""],
    });
    setText(this.#span, !latency ? t`How long answers take is not told.` : latency.isRecent ? t`Times are of the last minute, from the last byte of a request to its answer.` : t`Times are since the start, from the last byte of a request to its answer.`);
    const shown = operations.slice(0, SHOWN_MAX);
    const names = new Set(shown.map(({ name }) => name));
    for (const [name, row] of this.#rows) {
      if (names.has(name)) continue;
      row.element.remove();
      this.#rows.delete(name);
    }
    shown.forEach((one, at) => {
      if (!this.#rows.has(one.name)) this.#rows.set(one.name, makeRow(one.name));
      const row = this.#rows.get(one.name);
      fill(row, one, samples);
      if (this.#body.children[at] !== row.element) this.#body.insertBefore(row.element, this.#body.children[at] ?? null);
    });
    const left = operations.slice(SHOWN_MAX);
    setText(this.#note, left.length === 0 ? "" : t`${countText(left.length)} more operations with ${countText(left.reduce((total, one) => total + one.total, 0))} requests.`);
    this.#note.hidden = left.length === 0;
  }
}

/** What is no operation of NGSI-LD, such as this page and probes, is counted as `other`. */
const nameOf = (name) => (name === "other" ? t`other, such as probes` : text(name, 60) || t`(no name)`);

function makeRow(name) {
  const cells = ["total", "refused", "failed", "now"].map((key, at) => [key, el("td", { "data-head": heads[at + 1] })]);
  const spark = sparkline();
  const element = el("tr", {}, el("th", { scope: "row" }, nameOf(name)), ...cells.map(([, cell]) => cell), el("td", {}, el("span", { className: "ops-spark" }, spark.picture)));
  return { element, spark, ...Object.fromEntries(cells) };
}

function fill(row, one, samples) {
  setText(row.total, countText(one.total));
  setText(row.refused, one.refused > 0 ? countText(one.refused) : UNKNOWN);
  setText(row.failed, one.failed > 0 ? countText(one.failed) : UNKNOWN);
  row.failed.dataset.tone = one.failed > 0 ? "bad" : "";
  setText(row.now, perSecondText(samples.rateOf(one.name)));
  const series = samples.seriesOf(one.name);
  row.spark.picture.classList.toggle("is-empty", series === null);
  if (series) row.spark.draw(series, Date.now(), text(one.name, 60), t`a second`, [0, Math.max(...series.values, 1e-9)]);
}
