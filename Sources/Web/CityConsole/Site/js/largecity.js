// A city of which the page holds only a part: what is in view, what was searched for, and what the other pages need.
// The map draws all of it from tiles; the list reads on, page by page, as it is scrolled.

import { loadAll, loadExtent } from "./api.js";

const PAGE = 500;
const VIEW_MAX = 5000;
const FOUND_MAX = 200;
/** What the pages of the air and the traffic show, which they take from what the page holds. */
const KEPT_MAX = 10_000;
const keptTypes = /^(AirQuality(Observed|Index|Forecast)|Alert|(Traffic|Item)FlowObserved|TrafficFlowForecast|RoadSegment|SignalizedIntersection|SignalGroup|SignalPlan|SignalPhase)$/;

export class LargeCity {
  /** `{ count, bounds, types: [{ type, count }] }` */
  extent;
  /** The id of the entity that is open, which stays whatever is in view. */
  pinned = () => "";
  /** Called when another part was read; what other pages need may still be on its way. */
  onListed = () => {};
  #view = null;
  #words = "";
  #isTypeShown;
  #wanted = PAGE;
  /** The ids of what is in view or was found; the rest is here for other pages. */
  listed = new Set();
  /** Whether these were searched for. */
  isFound = false;
  /** Whether the view holds more than was read. */
  hasMore = false;
  /** Whether what is listed was read at all. */
  isRead = false;
  #awaitsView;

  /** @param awaitsView whether the map will show a part of the city; else the whole of it is in view to begin with */
  constructor(extent, isTypeShown, awaitsView) {
    this.extent = extent;
    this.#isTypeShown = isTypeShown;
    this.#awaitsView = awaitsView;
  }

  get typeNames() {
    return [...this.extent.types].sort((a, b) => b.count - a.count).map(({ type }) => type);
  }

  /** The part of the map that is seen, `[west, south, east, north]`; gives whether it is another one. */
  look(bounds) {
    if (this.#view && bounds.every((edge, at) => Math.abs(edge - this.#view[at]) < 1e-7)) return false;
    this.#view = bounds;
    this.#wanted = PAGE;
    return true;
  }

  /** No map will tell what is in view; gives whether that was awaited. */
  listWhole() {
    const wasAwaited = this.#awaitsView;
    this.#awaitsView = false;
    return wasAwaited;
  }

  search(words) {
    this.#words = words;
    this.#wanted = PAGE;
  }

  /** Another page of the view is to be read; gives whether there is one. */
  readOn() {
    if (!this.hasMore || this.#wanted >= VIEW_MAX) return false;
    this.#wanted += PAGE;
    return true;
  }

  /** Counts and bounds anew. */
  async measure() {
    this.extent = await loadExtent();
  }

  /** Reads all of what is in view, as far as a page holds it, and what other pages need, whatever the list shows. */
  async loadWide(take, signal) {
    await this.#loadKept(take, signal);
    await this.#loadView(take, signal, VIEW_MAX);
  }

  /** Reads what the page is to hold now, what is listed first. */
  async load(take, signal) {
    await this.measure();
    const listed = new Set();
    const list = (page) => {
      for (const { id } of page) listed.add(id);
      this.isRead ||= this.listed === listed;
      take(page);
    };
    // What is listed is replaced once all of it is here; the first time there is nothing to replace.
    if (this.listed.size === 0) this.listed = listed;
    const isView = this.#words === "";
    if (!isView) await this.#find(list, signal);
    else if (this.#view || !this.#awaitsView || !this.extent.bounds) await this.#loadView(list, signal, this.#wanted);
    this.isRead ||= !isView || this.#view !== null || !this.#awaitsView;
    this.listed = listed;
    this.isFound = !isView;
    this.onListed();
    await this.#loadKept(take, signal);
  }

  async #loadKept(take, signal) {
    const kept = this.extent.types.filter(({ type, count }) => keptTypes.test(type) && count <= KEPT_MAX);
    let room = KEPT_MAX;
    for (const { type, count } of kept) {
      if (count > room) continue;
      room -= count;
      await loadAll(take, KEPT_MAX, signal, { type });
    }
    const pinned = this.pinned();
    if (pinned) await loadAll(take, 1, signal, { id: pinned });
  }

  async #loadView(take, signal, most) {
    const types = this.#shownTypes();
    if (types === null) return;
    let read = 0;
    await loadAll((page) => { read += page.length; take(page); }, most, signal, { ...types, ...this.#area() });
    this.hasMore = read >= most;
  }

  /** Entities whose id, name or type has the words, wherever they are. */
  async #find(take, signal) {
    const pattern = this.#words.split(/\s+/).map((word) => word.replace(/[^\p{L}\p{N}_-]/gu, (sign) => `\\${sign}`)).join(".*");
    const types = this.typeNames.filter((type) => type.toLowerCase().includes(this.#words)).slice(0, 20);
    const ways = [{ idPattern: `(?i).*${pattern}.*` }, { q: `name~="(?i).*${pattern.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}.*"` }];
    if (types.length > 0) ways.unshift({ type: types.join(",") });
    for (const way of ways) await loadAll(take, FOUND_MAX, signal, way);
    this.hasMore = false;
  }

  /** The selection of the types shown; `null` where none is. */
  #shownTypes() {
    const names = this.typeNames;
    const shown = names.filter((type) => this.#isTypeShown(type));
    if (shown.length === names.length) return {};
    return shown.length === 0 ? null : { type: shown.slice(0, 100).join(",") };
  }

  /** The selection of the view; none where it holds the whole city anyway. */
  #area() {
    const { bounds } = this.extent;
    if (!this.#view || !bounds) return {};
    const [west, south, east, north] = this.#view;
    if (west <= bounds[0] && south <= bounds[1] && east >= bounds[2] && north >= bounds[3]) return {};
    const ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
    return { georel: "intersects", geometry: "Polygon", coordinates: JSON.stringify([ring]) };
  }
}
