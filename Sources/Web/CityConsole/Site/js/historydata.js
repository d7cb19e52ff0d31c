// Reads the history of numeric attributes by the temporal operations (CIM 009 clause 5.7.3): as averages, least and most
// of periods, so that a decade is as small as a day, or value by value where there are few.

import { BrokerError, problemOf } from "./api.js";
import { tn } from "./language.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Periods that one answer may have, about as many as a screen has places for. */
const PERIODS_MAX = 600;
/** Values up to which they are read one by one. */
const RAW_MAX = 1500;
/** Live values that a series takes before it is to be read again. */
const LIVE_MAX = 2000;
const EARLIEST = Date.UTC(1000, 0, 1);
const LATEST = Date.UTC(9000, 0, 1);

const several = (counts, letter, prefix, words, length) => counts.map((count) => ({ iso: `${prefix}${count}${letter}`, length: count * length, text: words(count) }));
const periods = [
  ...several([1, 2, 5, 10, 15, 30], "S", "PT", (count) => tn(count, "{0} second", "{0} seconds"), SECOND),
  ...several([1, 2, 5, 10, 15, 30], "M", "PT", (count) => tn(count, "{0} minute", "{0} minutes"), MINUTE),
  ...several([1, 2, 3, 6, 12], "H", "PT", (count) => tn(count, "{0} hour", "{0} hours"), HOUR),
  ...several([1, 2], "D", "P", (count) => tn(count, "{0} day", "{0} days"), DAY),
  ...several([1, 2], "W", "P", (count) => tn(count, "{0} week", "{0} weeks"), 7 * DAY),
  ...several([1, 3], "M", "P", (count) => tn(count, "{0} month", "{0} months"), 30.4375 * DAY),
  ...several([1, 2, 5, 10, 20], "Y", "P", (count) => tn(count, "{0} year", "{0} years"), 365.25 * DAY),
];

/** The shortest period of which a span has at most `most`. */
export function periodFor(span, most = PERIODS_MAX) {
  return periods.find((one) => span / one.length <= most) ?? periods.at(-1);
}

/** The start of the period that holds a time, in the reader's time zone. */
export function periodStart(time, period) {
  const date = new Date(time);
  if (period.length >= 365 * DAY) return new Date(date.getFullYear(), 0, 1).getTime();
  if (period.length > 28 * DAY) return new Date(date.getFullYear(), date.getMonth(), 1).getTime();
  if (period.length >= DAY) return date.setHours(0, 0, 0, 0);
  const offset = date.getTimezoneOffset() * MINUTE;
  return Math.floor((time - offset) / period.length) * period.length + offset;
}

export const clampTime = (time) => Math.min(Math.max(time, EARLIEST), LATEST);
const isoText = (time) => new Date(clampTime(Math.round(time))).toISOString();

/**
 * The values of `source` in a window: `{ times, values, ends, counts, bands, gap, period, total, newest }`.
 *
 * `period` is `null` where the values are single ones. `source` is `{ id, attribute, property, dataset }`; `property`
 * is the time that counts, `observedAt` or `modifiedAt`.
 */
export async function loadWindow(source, from, to, signal) {
  const period = periodFor(to - from);
  const start = periodStart(clampTime(from), period);
  const end = clampTime(Math.max(to, start + 1));
  const aggregated = await ask(source, {
    timerel: "between", timeAt: isoText(start), endTimeAt: isoText(end + 1), options: "aggregatedValues",
    aggrMethods: "totalCount,avg,min,max", aggrPeriodDuration: period.iso,
  }, signal);
  const data = readAggregates(aggregated, period);
  if (data.total === 0 || data.total > RAW_MAX) return data;
  const raw = await ask(source, {
    timerel: "between", timeAt: isoText(start), endTimeAt: isoText(end + 1), options: "temporalValues", lastN: String(RAW_MAX),
  }, signal);
  return readValues(raw);
}

/** The first and the last time of all values, and how many there are; `null` when there are none. */
export async function loadExtent(source, signal) {
  const attribute = await ask(source, {
    timerel: "before", timeAt: isoText(LATEST), options: "aggregatedValues", aggrMethods: "totalCount",
  }, signal);
  const [count, first] = rowsOf(attribute, "totalCount")[0] ?? [];
  if (!(count > 0)) return null;
  const newest = await ask(source, { timerel: "before", timeAt: isoText(LATEST), options: "temporalValues", lastN: "1" }, signal);
  const last = readValues(newest).times.at(-1);
  const from = Date.parse(first);
  return Number.isFinite(from) && Number.isFinite(last) ? { first: from, last, count } : null;
}

/** The last instance before a time, normalized, or `null`. */
export async function loadLastBefore(source, time, signal) {
  const attribute = await ask(source, { timerel: "before", timeAt: isoText(time), lastN: "1" }, signal);
  return [attribute].flat().find((one) => typeof one === "object" && one !== null) ?? null;
}

/** The last instance of every attribute that an entity ever had. */
export async function loadLastOfAll(id, signal) {
  const query = new URLSearchParams({ timerel: "before", timeAt: isoText(LATEST), lastN: "1" });
  const response = await fetch(`/ngsi-ld/v1/temporal/entities/${encodeURIComponent(id)}?${query}`, { headers: { Accept: "application/json" }, signal });
  return response.ok ? response.json() : {};
}

async function ask({ id, attribute, property, dataset }, parameters, signal) {
  const query = new URLSearchParams({ attrs: attribute, ...parameters });
  if (property === "modifiedAt") query.set("timeproperty", property);
  if (dataset) query.set("datasetId", dataset);
  const response = await fetch(`/ngsi-ld/v1/temporal/entities/${encodeURIComponent(id)}?${query}`, { headers: { Accept: "application/json" }, signal });
  if (response.status === 404) return undefined;
  if (!response.ok) throw new BrokerError(await problemOf(response));
  const entity = await response.json();
  return typeof entity === "object" && entity !== null && Object.hasOwn(entity, attribute) ? entity[attribute] : undefined;
}

function rowsOf(attribute, name) {
  const one = [attribute].flat().find((candidate) => Array.isArray(candidate?.[name]));
  return (one?.[name] ?? []).filter(Array.isArray);
}

const emptyData = (period) => ({ times: [], values: [], ends: [], counts: [], bands: [], gap: Infinity, period, total: 0, newest: -Infinity, liveCount: 0 });

/** Aggregates as series; a text in the place of a number, or a number beyond all bounds, counts as none. */
export function readAggregates(attribute, period) {
  const data = emptyData(period);
  const band = { lows: [], highs: [] };
  data.bands = [band];
  const byStart = (name) => new Map(rowsOf(attribute, name).map(([value, start]) => [start, value]));
  const [averages, least, most] = ["avg", "min", "max"].map(byStart);
  for (const [count, startText, endText] of rowsOf(attribute, "totalCount")) {
    const [start, end] = [Date.parse(startText), Date.parse(endText)];
    if (!Number.isFinite(start) || !Number.isFinite(end)) continue;
    const value = finite(averages.get(startText));
    data.total += finite(count) || 0;
    data.times.push(start);
    data.ends.push(end);
    data.values.push(value);
    data.counts.push(finite(count) || 1);
    band.lows.push(Number.isNaN(value) ? NaN : orElse(finite(least.get(startText)), value));
    band.highs.push(Number.isNaN(value) ? NaN : orElse(finite(most.get(startText)), value));
    data.newest = Math.max(data.newest, end - 1);
  }
  data.gap = gapOf(data.times, period.length);
  return data;
}

/** Single values as series, whatever their order. */
export function readValues(attribute) {
  const data = emptyData(null);
  const rows = rowsOf(attribute, "values").map(([value, time]) => [finite(value), Date.parse(time)]).filter(([, time]) => Number.isFinite(time));
  rows.sort((one, other) => one[1] - other[1]);
  for (const [value, time] of rows) {
    data.times.push(time);
    data.values.push(value);
  }
  data.total = rows.length;
  data.newest = data.times.at(-1) ?? -Infinity;
  data.gap = gapOf(data.times, 0);
  return data;
}

const finite = (value) => (typeof value === "number" && Number.isFinite(value) ? value : NaN);
const orElse = (value, other) => (Number.isNaN(value) ? other : value);

/** Longer than three times what nearly all steps are: then something is missing. */
function gapOf(times, period) {
  if (times.length < 5) return Infinity;
  const lengths = times.slice(1).map((time, at) => time - times[at]).sort((a, b) => a - b);
  return Math.max(3 * lengths[Math.floor(lengths.length * 0.9)], 1.5 * period);
}

/** Takes in a value that came live; `false` when the series should rather be read again. */
export function addLive(data, time, value) {
  if (!(time > data.newest) || !Number.isFinite(value)) return true;
  data.liveCount += 1;
  data.total += 1;
  data.newest = time;
  if (data.period === null) {
    data.times.push(time);
    data.values.push(value);
    return data.liveCount < LIVE_MAX;
  }
  const [band] = data.bands;
  const last = data.times.length - 1;
  if (last >= 0 && time < data.ends[last]) {
    const count = (data.counts[last] += 1);
    data.values[last] = orElse(data.values[last], value) + (value - orElse(data.values[last], value)) / count;
    band.lows[last] = Math.min(orElse(band.lows[last], value), value);
    band.highs[last] = Math.max(orElse(band.highs[last], value), value);
  } else {
    const start = periodStart(time, data.period);
    data.times.push(start);
    data.ends.push(start + data.period.length);
    data.values.push(value);
    data.counts.push(1);
    band.lows.push(value);
    band.highs.push(value);
  }
  return data.liveCount < LIVE_MAX;
}
