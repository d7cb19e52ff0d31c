// The map: streets, areas and markers from the city's own entities, kept up to date and moving.
//
// A record stands in one of two point sources: `still`, which gathers in clusters when there are many, or `moving`,
// once it changed its place while the page was open. Moving ones glide from place to place instead of jumping.

import { baseMap, creditOf, repaint } from "./basemap.js";
import { byId, el, prefersReducedMotion } from "./dom.js";
import { boundsOf } from "./entity.js";
import { FeatureSet } from "./features.js";
import { t } from "./language.js";
import { setUpMapButtons, showTileTip } from "./mapbuttons.js";
import { cityBounds, groundFeature, isFar, isSame, pointFeature, unite } from "./mapfeatures.js";
import { viewSeen } from "./mapview.js";
import { clickable, clustering, crowdedIconSize, iconSize } from "./mapstyle.js";

const CLUSTER_FROM = 1200;
const CROWDED_FROM = 300;
const GLIDING_MAX = 400;
const MOVING_MAX = 5000;
const FRAME = 70;

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
  #sets = null;
  #city = null;
  #isTiled = false;
  #large = null;
  #isClustered = false;
  #isCrowded = false;
  #gliding = new Map();
  #selected = null;
  #selectedCount = 0;
  #isTouched = false;
  #fitTimer = 0;
  #isLoopOn = false;
  #frameTime = 16;
  #stepAt = 0;
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
    if (!this.#sets) return;
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
    for (const record of this.#store.records.values()) this.#sync(record);
    this.#keepGoing();
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
    if (!this.#sets) return;
    for (const record of dirty.removed) this.#drop(record);
    for (const record of dirty.placed) this.#sync(record);
    if (dirty.membership && !this.#isTouched) this.#fitSoon();
    if (this.#selected && (dirty.placed.has(this.#selected) || dirty.removed.has(this.#selected))) this.#drawSelected();
    this.#keepGoing();
  }

  /** Types were hidden or shown. */
  refreshTypes(types) {
    if (!this.#sets) return;
    for (const record of this.#store.records.values()) if (types.includes(record.type)) this.#sync(record);
    if (this.#isTiled) this.#city.setTypes(this.#large.typeNames, this.#isTypeShown);
    this.#keepGoing();
  }

  setTheme(theme) {
    if (theme === this.#theme) return;
    this.#theme = theme;
    if (!this.#sets) return;
    repaint(this.#map, theme, this.#tiles);
    this.#city?.setTheme(theme);
  }

  /** Rings the record's place and draws its ground; `null` for none. */
  select(record) {
    this.#selected = record;
    this.#drawSelected();
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
    if (this.#sets && !this.#isTouched) this.fitAll(true);
  }

  resize() {
    this.#map.resize();
  }

  #start() {
    const source = (name) => this.#map.getSource(name);
    this.#sets = {
      ground: new FeatureSet(source("ground"), 500), still: new FeatureSet(source("still"), 300), moving: new FeatureSet(source("moving"), FRAME),
      selected: new FeatureSet(source("selected"), FRAME),
    };
    byId("map-buttons").hidden = false;
    this.setLarge(this.#large);
    for (const record of this.#store.records.values()) this.#sync(record);
    this.setThemeAfterLoad();
    // An address may have moved the map already.
    if (!this.#isTouched) this.fitAll(true);
    this.#drawSelected();
    this.#keepGoing();
  }

  setThemeAfterLoad() {
    const theme = this.#theme;
    this.#theme = null;
    this.setTheme(theme);
  }

  // --- Records to features -----------------------------------------------------------------------------------------

  #sync(record) {
    if (!this.#store.byIndex.has(record.index)) return this.#drop(record);
    const { ground, still, moving } = this.#sets;
    const isShown = !this.#isTiled && this.#isTypeShown(record.type);
    this.#syncGround(record, ground, isShown);
    if (!isShown || record.point === null) {
      still.remove(record.index);
      moving.remove(record.index);
      this.#gliding.delete(record);
      return;
    }
    const isMoving = record.movedAt > 0 && (moving.has(record.index) || moving.size < MOVING_MAX);
    const from = record.drawnAt ?? record.point;
    if (isMoving) still.remove(record.index);
    const isKnown = moving.has(record.index) || still.has(record.index);
    const canGlide = isMoving && isKnown && !prefersReducedMotion() && this.#gliding.size < GLIDING_MAX && !isFar(from, record.point);
    if (canGlide && !isSame(from, record.point)) {
      const duration = Math.max(250, Math.min(record.interval ?? 1000, 2500));
      this.#gliding.set(record, { from, start: performance.now(), duration });
    } else {
      this.#gliding.delete(record);
      record.drawnAt = record.point;
    }
    (isMoving ? moving : still).put(pointFeature(record, record.drawnAt ?? from));
  }

  #syncGround(record, ground, isShown) {
    const old = record.groundIds ?? [];
    const shapes = isShown ? record.shapes : [];
    record.groundIds = shapes.map((_, at) => record.index * 64 + Math.min(at, 63));
    for (const id of old.slice(shapes.length)) ground.remove(id);
    if (old.length === shapes.length && record.groundDrawn === record.shapes && record.groundName === record.name) return;
    record.groundDrawn = record.shapes;
    record.groundName = record.name;
    shapes.forEach((geometry, at) => ground.put(groundFeature(record, geometry, record.groundIds[at])));
  }

  #drop(record) {
    const { ground, still, moving } = this.#sets;
    still.remove(record.index);
    moving.remove(record.index);
    for (const id of record.groundIds ?? []) ground.remove(id);
    this.#gliding.delete(record);
  }

  // --- Drawing -----------------------------------------------------------------------------------------------------

  #keepGoing() {
    if (this.#isLoopOn) return;
    this.#isLoopOn = true;
    requestAnimationFrame((now) => this.#step(now));
  }

  #step(now) {
    const { ground, still, moving, selected } = this.#sets;
    // Where drawing is slow, as without a graphics processor, glide in fewer steps and leave the machine some air.
    const sinceLast = now - this.#stepAt;
    this.#stepAt = now;
    if (sinceLast < 1000) this.#frameTime += (sinceLast - this.#frameTime) * 0.1;
    moving.every = Math.min(1000, FRAME + 5 * Math.max(0, this.#frameTime - 20));
    this.#setClustering(still.size > CLUSTER_FROM);
    this.#setCrowded(moving.size > CROWDED_FROM);
    ground.flush(now);
    still.flush(now);
    // Before the positions: one that arrives with them is drawn once more, where it stays.
    const isSelectedGliding = this.#gliding.has(this.#selected);
    moving.flush(now, this.#positions(now));
    if (isSelectedGliding) this.#drawSelected();
    selected.every = moving.every;
    selected.flush(now);
    this.#isLoopOn = [ground, still, moving, selected].some((set) => set.isStale) || this.#gliding.size > 0;
    if (this.#isLoopOn) requestAnimationFrame((later) => this.#step(later));
  }

  /** Where those that glide are now; they arrive when the next report is due. */
  #positions(now) {
    const positions = new Map();
    const [[west, south], [east, north]] = this.#map.getBounds().toArray();
    for (const [record, { from, start, duration }] of this.#gliding) {
      const part = Math.min(1, Math.max(0, (now - start) / duration));
      const to = record.point;
      record.drawnAt = [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
      if (part === 1) this.#gliding.delete(record);
      const [longitude, latitude] = record.drawnAt;
      const isVisible = longitude > west && longitude < east && latitude > south && latitude < north;
      if (isVisible || part === 1) positions.set(record.index, record.drawnAt);
    }
    return positions;
  }

  #setClustering(isClustered) {
    if (isClustered === this.#isClustered) return;
    this.#isClustered = isClustered;
    this.#map.getSource("still").setClusterOptions({ cluster: isClustered, ...clustering });
  }

  #setCrowded(isCrowded) {
    if (isCrowded === this.#isCrowded) return;
    this.#isCrowded = isCrowded;
    const size = isCrowded ? crowdedIconSize : iconSize;
    for (const layer of ["moving-markers", "headings"]) this.#map.setLayoutProperty(layer, "icon-size", size);
    this.#map.setLayerZoomRange("headings", isCrowded ? 14.5 : 12, 24);
  }

  #drawSelected() {
    if (!this.#sets) return;
    const record = this.#selected;
    const features = [];
    if (record && this.#store.byIndex.has(record.index)) {
      const at = record.drawnAt ?? record.point;
      // Once more on top of all others: it may be hidden under them or in a cluster.
      if (at) features.push(pointFeature(record, at));
      for (const geometry of record.shapes) features.push({ type: "Feature", properties: {}, geometry });
    }
    for (let id = features.length; id < this.#selectedCount; id += 1) this.#sets.selected.remove(id);
    this.#selectedCount = features.length;
    features.forEach((feature, id) => this.#sets.selected.put({ ...feature, id }));
    this.#keepGoing();
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
      if (frame || !this.#sets) return;
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
      if (!this.#sets) return;
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
