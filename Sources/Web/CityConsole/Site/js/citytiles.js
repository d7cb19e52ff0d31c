// The city drawn from vector tiles (/tiles), for cities too large for a page to hold. One source of tiles for markers,
// lines and areas, one with finer cells for heat; both are asked for again, coarsely, after something changed.

import { prefersReducedMotion } from "./dom.js";
import { tileClickable, tileLayers, TILE_SOURCES } from "./tilestyle.js";

const REFRESH = 5000;
/** A refresh may take a tenth of the time, so that a slow machine or a busy city is not asked all the time. */
const REST = 9;
const CELLS = { city: 12, heat: 64 };
/** Names as the attributes that say what something is called, which tips show. */
const NAMES = "name";
const TYPES_IN_ADDRESS = 60;

export class CityTiles {
  /** Called when the tiles of the view have come. */
  onSettled = () => {};
  #map;
  #theme;
  #types;
  #hidden = new Set();
  #options = { layer: "markers", by: null, domain: null };
  #isShown = true;
  #isStale = false;
  #timer = 0;
  #askedAt = 0;
  #asked = "";
  #isLoading = false;
  #took = 0;

  /** @param types the names of the types there are, the most frequent first */
  constructor({ map, theme, types }) {
    this.#map = map;
    this.#theme = theme;
    this.#types = types;
    for (const source of TILE_SOURCES) map.addSource(source, { type: "vector", tiles: [this.#address(source)], minzoom: 0, maxzoom: 16 });
    this.#asked = this.#address("city");
    this.#draw();
    map.on("idle", () => this.#settled());
    map.on("error", ({ error }) => {
      // A request given up for a newer one is no fault.
      if (error?.name !== "AbortError" && error?.message !== "AbortError") console.error(error);
    });
    document.addEventListener("visibilitychange", () => this.#refreshSoon());
  }

  /** Other types than before are there, or other ones are hidden. */
  setTypes(types, isTypeShown) {
    this.#types = types;
    this.#hidden = new Set(types.filter((type) => !isTypeShown(type)));
    this.#askOthers();
    this.#draw();
  }

  /** `{ layer: "markers" | "heat", by: attribute or null, domain: [low, high] or null }` */
  setOptions(options) {
    this.#options = { ...options, most: this.#options.most };
    this.#askOthers();
    this.#draw();
  }

  setTheme(theme) {
    this.#theme = theme;
    this.#draw();
  }

  setShown(isShown) {
    this.#isShown = isShown;
    this.#draw();
  }

  /** Something changed somewhere: the tiles in view are asked for again, not at once and not too often. */
  touch() {
    this.#isStale = true;
    this.#refreshSoon();
  }

  /** The feature at a place, `{ id, type, name }`, or `{ cluster, coordinates }`; `null` where there is none. */
  featureAt({ x, y }, reach) {
    const layers = tileClickable.filter((id) => this.#map.getLayer(id));
    const found = this.#map.queryRenderedFeatures([[x - reach, y - reach], [x + reach, y + reach]], { layers });
    const rank = (feature) => layers.indexOf(feature.layer.id);
    const feature = found.sort((a, b) => rank(a) - rank(b))[0];
    if (!feature) return null;
    const { id, type, name, point_count: count } = feature.properties;
    return count === undefined ? { id, type, name } : { cluster: count, type, coordinates: feature.geometry.coordinates };
  }

  /** Comes nearer to a cluster at a place, or gives the id of an entity there; `null` where there is none. */
  click(point) {
    const feature = this.featureAt(point, 3) ?? this.featureAt(point, 12);
    if (!feature?.cluster) return feature?.id ?? null;
    this.#map.easeTo({ center: feature.coordinates, zoom: Math.min(17, this.#map.getZoom() + 2), duration: prefersReducedMotion() ? 0 : 500 });
    return null;
  }

  /** What a cell of the heat holds where much stands, of the tiles that are loaded. */
  mostInCell() {
    const of = (sourceLayer) => this.#map.querySourceFeatures("heat", { sourceLayer }).map(({ properties }) => properties.point_count ?? 1);
    const counts = [...of("clusters"), ...of("entities")];
    counts.sort((a, b) => a - b);
    return counts.length === 0 ? 1 : counts[Math.floor((counts.length - 1) * 0.98)];
  }

  /** Where the middle nine tenths of an attribute's numbers lie in the tiles that are loaded; `null` without any. */
  rangeOf(attribute) {
    const values = [];
    for (const { properties } of this.#map.querySourceFeatures("city", { sourceLayer: "entities" })) {
      if (typeof properties[attribute] === "number") values.push(properties[attribute]);
    }
    for (const { properties } of this.#map.querySourceFeatures("city", { sourceLayer: "clusters" })) {
      const mean = properties[`${attribute}_mean`];
      if (typeof mean === "number") values.push(mean);
    }
    if (values.length === 0) return null;
    values.sort((a, b) => a - b);
    const low = values[Math.floor(values.length * 0.05)];
    const high = values[Math.ceil(values.length * 0.95) - 1];
    return low < high ? [low, high] : [low - 1, high + 1];
  }

  #address(source) {
    const shown = this.#types.filter((type) => !this.#hidden.has(type));
    // The names of hundreds of types would not fit into an address; then the layers leave out what is hidden.
    const types = this.#hidden.size === 0 || shown.length > TYPES_IN_ADDRESS ? "*" : shown.join(",") || "none";
    const attributes = [NAMES, this.#options.by].filter((name, at, all) => name !== null && all.indexOf(name) === at);
    // The attribute comes first: clusters have the numbers of the first four only.
    const query = new URLSearchParams({ attrs: attributes.reverse().join(","), cells: CELLS[source] });
    return `${location.origin}/tiles/${encodeURIComponent(types)}/{z}/{x}/{y}.mvt?${query}`;
  }

  /** Asks for tiles if they are others than those that are there. */
  #askOthers() {
    if (this.#address("city") !== this.#asked) this.#ask();
  }

  /** Asks for the tiles in view again. What is drawn stays until they have come; the server says which are the same. */
  #ask() {
    this.#isStale = false;
    this.#askedAt = performance.now();
    this.#isLoading = true;
    this.#asked = this.#address("city");
    for (const source of TILE_SOURCES) this.#map.getSource(source).setTiles([this.#address(source)]);
  }

  #settled() {
    if (this.#isLoading) {
      this.#isLoading = false;
      this.#took = performance.now() - this.#askedAt;
    }
    this.#scaleHeat();
    this.onSettled();
    this.#refreshSoon();
  }

  #scaleHeat() {
    if (this.#options.layer !== "heat") return;
    const most = this.mostInCell();
    const old = this.#options.most ?? 0;
    // A little more or less is not worth drawing all again.
    if (most > old * 0.8 && most < old * 1.25) return;
    this.#options.most = most;
    this.#draw();
  }

  #refreshSoon() {
    if (this.#timer || !this.#isStale || document.hidden || !this.#isShown) return;
    const wait = Math.max(REFRESH, this.#took * REST) - (performance.now() - this.#askedAt);
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      if (this.#isStale && !document.hidden && this.#isShown && !this.#isLoading) this.#ask();
    }, Math.max(0, wait));
  }

  #draw() {
    const wanted = this.#isShown ? tileLayers(this.#theme, this.#types, this.#hidden, this.#options) : [];
    const old = this.#map.getStyle().layers.filter((layer) => TILE_SOURCES.includes(layer.source)).map((layer) => layer.id);
    const names = new Set(wanted.map((layer) => layer.id));
    for (const id of old) if (!names.has(id)) this.#map.removeLayer(id);
    for (const layer of wanted) {
      if (!old.includes(layer.id)) {
        this.#map.addLayer(layer, layer.before ?? "selected-edges");
        continue;
      }
      this.#map.setFilter(layer.id, layer.filter ?? null);
      for (const [name, value] of Object.entries(layer.paint ?? {})) this.#map.setPaintProperty(layer.id, name, value);
      for (const [name, value] of Object.entries(layer.layout ?? {})) this.#map.setLayoutProperty(layer.id, name, value);
    }
  }
}
