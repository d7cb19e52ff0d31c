// The map: where one looks, what is pointed at, and whether it draws the store's entities (`mapentities.js`) or, of a large
// city, tiles (`citytiles.js`).

import { baseMap, creditOf, repaint } from "./basemap.js";
import { byId, el, prefersReducedMotion } from "./dom.js";
import { boundsOf } from "./entity.js";
import { t } from "./language.js";
import { setUpMapButtons, showTileTip } from "./mapbuttons.js";
import { EntitiesOnMap } from "./mapentities.js";
import { cityBounds, unite } from "./mapfeatures.js";
import { viewSeen } from "./mapview.js";
import { clickable } from "./mapstyle.js";

export class CityMap {
  /** Called with a record that was clicked. */
  onOpen = () => {};
  /** Called with the id of an entity that was clicked in the tiles of a large city. */
  onOpenId = () => {};
  /** Called when the address of the view is asked for. */
  onCopyView = () => {};
  /** Called after the map came to rest. */
  onView = () => {};
  /** Makes the tiles of a large city. */
  makeTiles = null;
  /** Called when the map began to draw from tiles. */
  onTiled = () => {};
  /** Called when the tiles of the view have come. */
  onTiles = () => {};
  /** Space that panels cover, in pixels: `{ left, right, top, bottom }`. */
  insets = () => ({ left: 24, right: 24, top: 24, bottom: 24 });
  #map;
  #maplibre;
  #store;
  #tiles;
  #isTypeShown;
  /** What of the store is drawn; `null` until the map can be drawn on. */
  #entities = null;
  #city = null;
  #isTiled = false;
  #large = null;
  #selected = null;
  #isTouched = false;
  #fitTimer = 0;
  #theme;

  constructor({ maplibre, store, isTypeShown, theme, tiles }) {
    this.#maplibre = maplibre;
    this.#store = store;
    this.#isTypeShown = isTypeShown;
    this.#theme = theme;
    this.#tiles = tiles;
    this.#map = baseMap({ maplibre, theme, tiles, holder: byId("map-canvas"), title: t`Map of the city. The list holds the same entities.` });
    this.#map.addControl(new maplibre.ScaleControl({ maxWidth: 90 }), "bottom-right");
    this.#map.on("movestart", (event) => { if (event.originalEvent) this.#isTouched = true; });
    this.#map.once("load", () => this.#start());
    this.#map.on("moveend", () => this.onView());
    this.#map.once("idle", () => { byId("map").dataset.ready = "true"; });
    this.#setUpPointer();
    setUpMapButtons(this.#map, {
      fitAll: () => this.fitAll(), copyView: () => this.onCopyView(), onTouch: (isTouched) => { this.#isTouched = isTouched; },
    });
    byId("map-credit").textContent = creditOf(tiles);
    byId("map-credit").classList.toggle("has-tiles", Boolean(tiles?.attribution));
    byId("map-credit").hidden = false;
  }

  /** Draws from the tiles of a large city instead of from the store; `null`: from the store. */
  setLarge(large) {
    this.#large = large;
    if (!this.#entities) return;
    const isTiled = large !== null;
    if (isTiled) {
      if (!this.#city) {
        this.#city = this.makeTiles({ map: this.#map, theme: this.#theme, types: large.typeNames });
        this.#city.onSettled = () => this.onTiles();
      }
      this.#city.setTypes(large.typeNames, this.#isTypeShown);
    }
    if (isTiled === this.#isTiled) return;
    this.#isTiled = isTiled;
    this.#city?.setShown(isTiled);
    byId("map").dataset.from = isTiled ? "tiles" : "entities";
    this.#entities.setShown(!isTiled);
    if (isTiled) this.onTiled();
  }

  /** The tiles of a large city; `null` for a small one. */
  get cityTiles() {
    return this.#isTiled ? this.#city : null;
  }

  /** `{ zoom, center, bounds }`: what is seen, under panels too; `bounds` as `[west, south, east, north]`. */
  get view() {
    return viewSeen(this.#map);
  }

  goTo({ zoom, center }) {
    this.#isTouched = true;
    this.#map.jumpTo({ zoom, center });
  }

  /** Takes what changed; drawing follows as fast as the map can. */
  update(dirty) {
    if (!this.#entities) return;
    this.#entities.update(dirty);
    if (dirty.membership && !this.#isTouched) this.#fitSoon();
  }

  /** Types were hidden or shown. */
  refreshTypes(types) {
    if (!this.#entities) return;
    this.#entities.refreshTypes(types);
    if (this.#isTiled) this.#city.setTypes(this.#large.typeNames, this.#isTypeShown);
  }

  setTheme(theme) {
    if (theme === this.#theme) return;
    this.#theme = theme;
    if (!this.#entities) return;
    repaint(this.#map, theme, this.#tiles);
    this.#city?.setTheme(theme);
  }

  /** Rings the record's place and draws its ground; `null` for none. */
  select(record) {
    this.#selected = record;
    this.#entities?.select(record);
  }

  /** Brings the record's place into the uncovered part of the map. */
  show(record, isNear = true) {
    if (record.point === null && record.shapes.length === 0) return;
    this.#isTouched = true;
    const { left, right, top, bottom } = this.insets();
    const moves = { essential: false, duration: prefersReducedMotion() ? 0 : 700 };
    if (record.shapes.length > 0) {
      this.#map.fitBounds(unite(record.shapes.map(boundsOf)), { padding: { left, right, top, bottom }, maxZoom: 16.5, ...moves });
      return;
    }
    const zoom = isNear ? Math.max(this.#map.getZoom(), 15.5) : this.#map.getZoom();
    this.#map.easeTo({ center: record.point, zoom, offset: [(left - right) / 2, (top - bottom) / 2], ...moves });
  }

  /** Whether the record's place is in the part of the map that no panel covers. */
  isInView(record) {
    if (record.point === null) return false;
    const { x, y } = this.#map.project(record.point);
    const { left, right, top, bottom } = this.insets();
    const { clientWidth, clientHeight } = this.#map.getContainer();
    return x > left && x < clientWidth - right && y > top && y < clientHeight - bottom;
  }

  /** Shows everything; stray positions far outside of the rest do not count. */
  fitAll(isQuiet = false) {
    const bounds = this.#large?.extent.bounds ?? cityBounds([...this.#store.records.values()].filter((record) => this.#isTypeShown(record.type)));
    if (!bounds) return;
    const duration = isQuiet || prefersReducedMotion() ? 0 : 600;
    this.#map.fitBounds(bounds, { padding: this.insets(), maxZoom: 16, duration });
  }

  /** All is loaded and the panels have their size: shows everything, unless someone moved the map already. */
  settle() {
    if (this.#entities && !this.#isTouched) this.fitAll(true);
  }

  resize() {
    this.#map.resize();
  }

  #start() {
    this.#entities = new EntitiesOnMap(this.#map, this.#store, this.#isTypeShown);
    byId("map-buttons").hidden = false;
    this.setLarge(this.#large);
    this.#entities.setShown(!this.#isTiled);
    this.setThemeAfterLoad();
    // An address may have moved the map already.
    if (!this.#isTouched) this.fitAll(true);
    this.#entities.select(this.#selected);
  }

  setThemeAfterLoad() {
    const theme = this.#theme;
    this.#theme = null;
    this.setTheme(theme);
  }

  #fitSoon() {
    if (this.#fitTimer) return;
    this.#fitTimer = setTimeout(() => {
      this.#fitTimer = 0;
      if (this.#isTouched) return;
      if (this.#large) return;
      const bounds = cityBounds([...this.#store.records.values()]);
      const seen = this.#map.getBounds();
      // Only when the city outgrew the view: a single new entity inside of it moves nothing.
      if (bounds && !(seen.contains([bounds[0], bounds[1]]) && seen.contains([bounds[2], bounds[3]]) && this.#map.getZoom() > 4)) this.fitAll(true);
    }, 700);
  }

  // --- Pointer and buttons -----------------------------------------------------------------------------------------

  #setUpPointer() {
    const tip = byId("map-tip");
    let frame = 0;
    this.#map.on("mousemove", (event) => {
      if (frame || !this.#entities) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        const feature = this.#featureAt(event.point, 3);
        const record = feature && this.#recordOf(feature);
        if (this.#isTiled && !record) return this.#tipOfTile(event.point, tip);
        this.#map.getCanvas().style.cursor = feature ? "pointer" : "";
        tip.hidden = !record;
        if (!record) return;
        tip.replaceChildren(el("b", {}, record.name), el("span", {}, record.type));
        tip.style.transform = `translate(${event.point.x + 14}px, ${event.point.y + 14}px)`;
      });
    });
    this.#map.on("mouseout", () => { tip.hidden = true; });
    this.#map.on("click", (event) => {
      if (!this.#entities) return;
      const feature = this.#featureAt(event.point, 3) ?? this.#featureAt(event.point, 12);
      if (!feature) {
        const id = this.#isTiled ? this.#city.click(event.point) : null;
        tip.hidden ||= id !== null;
        return id === null ? undefined : this.onOpenId(id);
      }
      tip.hidden = true;
      const record = this.#recordOf(feature);
      if (record) this.onOpen(record);
      else if (feature.properties.cluster_id !== undefined) this.#openCluster(feature);
    });
  }

  #featureAt({ x, y }, reach) {
    const found = this.#map.queryRenderedFeatures([[x - reach, y - reach], [x + reach, y + reach]], { layers: clickable });
    const rank = (feature) => clickable.indexOf(feature.layer.id);
    return found.sort((a, b) => rank(a) - rank(b))[0];
  }

  #tipOfTile(point, tip) {
    const feature = this.#city.featureAt(point, 3);
    this.#map.getCanvas().style.cursor = feature ? "pointer" : "";
    showTileTip(tip, feature, point);
  }

  #recordOf(feature) {
    return this.#store.byIndex.get(feature.properties.index);
  }

  async #openCluster(feature) {
    const zoom = await this.#map.getSource("still").getClusterExpansionZoom(feature.properties.cluster_id);
    this.#isTouched = true;
    this.#map.easeTo({ center: feature.geometry.coordinates, zoom: zoom + 0.3, duration: prefersReducedMotion() ? 0 : 500 });
  }
}
