// Notifications a minute, from counters that are sampled while the page is open.

import { t } from "./language.js";
import { formatTenths } from "./units.js";





const KEPT = 60;
const WINDOW = 60_000;

export class Rates {
  #samples = new Map();

  /** Notes the count so far; one that is lower than before begins anew. */
  note(id, count, now) {
    let samples = this.#samples.get(id);
    if (!samples || samples.at(-1).count > count) this.#samples.set(id, samples = []);
    samples.push({ now, count });
    if (samples.length > KEPT) samples.shift();
  }

  keepOnly(ids) {
    for (const id of [...this.#samples.keys()]) if (!ids.has(id)) this.#samples.delete(id);
  }

  /** Over the last minute, or what was seen of it; `null` before the second sample. */
  perMinute(id) {
    const samples = this.#samples.get(id) ?? [];
    if (samples.length < 2) return null;
    const last = samples.at(-1);
    const first = samples.find((one) => last.now - one.now <= WINDOW) ?? samples[0];
    if (first === last) return null;
    return ((last.count - first.count) / (last.now - first.now)) * 60_000;
  }

  /** The rates between samples, as a chart takes them; `null` when there are too few. */
  series(id) {
    const samples = this.#samples.get(id) ?? [];
    if (samples.length < 3) return null;
    const times = [];
    const values = [];
    for (let at = 1; at < samples.length; at += 1) {
      times.push(samples[at].now);
      values.push(((samples[at].count - samples[at - 1].count) / (samples[at].now - samples[at - 1].now)) * 60_000);
    }
    return { times, values };
  }
}

export function rateText(rate) {
  if (rate === null) return "…";
  return t`${rate > 0 && rate < 10 ? formatTenths(rate) : Math.round(rate)}/min`;
}
