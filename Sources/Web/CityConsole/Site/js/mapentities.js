// The store's entities on the map, kept up to date and moving.
//
// A record stands in one of two point sources: `still`, which gathers in clusters when there are many, or `moving`,
// once it changed its place while the page was open. Moving ones glide from place to place instead of jumping.

import { prefersReducedMotion } from "./dom.js";
import { FeatureSet } from "./features.js";
import { groundFeature, isFar, isSame, pointFeature } from "./mapfeatures.js";
import { clustering, crowdedIconSize, iconSize } from "./mapstyle.js";

const CLUSTER_FROM = 1200;
const CROWDED_FROM = 300;
const GLIDING_MAX = 400;
const MOVING_MAX = 5000;
const FRAME = 70;

export class EntitiesOnMap {
  #map;
  #store;
  #isTypeShown;
  #sets;
  #isShown = true;
  #isClustered = false;
  #isCrowded = false;
  #gliding = new Map();
  #selected = null;
  #selectedCount = 0;
  #isLoopOn = false;
  #frameTime = 16;
  #stepAt = 0;

  /** @param map whose style has loaded */
  constructor(map, store, isTypeShown) {
    this.#map = map;
    this.#store = store;
    this.#isTypeShown = isTypeShown;
    const set = (name, every) => new FeatureSet(map.getSource(name), every);
    this.#sets = { ground: set("ground", 500), still: set("still", 300), moving: set("moving", FRAME), selected: set("selected", FRAME) };
  }

  /** Draws all of the store, or nothing but what is selected. */
  setShown(isShown) {
    this.#isShown = isShown;
    for (const record of this.#store.records.values()) this.#sync(record);
    this.#keepGoing();
  }

  /** Takes what changed; drawing follows as fast as the map can. */
  update(dirty) {
    for (const record of dirty.removed) this.#drop(record);
    for (const record of dirty.placed) this.#sync(record);
    if (this.#selected && (dirty.placed.has(this.#selected) || dirty.removed.has(this.#selected))) this.#drawSelected();
    this.#keepGoing();
  }

  /** Types were hidden or shown. */
  refreshTypes(types) {
    for (const record of this.#store.records.values()) if (types.includes(record.type)) this.#sync(record);
    this.#keepGoing();
  }

  /** Rings the record's place and draws its ground; `null` for none. */
  select(record) {
    this.#selected = record;
    this.#drawSelected();
  }

  // --- Records to features -----------------------------------------------------------------------------------------

  #sync(record) {
    if (!this.#store.byIndex.has(record.index)) return this.#drop(record);
    const { ground, still, moving } = this.#sets;
    const isShown = this.#isShown && this.#isTypeShown(record.type);
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
}
