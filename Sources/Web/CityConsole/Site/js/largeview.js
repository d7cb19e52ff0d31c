// Makes the page one of a large city, once it proves to be one: the list is of what is in view or was searched for, the
// legend counts the whole city, and the map draws from tiles. Of a small city nothing of this is seen, nor read.

import { loadExtent } from "./api.js";
import { byId } from "./dom.js";
import { t } from "./language.js";
import { formatCount } from "./units.js";

/** From here on a city is large. */
const LARGE_FROM = 5000;
const SETTLE = 400;

export class LargeView {
  /** Called when the number of entities or their types are others. */
  onCounts = () => {};
  /** Called with the entities in view, as they are now, when another part of the past is looked at. */
  onPastView = () => {};
  #parts;
  #city = null;
  #tools = null;
  #map = null;
  /** What only large cities need, once it is read: `{ LargeCity, MapTools, CityTiles }`. */
  #modules = null;
  #wish;
  #timer = 0;
  #reading = null;
  #domain = null;
  #isDomainDue = false;
  #isPast = false;

  /**
   * @param parts `{ store, list, legend, sync, detail }`
   * @param wish what the address asks of the map, or `null`
   */
  constructor(parts, wish) {
    this.#parts = parts;
    this.#wish = wish;
    const { list, sync } = parts;
    sync.chooseLarge = () => this.#choose();
    sync.onLargeChange = () => this.#map?.cityTiles?.touch();
    list.onEnd = () => { if (this.#city?.readOn()) this.#reloadSoon(); };
    list.onSearch = (words) => {
      if (!this.#city) return;
      this.#city.search(words);
      this.#reloadSoon();
    };
  }

  /** How the map draws, for its address. */
  get options() {
    return this.#tools?.options ?? { layer: "markers", by: null };
  }

  /** Whether the page holds a part of the city only. */
  get isPart() {
    return this.#city !== null;
  }

  /** Whether the list is of what is in view. */
  get isOfView() {
    return this.#city !== null && !this.#isPast && !this.#city.isFound;
  }

  /** Whether it is not known yet what is in view. */
  get isAwaited() {
    return this.#city !== null && !this.#isPast && !this.#city.isRead;
  }

  /** There will be no map, so that nothing more is to be known of what is in view. */
  withoutMap() {
    this.#wish = null;
    if (this.#city?.listWhole()) this.#reloadSoon();
  }

  setMap(map) {
    this.#map = map;
    map.makeTiles = (options) => new this.#modules.CityTiles(options);
    map.onView = () => this.#look();
    map.onTiles = () => this.#fitRange();
    map.onTiled = () => {
      this.#applyOptions();
      this.#look();
    };
    map.setLarge(this.#isPast ? null : this.#city);
  }

  /** Another view by its address. */
  wish(view) {
    this.#tools?.choose(view);
    this.#applyOptions();
  }

  /** Other types are shown than before. */
  typesChanged() {
    if (this.#city) this.#reloadSoon();
  }

  /** The past is shown from the entities in view: there are no tiles of it. */
  setPast(isPast) {
    this.#isPast = isPast;
    if (!this.#city) return;
    byId("legend-tools").hidden = isPast;
    this.#scopeList();
    this.#map?.setLarge(isPast ? null : this.#city);
    if (isPast) this.#lookBackSoon();
    else this.#reading?.abort();
  }

  /** Everything was read. */
  loaded() {
    if (!this.#city) return;
    this.#countTypes();
    this.#tools.update();
    this.#map?.setLarge(this.#isPast ? null : this.#city);
    this.#look();
    this.onCounts();
  }

  /** The legend counts the whole city. */
  #countTypes() {
    this.#parts.legend.counts = new Map(this.#city.extent.types.map(({ type, count }) => [type, count]));
  }

  async #choose() {
    const extent = await loadExtent();
    const isLarge = extent !== null && extent.count > LARGE_FROM;
    if (!isLarge) {
      if (this.#city) this.#leave();
      return null;
    }
    this.#modules ??= Object.assign({}, ...await Promise.all([import("./largecity.js"), import("./maptools.js"), import("./citytiles.js")]));
    if (!this.#city) this.#enter(extent);
    return this.#city;
  }

  #enter(extent) {
    const { legend, detail, store } = this.#parts;
    const { LargeCity, MapTools } = this.#modules;
    this.#city = new LargeCity(extent, legend.isShown, this.#wish !== null);
    this.#city.pinned = () => detail.id;
    this.#city.onListed = () => {
      this.onCounts();
      this.#parts.list.refresh();
    };
    this.#countTypes();
    this.#scopeList();
    this.#tools = new MapTools(store, this.#wish ?? {});
    this.#tools.onChange = () => this.#applyOptions();
    this.#tools.onRange = () => this.#takeRange();
    document.body.classList.add("is-large");
  }

  #leave() {
    const { legend } = this.#parts;
    this.#city = null;
    this.#scopeList();
    legend.counts = null;
    byId("legend-tools").hidden = true;
    document.body.classList.remove("is-large");
    this.#map?.setLarge(null);
  }

  /** The list is of what is in view or was found, as long as the present of a large city is shown. */
  #scopeList() {
    const { list } = this.#parts;
    const isPart = this.#city !== null && !this.#isPast;
    list.isListed = isPart ? (record) => this.#city.listed.has(record.id) : () => true;
    list.scopeText = isPart ? (count) => {
      if (!this.#city.isRead) return t`Reading …`;
      const all = formatCount(this.#city.extent.count);
      if (this.#city.isFound) return t`${count} found among ${all}`;
      return this.#city.hasMore ? t`${count} read so far, of ${all} · latest change first` : t`${count} in this view, of ${all} · latest change first`;
    } : null;
  }

  #look() {
    if (!this.#city || !this.#map || (!this.#isPast && !this.#map.cityTiles) || !this.#city.look(this.#map.view.bounds)) return;
    if (this.#isPast) this.#lookBackSoon();
    else this.#reloadSoon();
  }

  /** Reads what is in view now, of which the past is to be shown. */
  #lookBackSoon() {
    clearTimeout(this.#timer);
    this.#reading?.abort();
    this.#reading = new AbortController();
    const { signal } = this.#reading;
    this.#timer = setTimeout(async () => {
      const entities = new Map();
      try {
        await this.#city?.loadWide((page) => { for (const entity of page) entities.set(entity.id, entity); }, signal);
        if (this.#isPast && !signal.aborted) this.onPastView([...entities.values()]);
      } catch {
        // The moment on show stays; the next move asks again.
      }
    }, SETTLE);
  }

  #reloadSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { if (!this.#isPast) this.#parts.sync.reload(); }, SETTLE);
  }

  #applyOptions() {
    const tiles = this.#map?.cityTiles;
    if (!tiles || !this.#tools) return;
    const { layer, by } = this.#tools.options;
    if (by !== this.#domain?.by) {
      this.#domain = null;
      this.#isDomainDue = by !== null;
    }
    tiles.setOptions({ layer, by, domain: this.#domain?.range ?? null });
    this.#tools.showScale(this.#domain?.range ?? null);
  }

  /** Once the first tiles with a newly chosen attribute have come, their numbers make the scale. */
  #fitRange() {
    if (this.#isDomainDue) this.#takeRange();
  }

  #takeRange() {
    const { by } = this.#tools.options;
    const range = by && this.#map?.cityTiles?.rangeOf(by);
    if (!range) return;
    this.#isDomainDue = false;
    this.#domain = { by, range };
    this.#applyOptions();
  }
}
