// Keeps one GeoJSON source of the map equal to a set of records, by differences and no faster than it can draw.

export class FeatureSet {
  /** The features that the source holds or is about to. */
  #present = new Set();
  #waiting = new Map();
  #source;
  #sentAt = -Infinity;

  /** @param every milliseconds between two renewals of the source, at the least */
  constructor(source, every) {
    this.#source = source;
    this.every = every;
  }

  get size() {
    return this.#present.size;
  }

  has(id) {
    return this.#present.has(id);
  }

  put(feature) {
    this.#present.add(feature.id);
    this.#waiting.set(feature.id, feature);
  }

  remove(id) {
    if (this.#present.delete(id)) this.#waiting.set(id, null);
  }

  /** Whether something waits to be sent. */
  get isStale() {
    return this.#waiting.size > 0;
  }

  /** Sends what waits, with new positions of features that are there already; `false` when it is too early. */
  flush(now, positions = new Map()) {
    if (this.#waiting.size === 0 && positions.size === 0) return true;
    if (now - this.#sentAt < this.every || !this.#source.loaded()) return false;
    this.#sentAt = now;
    const difference = { add: [], remove: [], update: [] };
    for (const [id, feature] of this.#waiting) {
      if (feature) difference.add.push(feature);
      else difference.remove.push(id);
    }
    for (const [id, coordinates] of positions) {
      const waiting = this.#waiting.get(id);
      if (waiting) waiting.geometry = { type: "Point", coordinates };
      else if (this.#present.has(id)) difference.update.push({ id, newGeometry: { type: "Point", coordinates } });
    }
    this.#waiting.clear();
    this.#source.updateData(difference);
    return true;
  }
}
