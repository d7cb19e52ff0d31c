// The figures over the page's own samples: rates of operations, latency, memory. They begin when the page is opened.

import { between, histogramOf, quantileOf } from "./operationslatency.js";
import { operationsOf, sumOf } from "./operationsmetrics.js";
import { Rates } from "./rates.js";

const KEPT = 60;
const WINDOW = 60_000;
const ALL = "all requests";

export class Samples {
  metrics = null;
  operations = [];
  #rates = new Rates();
  #histograms = [];
  #memory = { times: [], values: [] };

  /** Takes in what /metrics answered at a time. */
  take(metrics, now) {
    this.metrics = metrics;
    this.operations = operationsOf(metrics);
    const named = this.operations.map(({ name, total }) => [`operation ${name}`, total]);
    const all = [[ALL, this.operations.reduce((sum, { total }) => sum + total, 0)], ["failed", this.operations.reduce((sum, { failed }) => sum + failed, 0)],
      ["writes", sumOf(metrics, "parvis_entity_writes_total")], ["ingest", sumOf(metrics, "parvis_ingest_messages_total")]];
    const counted = [...named, ...all].filter(([, count]) => count !== null);
    for (const [id, count] of counted) this.#rates.note(id, count, now);
    this.#rates.keepOnly(new Set(counted.map(([id]) => id)));
    const histogram = histogramOf(metrics);
    if (!histogram || (this.#histograms.length > 0 && between(this.#histograms.at(-1), histogram) === null)) this.#histograms = [];
    if (histogram) this.#histograms.push({ ...histogram, now });
    const resident = sumOf(metrics, "process_resident_memory_bytes");
    if (resident !== null) {
      this.#memory.times.push(now);
      this.#memory.values.push(resident / 1024 / 1024);
    }
    for (const list of [this.#histograms, this.#memory.times, this.#memory.values]) if (list.length > KEPT) list.shift();
  }

  /** A second, over the last minute or what was seen of it; `null` before the second sample. */
  rate = (id) => perSecond(this.#rates.perMinute(id));
  rateOf = (operation) => this.rate(`operation ${operation}`);
  get allRate() { return this.rate(ALL); }

  series(id) {
    const series = this.#rates.series(id);
    return series && { times: series.times, values: series.values.map(perSecond) };
  }

  seriesOf = (operation) => this.series(`operation ${operation}`);
  get allSeries() { return this.series(ALL); }

  /** MiB that were resident. */
  get memorySeries() {
    return this.#memory.values.length > 1 ? this.#memory : null;
  }

  /** `{ mean, median, p95, p99, isRecent, count }` of the last minute, or since the start where nothing was answered in it; `null` without a histogram. */
  get latency() {
    const last = this.#histograms.at(-1);
    if (!last) return null;
    const first = this.#histograms.find((one) => last.now - one.now <= WINDOW);
    const recent = first === last ? null : between(first, last);
    const isRecent = (recent?.count ?? 0) > 0;
    const used = isRecent ? recent : last;
    const [median, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantileOf(used, share));
    return { mean: used.count > 0 ? used.sum / used.count : null, median, p95, p99, isRecent, count: used.count };
  }

  /** The mean of the answers between samples, in milliseconds. */
  get latencySeries() {
    const times = [];
    const values = [];
    for (let at = 1; at < this.#histograms.length; at += 1) {
      const part = between(this.#histograms[at - 1], this.#histograms[at]);
      if (!part || part.count === 0) continue;
      times.push(this.#histograms[at].now);
      values.push((part.sum / part.count) * 1000);
    }
    return values.length > 1 ? { times, values } : null;
  }
}

const perSecond = (rate) => (rate === null ? null : rate / 60);
