// The city as this page knows it: every entity, what changed since the last frame, and counts.
//
// Invariants:
// 1. `records` holds at most `limit` entities; what is beyond is only counted as left out.
// 2. A record's `index` is never given to another entity, so a late drawing cannot show the wrong one.
// 3. Changes are taken in at once and drawn later: `takeDirty` hands each changed record out once, however often it changed.

import {
  attributeNamed, attributeNames, instancesOf, isMember, isNaming, isRemoval, nameOf, numberOf, placeOf, shortId,
  shortName, typesOf,
} from "./entity.js";
import { RecentValues } from "./series.js";
import { parseTime } from "./time.js";
import { lookOfVehicle } from "./types.js";

export class EntityStore {
  records = new Map();
  byIndex = new Map();
  typeCounts = new Map();
  recent = new RecentValues();
  leftOut = 0;
  changeCount = 0;
  limit = 50_000;
  /** Whether another time than now is on show; its values are not among the recent ones. */
  isPast = false;
  #nextIndex = 1;
  #dirty = freshDirt();

  /** Called with the id of an entity that changed and is not here. */
  onUnknown = () => {};
  /** Called whenever there is something to draw. */
  onDirty = () => {};

  get size() {
    return this.records.size;
  }

  /** Takes whole entities, new or known. */
  put(entities) {
    for (const entity of entities) this.#put(entity, Date.now());
    this.onDirty();
  }

  /** Forgets what is not among `ids`: the reload is over and these are all there are. */
  keepOnly(ids) {
    for (const id of [...this.records.keys()]) if (!ids.has(id)) this.#remove(id);
    this.onDirty();
  }

  /** Takes the changes of the stream in their order. */
  apply(changes) {
    const now = Date.now();
    for (const change of changes) {
      this.changeCount += 1;
      if (change.op === "delete") this.#remove(change.id);
      else if (change.op === "create") this.#put(change.entity, now);
      else if (change.op === "update") this.#update(change, now);
    }
    this.onDirty();
  }

  /** What changed since the last call: sets of records `changed`, `placed`, `removed`; flags `types`, `membership`. */
  takeDirty() {
    const dirty = this.#dirty;
    this.#dirty = freshDirt();
    return dirty;
  }

  #put(entity, now) {
    if (typeof entity?.id !== "string") return;
    const known = this.records.get(entity.id);
    if (!known && this.records.size >= this.limit) {
      this.leftOut += 1;
      return;
    }
    const record = known ?? { index: this.#nextIndex, id: entity.id, movedAt: 0, lastNumber: null };
    if (!known) {
      this.#nextIndex += 1;
      this.records.set(record.id, record);
      this.byIndex.set(record.index, record);
      this.#dirty.membership = true;
    } else {
      this.#count(record.type, -1);
    }
    record.entity = entity;
    record.types = typesOf(entity);
    record.type = record.types[0] ?? "Entity";
    this.#count(record.type, 1);
    const times = [entity.modifiedAt, entity.createdAt].map(parseTime).filter(Number.isFinite);
    record.changedAt = times.length > 0 ? times[0] : now;
    record.lastNumber = null;
    record.readingIsNew = true;
    for (const name of attributeNames(entity)) this.#noteNumber(record, name, now);
    this.#rename(record);
    this.#place(record);
    this.#touch(record);
  }

  #update(change, now) {
    const record = this.records.get(change.id);
    if (!record) {
      if (this.records.size < this.limit) this.onUnknown(change.id);
      return;
    }
    let isRenamed = false;
    let isPlaced = false;
    record.readingIsNew = !(record.lastNumber in (change.entity ?? {}));
    const removed = (Array.isArray(change.removed) ? change.removed : []).map((name) => [name, null]);
    for (const [name, attribute] of [...Object.entries(change.entity ?? {}), ...removed]) {
      // JSON may name a member so; assigning it would change the object's prototype instead.
      if (name === "__proto__") continue;
      if (isMember(name)) {
        if (name === "type") this.#retype(record, attribute);
        else record.entity[name] = attribute;
        continue;
      }
      isPlaced ||= isGeo(attribute) || isGeo(record.entity[name]);
      if (isRemoval(attribute)) {
        delete record.entity[name];
        if (record.lastNumber === name) record.lastNumber = null;
      } else {
        record.entity[name] = attribute;
        this.#noteNumber(record, name, now);
      }
      isRenamed ||= isNaming(name);
    }
    const modifiedAt = parseTime(change.entity?.modifiedAt);
    record.changedAt = Number.isFinite(modifiedAt) ? modifiedAt : now;
    if (isRenamed) this.#rename(record);
    if (isPlaced) this.#place(record, now);
    this.#touch(record);
  }

  #remove(id) {
    const record = this.records.get(id);
    if (!record) return;
    this.records.delete(id);
    this.byIndex.delete(record.index);
    this.#count(record.type, -1);
    this.#dirty.changed.delete(record);
    this.#dirty.placed.delete(record);
    this.#dirty.removed.add(record);
    this.#dirty.membership = true;
  }

  #retype(record, type) {
    this.#count(record.type, -1);
    record.entity.type = type;
    record.types = typesOf(record.entity);
    record.type = record.types[0] ?? "Entity";
    this.#count(record.type, 1);
    this.#rename(record);
  }

  #rename(record) {
    const { entity } = record;
    record.hasName = true;
    record.name = nameOf(entity);
    if (record.name === null) {
      record.hasName = false;
      record.name = shortId(record.id);
    }
    record.search = `${record.name}\n${record.types.join(" ")}\n${record.id}`.toLowerCase();
    const vehicleType = attributeNamed(entity, "vehicleType");
    record.look = lookOfVehicle(record.type, vehicleType && instancesOf(vehicleType)[0]?.value);
    this.#dirty.placed.add(record);
  }

  #place(record, now = 0) {
    const before = record.point;
    const { point, shapes } = placeOf(record.entity);
    record.point = point;
    record.shapes = shapes;
    const heading = numberOf(attributeNamed(record.entity, "heading") ?? attributeNamed(record.entity, "bearing"));
    record.heading = heading;
    if (now > 0 && before && point && (before[0] !== point[0] || before[1] !== point[1])) {
      record.interval = record.movedAt > 0 ? Math.min(now - record.movedAt, 5000) : 1000;
      record.movedAt = now;
    }
    this.#dirty.placed.add(record);
  }

  #noteNumber(record, name, now) {
    const value = numberOf(record.entity[name]);
    if (value === undefined) return;
    // Of the numbers that change together the first is the reading, unless it is already one of them; a heading turns
    // all the time and says little in a list.
    if (record.readingIsNew && !/^(heading|bearing)$/.test(shortName(name))) {
      record.lastNumber = name;
      record.readingIsNew = false;
    }
    if (!this.isPast) this.recent.add(record.index, name, now, value);
  }

  #touch(record) {
    this.#dirty.changed.add(record);
  }

  #count(type, step) {
    const count = (this.typeCounts.get(type) ?? 0) + step;
    if (count > 0) this.typeCounts.set(type, count);
    else this.typeCounts.delete(type);
    this.#dirty.types = true;
  }
}

function freshDirt() {
  return { changed: new Set(), placed: new Set(), removed: new Set(), types: false, membership: false };
}

function isGeo(attribute) {
  return attribute !== undefined && attribute !== null && instancesOf(attribute).some((one) => one.type === "GeoProperty");
}
