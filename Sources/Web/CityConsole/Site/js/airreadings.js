// What the page of the air has asked the server for: the results of an hour that is over, the field between the stations,
// and trends.
//
// Invariant: one reading of a kind is under way at a time; a later one takes its place, and what is on show stays until it
// has come.

import { loadField, loadResults, loadTrends } from "./airdata.js";
import { pollutants } from "./airindex.js";

/** How often the newest field is asked for again, at the least. */
const FIELD_EVERY = 60_000;

export class AirReadings {
  #past = { results: null, problem: "" };
  #field = { field: null, reason: "" };
  #trends = new Map();
  #fieldAskedAt = 0;
  #requests = new Map();
  /** By kind, what was asked for last. */
  #asked = new Map();

  /** Called when one of a kind has come. */
  onPast = () => {};
  onField = () => {};
  onTrends = () => {};

  /** `{ results, problem }` of the hour on show; no results while it is the newest. */
  get past() {
    return this.#past;
  }

  /** `{ field, reason }`: contour bands, or why there are none. */
  get field() {
    return this.#field;
  }

  /** The last day of each station, by its id. */
  get trends() {
    return this.#trends;
  }

  /** Ends what is under way; all is asked for again when it is wanted next. */
  close() {
    for (const request of this.#requests.values()) request.abort();
    this.#requests.clear();
    this.#asked.clear();
  }

  #isNews(kind, id) {
    if (this.#asked.get(kind) === id) return false;
    this.#asked.set(kind, id);
    return true;
  }

  async #ask(kind, read) {
    this.#requests.get(kind)?.abort();
    const request = new AbortController();
    this.#requests.set(kind, request);
    try {
      return { value: await read(request.signal), isCurrent: !request.signal.aborted };
    } catch (error) {
      return { error, isCurrent: !request.signal.aborted };
    }
  }

  async loadPast({ index, at }) {
    if (!this.#isNews("past", at === null ? "" : `${index} ${at}`)) return;
    if (at === null) {
      this.#requests.get("past")?.abort();
      this.#past = { results: null, problem: "" };
      return;
    }
    const { value, error, isCurrent } = await this.#ask("past", (signal) => loadResults(index, at, signal));
    if (!isCurrent) return;
    this.#past = { results: value ?? null, problem: error?.message ?? "" };
    this.onPast();
  }

  /** Whether the newest field may have changed since it was asked for. */
  isFieldOld(now) {
    return now - this.#fieldAskedAt > FIELD_EVERY;
  }

  async loadField({ fieldKey, at, newest }, isUncertainty, isForced) {
    if (!this.#isNews("field", `${fieldKey} ${at ?? `!${newest}`} ${isUncertainty}`) && !isForced) return;
    this.#fieldAskedAt = Date.now();
    const { name } = pollutants.find(({ key }) => key === fieldKey);
    const { value, error, isCurrent } = await this.#ask("field", (signal) => loadField({ pollutant: name, at, isUncertainty }, signal));
    if (!isCurrent) return;
    this.#fieldAskedAt = Date.now();
    this.#field = { field: value?.field ?? null, reason: value?.reason ?? error?.message ?? "" };
    this.onField();
  }

  async loadTrends({ index, key, hour }, stations) {
    if (!Number.isFinite(hour)) return;
    if (!this.#isNews("trends", `${index} ${key} ${hour}`)) return;
    const names = new Set(stations.map(({ readings }) => readings.get(key)?.attribute).filter(Boolean));
    const source = key === null ? { type: "AirQualityIndex", attributes: ["airQualityIndex"], index } : { type: "AirQualityObserved", attributes: [...names] };
    if (source.attributes.length === 0) return;
    const { value, isCurrent } = await this.#ask("trends", (signal) => loadTrends(source, hour, signal));
    if (!isCurrent) return;
    const stationOf = new Map(stations.map((station) => [station.results.get(index)?.id, station.id]));
    this.#trends = new Map([...(value ?? [])].map(([entity, trend]) => [key === null ? stationOf.get(entity) : entity, trend]));
    this.onTrends();
  }
}
