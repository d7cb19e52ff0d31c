// Learns how often sources report, a few at a time, and says which went silent.
//
// Bounds: of each type the histories of at most SAMPLE entities are asked for, at most ROUND types a round, one after the other;
// what was learned is kept for an hour and for at most KNOWN_MAX entities.

import { loadTimes } from "./operationsapi.js";
import { intervalOf, judge, sourcesOf, spread } from "./operationssilence.js";

export const SAMPLE = 20;
const ROUND = 12;
const VALUES = 12;
const ID_MAX = 200;
const KNOWN_MAX = 4000;
const KEPT = 3_600_000;

export class Sources {
  #store;
  #known = new Map();

  constructor(store) {
    this.#store = store;
  }

  /** `{ types: [{ type, count, silent, unknown }], sources, waiting, refusal }`: `waiting` types are looked at in the next round. */
  async look(now, signal) {
    const types = sourcesOf(this.#store.records.values(), now);
    for (const [id, { readAt }] of this.#known) if (now - readAt > KEPT) this.#known.delete(id);
    const asked = types.map(({ type, old }) => ({ type, wanted: this.#wanted(old) })).filter(({ wanted }) => wanted.length > 0);
    let refusal = null;
    for (const { type, wanted } of asked.slice(0, ROUND)) {
      const { value, refusal: words } = await loadTimes(type, wanted, now, VALUES, signal);
      refusal ??= words ?? null;
      if (words) continue;
      for (const { record } of wanted) this.#known.set(record.id, { interval: intervalOf(value.get(record.id) ?? []), readAt: now });
      while (this.#known.size > KNOWN_MAX) this.#known.delete(this.#known.keys().next().value);
    }
    const intervals = { get: (id) => this.#known.get(id)?.interval };
    return {
      types: types.map(({ type, count, old }) => ({ type, count, ...judge(old, intervals, now) })),
      sources: types.reduce((sum, { count }) => sum + count, 0), waiting: Math.max(0, asked.length - ROUND), refusal,
    };
  }

  /** Those of a type whose histories are still to be read: none once a sample of them is known. */
  #wanted(old) {
    // A comma parts ids in a query, and an address has a length.
    const askable = old.filter(({ record }) => record.id.length <= ID_MAX && !record.id.includes(","));
    const sample = spread(askable, SAMPLE);
    return sample.filter(({ record }) => !this.#known.has(record.id)).slice(0, Math.max(0, SAMPLE - askable.filter(({ record }) => this.#known.has(record.id)).length));
  }
}
