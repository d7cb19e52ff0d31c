// The city as it was: every entity with the values that held at a moment, put together from what is there now and what
// the temporal operations tell (CIM 009 clause 5.7.4).
//
// - An attribute that has observedAt has the value of the last instance observed up to the moment.
// - An attribute without it holds since it was modified; before that, what the history has by modifiedAt.
// - An entity was there from its creation, or from its first observed value: history may have been brought in later.
//   Then its attributes without a time of their own, such as its name and its place, are shown as they are now.

import { BrokerError, problemOf } from "./api.js";
import { attributeNames, mainInstance } from "./entity.js";
import { t } from "./language.js";
import { parseTime } from "./time.js";

const PAGE = 500;
const PAGE_LEAST = 10;
/** Entities whose deletions or earlier values are asked for by id. */
const ASKED_MAX = 2000;
const TYPES_MAX = 100;
/** Entities of which an earlier one of the same id is looked for. */
const LIVES_MAX = 50;
const LATEST = "9000-01-01T00:00:00.000Z";
const temporal = "/ngsi-ld/v1/temporal/entities";

export class PastCity {
  /** Entities by id as they are now; they are read, never changed. */
  #present;
  /** Types of entities, with whether one has an observed attribute now. */
  #types = new Map();
  #observedTypes = null;
  #limit;
  #isPart;
  #deletions = new Map();
  #asked = new Set();
  /** What happens without being observed: `[time, id]`, in order. */
  #events = [];
  #observed = new Map();
  #older = new Map();
  time = NaN;

  /**
   * @param entities normalized, with system attributes
   * @param limit how many entities are read at most
   * @param isPart whether they are a part of the city, so that of no other the past is read
   */
  constructor(entities, limit, isPart = false) {
    this.#present = new Map(entities.map((entity) => [entity.id, entity]));
    this.#limit = limit;
    this.#isPart = isPart;
    for (const entity of entities) {
      const created = parseTime(entity.createdAt);
      if (Number.isFinite(created)) this.#events.push([created, entity.id]);
      let isObserved = false;
      for (const name of attributeNames(entity)) {
        const instance = mainInstance(entity[name]);
        if (instance?.observedAt !== undefined) isObserved = true;
        else if (instance?.modifiedAt !== entity.createdAt) this.#events.push([parseTime(instance?.modifiedAt), entity.id]);
      }
      for (const type of [entity.type].flat()) this.#types.set(type, isObserved || this.#types.get(type) === true);
    }
    this.#sortEvents();
  }

  /** Finds the types of which something was observed: what is known now may have less than the history. */
  async #findTypes(signal) {
    if (this.#observedTypes) return;
    const types = [...this.#types.keys()].slice(0, TYPES_MAX);
    const isObserved = await Promise.all(types.map(async (type) => this.#types.get(type)
      || (await askPage({ type, timerel: "before", timeAt: LATEST, lastN: "1", limit: "1", options: "temporalValues" }, signal)).length > 0));
    this.#observedTypes = types.filter((_, at) => isObserved[at]);
  }

  /** The earliest moment that is known, or `NaN`. Of each type one entity is asked for more than its creation. */
  async first(signal) {
    let first = this.#events[0]?.[0] ?? NaN;
    await this.#findTypes(signal);
    for (const type of this.#observedTypes) {
      const times = { timerel: "before", timeAt: isoText(first || Date.now()), lastN: "1", options: "temporalValues" };
      const [entity] = await askPage({ type, ...times, limit: "1" }, signal);
      const [attribute] = entity ? attributeNames(entity) : [];
      if (attribute === undefined) continue;
      const query = new URLSearchParams({ attrs: attribute, timerel: "before", timeAt: LATEST, options: "aggregatedValues", aggrMethods: "totalCount" });
      const whole = await readJSON(`${temporal}/${encodeURIComponent(entity.id)}?${query}`, {}, signal);
      const start = parseTime(mainInstance(whole?.[attribute] ?? [])?.totalCount?.[0]?.[1]);
      if (start < first || Number.isNaN(first)) first = start;
    }
    return first;
  }

  /** Reads the whole city at a moment; gives every entity of that moment. Nothing changes when it is given up or fails. */
  async jump(time, signal) {
    const observed = await this.#read({ timerel: "before", timeAt: isoText(time + 1) }, signal);
    await this.#askDeletions(observed, time, signal);
    const older = await this.#readOlder(time, signal);
    signal?.throwIfAborted();
    [this.#observed, this.#older, this.time] = [observed, older, time];
    const entities = [];
    for (const id of new Set([...this.#present.keys(), ...observed.keys()])) {
      const entity = this.#compose(id);
      if (entity) entities.push(entity);
    }
    return entities;
  }

  /** What was observed after one moment and up to a later one, to be handed to `step`. */
  async changes(from, to, signal) {
    const observed = await this.#read({ timerel: "between", timeAt: isoText(from + 1), endTimeAt: isoText(to + 1) }, signal);
    await this.#askDeletions(observed, to, signal);
    return { from, to, observed };
  }

  /** Goes on to a later moment: `[id, entity]`, with `null` for what is not there, of all that may differ. */
  step({ to, observed }) {
    const ids = new Set(observed.keys());
    for (const [time, id] of this.#events) if (time > this.time && time <= to) ids.add(id);
    for (const [id, { type, attributes }] of observed) {
      const known = this.#observed.get(id);
      if (known) Object.assign(known.attributes, attributes);
      else this.#observed.set(id, { type, attributes });
    }
    this.time = to;
    return [...ids].map((id) => [id, this.#compose(id)]);
  }

  /** Pages through the last observed instances of every entity that has some. */
  async #read(times, signal) {
    const found = new Map();
    await this.#findTypes(signal);
    if (this.#observedTypes.length === 0) return found;
    if (this.#isPart) {
      const isObserved = ({ type }) => [type].flat().some((one) => this.#observedTypes.includes(one));
      for (const entity of await askByID([...this.#present.values()].filter(isObserved), "", { ...times, lastN: 1 }, signal)) {
        found.set(entity.id, { type: entity.type, attributes: attributesOf(entity) });
      }
      return found;
    }
    let [offset, limit] = [0, PAGE];
    while (found.size < this.#limit) {
      const page = await askPage({ type: this.#observedTypes.join(","), ...times, lastN: "1", limit: String(limit), offset: String(offset) }, signal);
      // Too many instances for one answer: some attributes of this page are missing, so fewer entities at once.
      if (page.isPartial && limit > PAGE_LEAST) {
        limit = Math.max(PAGE_LEAST, limit >> 1);
        continue;
      }
      for (const entity of page) {
        if (typeof entity?.id === "string") found.set(entity.id, { type: entity.type, attributes: attributesOf(entity) });
      }
      offset += page.length;
      if (page.length < limit) break;
    }
    return found;
  }

  /** When entities and attributes that are not there any more, or are there anew, were deleted; each is asked for once. */
  async #askDeletions(observed, time, signal) {
    const [gone, later] = [[], []];
    for (const [id, { type, attributes }] of observed) {
      if (this.#asked.has(id)) continue;
      const present = this.#present.get(id);
      if (!present || !Object.keys(attributes).every((name) => Object.hasOwn(present, name))) gone.push({ id, type });
      if (present && parseTime(present.createdAt) > time) later.push({ id, type });
    }
    // By modifiedAt each series answers with its newest instance at once; by deletedAt it would be searched for one.
    for (const entity of await askByID(gone.slice(0, ASKED_MAX), "", { timerel: "before", timeAt: LATEST, timeproperty: "modifiedAt", lastN: 1 }, signal)) {
      this.#noteDeletions(entity);
    }
    // Brought in after its creation, or left by an earlier entity of the same id: that was written at the time.
    const candidates = await askByID(later.slice(0, ASKED_MAX), "&options=sysAttrs", { timerel: "before", timeAt: isoText(time + 1), lastN: 1 }, signal);
    const earlier = candidates.filter((entity) => attributeNames(entity).some((name) => parseTime(mainInstance(entity[name])?.modifiedAt) <= time));
    for (const { id } of earlier.slice(0, LIVES_MAX)) {
      const query = new URLSearchParams({ timerel: "before", timeAt: this.#present.get(id).createdAt, timeproperty: "modifiedAt", lastN: "1" });
      this.#noteDeletions(await readJSON(`${temporal}/${encodeURIComponent(id)}?${query}`, {}, signal));
    }
    for (const { id } of [...gone, ...later]) this.#asked.add(id);
    if (gone.length + later.length > 0) this.#sortEvents();
  }

  #noteDeletions(entity) {
    for (const name of attributeNames(entity)) {
      const deleted = Math.max(...[entity[name]].flat().map((one) => parseTime(one?.deletedAt)).filter(Number.isFinite));
      if (!Number.isFinite(deleted)) continue;
      if (!this.#deletions.has(entity.id)) this.#deletions.set(entity.id, new Map());
      this.#deletions.get(entity.id).set(name, deleted);
      this.#events.push([deleted, entity.id]);
    }
  }

  /** Attributes without observedAt that were modified since: what they were before. */
  async #readOlder(time, signal) {
    const older = new Map();
    const wanted = [];
    for (const entity of this.#present.values()) {
      if (parseTime(entity.createdAt) > time || parseTime(entity.modifiedAt) <= time) continue;
      if (attributeNames(entity).some((name) => isChangedSince(mainInstance(entity[name]), time))) wanted.push({ id: entity.id, type: entity.type });
    }
    for (const entity of await askByID(wanted.slice(0, ASKED_MAX), "", { timerel: "before", timeAt: isoText(time + 1), timeproperty: "modifiedAt", lastN: 1 }, signal)) {
      older.set(entity.id, attributesOf(entity));
    }
    return older;
  }

  /** An entity at `time`, or `null` when it was not there. */
  #compose(id) {
    const { time } = this;
    const present = this.#present.get(id);
    const observed = this.#observed.get(id);
    const created = parseTime(present?.createdAt);
    const isLater = !(created <= time);
    if (isLater && !observed) return null;
    const entity = { id, type: present?.type ?? observed.type };
    let newest = isLater ? -Infinity : created;
    const put = (name, attribute) => {
      entity[name] = attribute;
      const instance = mainInstance(attribute);
      const at = parseTime(instance?.observedAt ?? instance?.modifiedAt);
      if (at <= time && at > newest) newest = at;
    };
    const deletions = this.#deletions.get(id);
    let isAlive = !isLater;
    for (const [name, attribute] of Object.entries(observed?.attributes ?? {})) {
      const deleted = deletions?.get(name);
      if (deleted <= time && deleted >= parseTime(mainInstance(attribute)?.observedAt) && !(created > deleted && created <= time)) continue;
      isAlive = true;
      put(name, attribute);
    }
    if (!isAlive) return null;
    const older = this.#older.get(id);
    for (const name of present ? attributeNames(present) : []) {
      const instance = mainInstance(present[name]);
      if (!instance || instance.observedAt !== undefined) continue;
      if (isLater || !isChangedSince(instance, time)) put(name, present[name]);
      else if (older && Object.hasOwn(older, name)) put(name, older[name]);
    }
    if (!isLater && present.createdAt !== undefined) entity.createdAt = present.createdAt;
    if (Number.isFinite(newest)) entity.modifiedAt = new Date(newest).toISOString();
    return entity;
  }

  #sortEvents() {
    this.#events = this.#events.filter(([time]) => Number.isFinite(time)).sort((one, other) => one[0] - other[0]);
  }
}

const isChangedSince = (instance, time) => instance !== undefined && instance.observedAt === undefined && parseTime(instance.modifiedAt) > time;
const isoText = (time) => new Date(time).toISOString();

/** The attributes of an entity as they came, without names that would be more than names. */
function attributesOf(entity) {
  const attributes = {};
  for (const name of attributeNames(entity)) if (name !== "__proto__" && mainInstance(entity[name])) attributes[name] = entity[name];
  return attributes;
}

/** One page of a temporal query; `isPartial` when instances were left out of it. */
async function askPage(parameters, signal) {
  const response = await fetch(`${temporal}?${new URLSearchParams(parameters)}`, { headers: { Accept: "application/json" }, signal });
  if (!response.ok) throw new BrokerError(await problemOf(response));
  const page = await response.json();
  if (!Array.isArray(page)) throw new BrokerError(t`The broker's list of histories is not a JSON array.`);
  page.isPartial = response.status === 206;
  return page;
}

/** The histories of entities that are known by id and type, read in as many requests as it takes. */
async function askByID(entities, options, temporalQ, signal) {
  const found = [];
  for (let at = 0; at < entities.length; at += PAGE) {
    const query = { type: "Query", entities: entities.slice(at, at + PAGE).map(({ id, type }) => ({ id, type: [type].flat()[0] })), temporalQ };
    const page = await readJSON(`/ngsi-ld/v1/temporal/entityOperations/query?limit=${PAGE}${options}`, {
      method: "POST", body: JSON.stringify(query), headers: { "Content-Type": "application/json", Accept: "application/json" },
    }, signal);
    if (Array.isArray(page)) found.push(...page);
  }
  return found;
}

async function readJSON(address, options, signal) {
  const response = await fetch(address, { headers: { Accept: "application/json" }, ...options, signal });
  if (!response.ok) throw new BrokerError(await problemOf(response));
  return response.json();
}
