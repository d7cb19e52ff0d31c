// The recent values of numeric attributes, as they streamed in while the page was open. Bounded in both directions.

const SAMPLES = 90;
const SERIES = 12_000;

export class RecentValues {
  #series = new Map();
  /** The entity whose values are on show; its series stay. */
  kept = 0;

  /** Notes a value; the series that was longest without one gives way when there are too many. */
  add(index, attribute, time, value) {
    const key = `${index} ${attribute}`;
    let series = this.#series.get(key);
    if (series) {
      this.#series.delete(key);
    } else {
      series = { index, times: [], values: [] };
      if (this.#series.size >= SERIES) this.#dropOldest();
    }
    this.#series.set(key, series);
    series.times.push(time);
    series.values.push(value);
    if (series.times.length > SAMPLES) {
      series.times.shift();
      series.values.shift();
    }
  }

  #dropOldest() {
    for (const [key, { index }] of this.#series) {
      if (index === this.kept) continue;
      this.#series.delete(key);
      return;
    }
  }

  /** `{ times, values }`, the oldest first, or `undefined`. */
  of(index, attribute) {
    return this.#series.get(`${index} ${attribute}`);
  }
}
