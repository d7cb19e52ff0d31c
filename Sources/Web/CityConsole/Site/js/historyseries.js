// One attribute in a chart: what it is called, how its values are asked for, and what of it is drawn.

import { instancesOf, mainInstance, shortId, shortName } from "./entity.js";
import { loadExtent, loadLastBefore, loadWindow } from "./historydata.js";
import { parseTime } from "./time.js";
import { unitSymbol } from "./units.js";

const DAY = 86_400_000;

export function newSeries(id, attribute, colour, isHidden) {
  return {
    source: { id, attribute, property: "observedAt", dataset: null }, entityName: shortId(id), unit: "", colour, isHidden,
    isFound: false, isKnown: false, isLoading: true, problem: null, data: null, extent: null, item: null,
  };
}

/** Name, unit and the time that counts, from the entity as it is now. */
export function learn(series, store) {
  const { source } = series;
  const record = store.records.get(source.id);
  const attribute = record?.entity[source.attribute];
  const instance = attribute && mainInstance(attribute);
  series.entityName = record?.name ?? shortId(source.id);
  series.isFound = record !== undefined;
  if (instance) describe(series, instance, instancesOf(attribute).length > 1);
}

/** The same for an attribute that is not there any more, from its last instance. */
async function learnFromHistory(series, signal) {
  for (const property of ["observedAt", "modifiedAt"]) {
    series.source.property = property;
    const instance = await loadLastBefore(series.source, Date.now() + DAY, signal);
    if (instance) return describe(series, instance, false);
  }
  series.source.property = "observedAt";
  series.isKnown = true;
}

function describe(series, instance, hasSeveral) {
  series.unit = unitSymbol(typeof instance.unitCode === "string" ? instance.unitCode : undefined);
  series.source.property = instance.observedAt === undefined ? "modifiedAt" : "observedAt";
  series.source.dataset = hasSeveral ? instance.datasetId ?? "@none" : null;
  series.isKnown = true;
}

/** Reads from when to when there are values. */
export async function readExtent(series, signal) {
  if (!series.isKnown) await learnFromHistory(series, signal);
  series.extent = await loadExtent(series.source, signal);
}

/** Reads what lies in a window. */
export async function readWindow(series, store, from, to, signal) {
  if (!series.isKnown) await learnFromHistory(series, signal);
  const data = await loadWindow(series.source, from, to, signal);
  if (signal.aborted) return;
  // The present value is in what was read.
  const attribute = store.records.get(series.source.id)?.entity[series.source.attribute];
  const present = attribute ? timeOf(mainInstance(attribute) ?? {}) : NaN;
  if (data.period !== null) data.newest = Number.isFinite(present) ? present : Infinity;
  series.data = data;
  series.isLoading = false;
}

/** Where none of the series has a value: when the last one before was; `null` where there are some, or none before. */
export async function lastBefore(all, from, signal) {
  const series = all.find((one) => !one.isHidden);
  if (!series || all.some((one) => one.data?.times.length > 0 || one.problem)) return null;
  try {
    const instance = await loadLastBefore(series.source, from, signal);
    const time = instance ? timeOf(instance) : NaN;
    return Number.isFinite(time) ? time : null;
  } catch {
    // Without it the message is shorter.
    return null;
  }
}

/** When an instance was observed, or else modified. */
export function timeOf(instance) {
  const observed = parseTime(instance.observedAt);
  return Number.isFinite(observed) ? observed : parseTime(instance.modifiedAt ?? instance.createdAt);
}

/** The series as a chart takes it. */
export function drawnOf({ source, entityName, unit, colour, isHidden, data }) {
  return {
    name: `${entityName} · ${shortName(source.attribute)}`, unit, colour, isHidden, source,
    times: data?.times ?? [], values: data?.values ?? [], ends: data?.ends, bands: data?.bands, gap: data?.gap ?? Infinity,
    // Counts and states hold until the next one; what is measured goes from one value to the other.
    isStepped: data?.period === null && data.values.every((value) => Number.isInteger(value) || Number.isNaN(value)),
  };
}

/** From the first to the last value of all series, with some air; `null` while unknown. */
export function extentOf(series) {
  const known = series.map((one) => one.extent).filter(Boolean);
  if (known.length === 0) return null;
  const first = Math.min(...known.map((one) => one.first));
  const last = Math.max(...known.map((one) => one.last));
  const air = Math.max((last - first) * 0.01, 1000);
  return [first - air, last + air];
}
