// Keeps the store equal to the broker: the stream first, then all pages, then the changes that came meanwhile.
//
// Invariants:
// 1. While pages are being read, changes wait in `#waiting`, at most WAITING_MAX; beyond it the read starts again.
// 2. Entities that came or went during a read shift the pages, so the read is repeated, at most READS times.

import { loadAll, loadOne } from "./api.js";
import { ChangeStream } from "./stream.js";

const WAITING_MAX = 200_000;
const READS = 3;
const STREAM_WAIT = 3000;
const UNKNOWN_MAX = 200;

export class Sync {
  /** Tells, before each read, which part of a large city to read; `null` for all of a small one. */
  chooseLarge = async () => null;
  /** Called when something changed in a city of which only a part is here. */
  onLargeChange = () => {};
  onState = () => {};
  /** Called with a text when loading failed, with `null` when it went well. */
  onProblem = () => {};
  onLoaded = () => {};
  #store;
  #stream = new ChangeStream();
  #waiting = null;
  #isShifted = false;
  #reading = null;
  #isOpen = false;
  #opened;
  #unknown = new Set();
  #inFlight = new Map();
  #isPaused = false;
  #large = null;

  constructor(store) {
    this.#store = store;
    store.onUnknown = (id) => this.#fetchUnknown(id);
    const isOpen = new Promise((resolve) => { this.#opened = resolve; });
    this.#stream.onState = (state) => {
      if (state === "live") this.#opened();
      this.#isOpen = state === "live";
      this.onState(this.#isOpen && this.#waiting ? "loading" : state);
    };
    this.#stream.onChanges = (changes) => this.#take(changes);
    this.#stream.onReset = () => this.reload();
    this.#waiting = [];
    this.#stream.open();
    Promise.race([isOpen, new Promise((resolve) => setTimeout(resolve, STREAM_WAIT))]).then(() => this.reload());
  }

  /** Reads everything again; a read under way is given up. */
  async reload() {
    this.#reading?.abort();
    if (this.#isPaused) return;
    const reading = new AbortController();
    this.#reading = reading;
    this.#waiting = [];
    this.onState(this.#isOpen ? "loading" : "reconnecting");
    try {
      for (let read = 1; ; read += 1) {
        this.#isShifted = false;
        const seen = new Set();
        this.#store.leftOut = 0;
        this.#large = await this.chooseLarge();
        if (reading.signal.aborted) return;
        const take = (page) => {
          this.#store.put(page);
          for (const entity of page) seen.add(entity.id);
        };
        if (this.#large) {
          const leaveOut = () => { this.#store.leftOut = Math.max(0, this.#large.extent.count - this.#store.size); };
          leaveOut();
          await this.#large.load((page) => {
            take(page);
            leaveOut();
          }, reading.signal);
          this.#store.leftOut = Math.max(0, this.#large.extent.count - seen.size);
        } else {
          await loadAll((page, total) => {
            take(page);
            this.#store.leftOut = Math.max(0, total - this.#store.limit);
          }, this.#store.limit, reading.signal);
          if (this.#isShifted && read < READS) continue;
        }
        this.#store.keepOnly(seen);
        break;
      }
    } catch (error) {
      if (reading.signal.aborted) return;
      this.onProblem(error.message);
      setTimeout(() => { if (this.#reading === reading) this.reload(); }, 5000);
      return;
    }
    if (this.#reading !== reading) return;
    const waiting = this.#waiting;
    this.#waiting = null;
    for (const changes of waiting) this.#apply(changes);
    this.onProblem(null);
    this.onState(this.#isOpen ? "live" : "reconnecting");
    this.onLoaded();
  }

  /** Leaves the store to others: what the stream brings is dropped. */
  pause() {
    this.#isPaused = true;
    this.#reading?.abort();
    this.#reading = null;
    this.#waiting = null;
  }

  /** Makes the store equal to the broker again. */
  resume() {
    this.#isPaused = false;
    return this.reload();
  }

  #take(changes) {
    if (this.#isPaused) return;
    if (!this.#waiting) return this.#apply(changes);
    this.#isShifted ||= changes.some((change) => change.op !== "update");
    this.#waiting.push(changes);
    if (this.#waiting.length > WAITING_MAX) this.reload();
  }

  /** Of a large city only what is here changes here; the map's tiles bring the rest. */
  #apply(changes) {
    if (!this.#large) return this.#store.apply(changes);
    const here = changes.filter((change) => this.#store.records.has(change.id));
    this.#store.changeCount += changes.length - here.length;
    this.#store.apply(here);
    this.onLargeChange();
  }

  /** An entity changed that the pages did not bring: read it alone, again if it changed while being read. */
  #fetchUnknown(id) {
    if (this.#isPaused) return;
    if (this.#inFlight.has(id)) this.#inFlight.set(id, true);
    else if (this.#unknown.size < UNKNOWN_MAX) this.#unknown.add(id);
    this.#fetchNext();
  }

  async #fetchNext() {
    if (this.#unknown.size === 0 || this.#inFlight.size >= 2) return;
    const [id] = this.#unknown;
    this.#unknown.delete(id);
    this.#inFlight.set(id, false);
    try {
      const entity = await loadOne(id);
      if (entity && !this.#isPaused) this.#store.put([entity]);
    } catch {
      // The next change of this entity asks again.
    }
    const changedMeanwhile = this.#inFlight.get(id);
    this.#inFlight.delete(id);
    if (changedMeanwhile) this.#unknown.add(id);
    this.#fetchNext();
  }
}
