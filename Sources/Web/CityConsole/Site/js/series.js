// The recent values of numeric attributes, as they streamed in while the page was open. Bounded in both directions.

const SAMPLES = 120;
const SERIES = 4000;

export class RecentValues {
  #series = new Map();

  /** Notes a value; the series that was longest without one gives way when there are too many. */
  add(index, attribute, time, value) {
    const key = `${index} ${attribute}`;
    let series = this.#series.get(key);
    if (series) {
      this.#series.delete(key);
    } else {
      series = { times: [], values: [] };
      if (this.#series.size >= SERIES) this.#series.delete(this.#series.keys().next().value);
    }
    this.#series.set(key, series);
    series.times.push(time);
    series.values.push(value);
    if (series.times.length > SAMPLES) {
      series.times.shift();
      series.values.shift();
    }
  }

  /** `{ times, values }`, the oldest first, or `undefined`. */
  of(index, attribute) {
    return this.#series.get(`${index} ${attribute}`);
  }

  clear() {
    this.#series.clear();
  }
}
