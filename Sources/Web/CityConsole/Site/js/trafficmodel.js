// Traffic as entities tell it: segments, detectors, forecasts, alerts, and intersections with their signals. Knows neither page
// nor server.
//
// Invariants:
// 1. An entity is read again only when it changed; what was read of it keeps its identity.
// 2. `structure` goes up whenever something came, went, moved, or belongs to another intersection.

import { nameOf, placeOf, shortId } from "./entity.js";
import { byGravity, raisedAlert, textOf, valuesOf } from "./entityvalues.js";
import { parseTime } from "./time.js";
import { unitSymbol } from "./units.js";
import { decisionOf } from "./signaldecision.js";
import { flowForecastOf } from "./flowforecast.js";
import { levelNamed } from "./trafficwords.js";

const MINUTE = 60_000;
const readers = new Map(Object.entries({
  TrafficSegmentState: ["segments", segmentOf], TrafficDetectorState: ["detectors", detectorOf], TrafficFlowForecast: ["forecasts", flowForecastOf],
  TrafficFlowObserved: ["observed", observedOf], ItemFlowObserved: ["observed", observedOf], RoadSegment: ["roads", roadOf],
  SignalizedIntersection: ["intersections", intersectionOf], SignalGroup: ["groups", groupOf], SignalPhase: ["phases", phaseOf],
  ApproachLane: ["lanes", laneOf], Alert: ["alerts", alertOf],
}));
const kinds = [...new Set([...readers.values()].map(([kind]) => kind))];

const readerOf = (record) => readers.get(record.types.find((type) => readers.has(type)));

export class TrafficModel {
  structure = 0;
  #indexed = { structure: -1 };

  constructor() {
    for (const kind of kinds) this[kind] = new Map();
  }

  /** Reads all records of a store. */
  readAll(records) {
    for (const kind of kinds) this[kind].clear();
    for (const record of records) this.#read(record);
    this.structure += 1;
  }

  /** Takes in what changed; gives the kinds that did, each with what changed of it. */
  take({ changed, removed }) {
    const touched = new Map();
    const note = (kind, one) => {
      if (!touched.has(kind)) touched.set(kind, new Set());
      touched.get(kind).add(one);
    };
    for (const record of removed) {
      const kind = readerOf(record)?.[0];
      const old = kind && this[kind].get(record.id);
      if (!old) continue;
      this[kind].delete(record.id);
      this.structure += 1;
      note(kind, old);
    }
    for (const record of changed) {
      const read = this.#read(record);
      if (read) note(read.kind, read.one);
    }
    return touched;
  }

  #read(record) {
    const found = readerOf(record);
    if (!found) return null;
    const [kind, reader] = found;
    const values = valuesOf(record.entity);
    const fresh = reader(record, values);
    const old = this[kind].get(record.id);
    if (!fresh) {
      if (!old) return null;
      this[kind].delete(record.id);
      this.structure += 1;
      return { kind, one: old };
    }
    if (!old) {
      this[kind].set(record.id, fresh);
      this.structure += 1;
      return { kind, one: fresh };
    }
    if (old.junction !== fresh.junction || old.name !== fresh.name || JSON.stringify(old.coordinates) !== JSON.stringify(fresh.coordinates)) this.structure += 1;
    return { kind, one: Object.assign(old, fresh) };
  }

  /** Groups, phases and lanes of an intersection, each by number: `{ groups, phases, lanes }`. */
  partsOf(id) {
    if (this.#indexed.structure !== this.structure) this.#index();
    return this.#indexed.byJunction.get(id) ?? { groups: [], phases: [], lanes: [] };
  }

  #index() {
    const byJunction = new Map([...this.intersections.keys()].map((id) => [id, { groups: [], phases: [], lanes: [] }]));
    for (const part of ["groups", "phases", "lanes"]) {
      for (const one of this[part].values()) byJunction.get(one.junction)?.[part].push(one);
    }
    for (const parts of byJunction.values()) for (const part of Object.values(parts)) part.sort(byNumber);
    this.#indexed = { structure: this.structure, byJunction };
  }

  /** A segment's own name, that of its road or of its detector where it has no road, or the end of its id. */
  nameOfSegment(segment) {
    return segment.name ?? this.roads.get(segment.road)?.name ?? this.observed.get(segment.ref)?.name ?? shortId(segment.road ?? segment.ref ?? segment.id);
  }

  nameOfDetector(detector) {
    return detector.name ?? this.observed.get(detector.ref)?.name ?? shortId(detector.ref ?? detector.id);
  }

  /** The forecasts of the detectors on a segment. */
  forecastsOf(segment) {
    return [...this.forecasts.values()].filter(({ ref }) => ref !== null && (ref === segment.ref || (segment.road !== null && this.observed.get(ref)?.road === segment.road)));
  }

  /** Segments with the worst first: by level, then by the time that is lost. */
  get rankedSegments() {
    const number = (value) => (Number.isFinite(value) ? value : -Infinity);
    return [...this.segments.values()].sort((a, b) => number(b.level?.rank) - number(a.level?.rank) || number(b.delay) - number(a.delay) || number(a.speed / a.freeFlow) - number(b.speed / b.freeFlow)
      || this.nameOfSegment(a).localeCompare(this.nameOfSegment(b)));
  }

  get raisedAlerts() {
    return [...this.alerts.values()].sort(byGravity);
  }

  get isEmpty() {
    return this.segments.size === 0 && this.intersections.size === 0;
  }
}

const byNumber = (a, b) => a.number - b.number || a.id.localeCompare(b.id);

// --- One entity each ---------------------------------------------------------------------------------------------------

const numberIn = (values, name) => (typeof values.get(name)?.value === "number" ? values.get(name).value : NaN);
const refIn = (values, name) => [values.get(name)?.value].flat().find((one) => typeof one === "string") ?? null;
const refsIn = (values, name) => [values.get(name)?.value ?? []].flat().map((one) => one?.object ?? one).filter((one) => typeof one === "string");

/** Lines of an entity's location, `[[[lon, lat], ...], ...]`; what cannot be drawn is left out. */
function linesOf(record) {
  return record.shapes.filter(({ type }) => type.endsWith("LineString")).flatMap(({ type, coordinates }) => (type === "LineString" ? [coordinates] : coordinates))
    .filter((line) => line.length >= 2);
}

function middleOf(lines) {
  const line = lines[0];
  if (!line) return null;
  const at = Math.floor((line.length - 1) / 2);
  return [(line[at][0] + line[at + 1][0]) / 2, (line[at][1] + line[at + 1][1]) / 2];
}

function segmentOf(record, values) {
  const coordinates = linesOf(record);
  const unit = record.entity[values.get("intensity")?.attribute]?.unitCode;
  return {
    id: record.id, index: record.index, name: nameOf(record.entity), road: refIn(values, "refRoadSegment"), ref: refIn(values, "refTrafficFlowObserved"), coordinates, point: record.point ?? middleOf(coordinates), type: [record.entity.type].flat()[0],
    letter: textOf(values.get("levelOfService")?.value).slice(0, 1), level: levelOf(values), speed: numberIn(values, "averageVehicleSpeed"), freeFlow: numberIn(values, "freeFlowSpeed"), travelTime: numberIn(values, "travelTime"),
    delay: numberIn(values, "delay"), intensity: numberIn(values, "intensity"), intensityUnit: typeof unit === "string" && unit !== "H10" ? unitSymbol(unit) : "vehicles/h", occupancy: numberIn(values, "occupancy"), isCongested: values.get("congested")?.value === true,
    completeness: numberIn(values, "completeness"), at: values.get("levelOfService")?.at ?? values.get("averageVehicleSpeed")?.at ?? NaN,
    attributes: Object.fromEntries(["averageVehicleSpeed", "intensity", "occupancy"].filter((name) => Number.isFinite(numberIn(values, name))).map((name) => [name, values.get(name).attribute])),
  };
}

const levelOf = (values) => levelNamed(values.get("levelOfService")?.value);

function detectorOf(record, values) {
  return {
    id: record.id, index: record.index, name: nameOf(record.entity), ref: refIn(values, "refTrafficFlowObserved"), point: record.point ?? middleOf(linesOf(record)), coordinates: record.point,
    status: textOf(values.get("status")?.value), reason: textOf(values.get("statusReason")?.value), at: values.get("status")?.at ?? NaN,
  };
}

function observedOf(record, values) {
  return { id: record.id, name: nameOf(record.entity), road: refIn(values, "refRoadSegment"), attributes: Object.fromEntries([...values].map(([name, { attribute }]) => [name, attribute])) };
}

function roadOf(record) {
  return { id: record.id, name: nameOf(record.entity) };
}

function intersectionOf(record, values) {
  const { point } = placeOf(record.entity);
  return {
    id: record.id, index: record.index, name: nameOf(record.entity) ?? shortId(record.id), point, coordinates: point, mode: textOf(values.get("controlMode")?.value), modeAttribute: values.get("controlMode")?.attribute ?? "controlMode",
    active: textOf(values.get("activeControl")?.value), activeSince: values.get("activeControl")?.at ?? NaN, maximumRed: numberIn(values, "maximumRed"), fault: textOf(values.get("configurationFault")?.value).slice(0, 300),
    decision: decisionOf(values.get("decision")?.value, values.get("decision")?.at), decisionAttribute: values.get("decision")?.attribute ?? null,
  };
}

function groupOf(record, values) {
  const state = values.get("signalState");
  return {
    id: record.id, index: record.index, junction: refIn(values, "refSignalizedIntersection"), name: nameOf(record.entity), number: numberIn(values, "groupNumber"), kind: textOf(values.get("groupKind")?.value),
    coordinates: linesOf(record), point: record.point, state: textOf(state?.value), since: state?.at ?? NaN, stateAttribute: state?.attribute ?? "signalState",
  };
}

function phaseOf(record, values) {
  return {
    id: record.id, junction: refIn(values, "refSignalizedIntersection"), name: nameOf(record.entity), number: numberIn(values, "phaseNumber"),
    protected: refsIn(values, "protectedGroup"), permissive: refsIn(values, "permissiveGroup"),
  };
}

function laneOf(record, values) {
  const queue = values.get("queueLength");
  return {
    id: record.id, index: record.index, junction: refIn(values, "refSignalizedIntersection"), name: nameOf(record.entity), number: 0, coordinates: linesOf(record),
    queue: typeof queue?.value === "number" ? Math.max(0, queue.value) : NaN, at: queue?.at ?? NaN,
  };
}

const aboutOf = ["refRoadSegment", "refTrafficSegmentState", "refTrafficFlowObserved", "refTrafficDetectorState", "alertSource"];

function alertOf(record) {
  return raisedAlert(record, (category) => category === "traffic", aboutOf);
}

/** Whether a moment is long ago for something that changes every minute. */
export const isOld = (time, now) => Number.isFinite(time) && now - time > 10 * MINUTE;
