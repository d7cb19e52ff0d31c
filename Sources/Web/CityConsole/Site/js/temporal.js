// Reads the history of many entities at once by the temporal operations (CIM 009 clause 5.7.4).

import { BrokerError, problemOf } from "./api.js";

const temporal = "/ngsi-ld/v1/temporal/entities";
const headers = { Accept: "application/json" };
/** An answer holds 10,000 instances; what is asked for here has at most 30 of an entity. */
const PAGE = 300;

export const isoText = (time) => new Date(time).toISOString().replace(".000Z", "Z");

/** Everything of a list, page by page, up to `most` entities. */
export async function loadPages(parameters, most, signal, size = PAGE) {
  const all = [];
  while (all.length < most) {
    const query = new URLSearchParams({ ...parameters, limit: String(size), offset: String(all.length) });
    const response = await fetch(`${temporal}?${query}`, { headers, signal });
    if (!response.ok) throw new BrokerError(await problemOf(response));
    const page = await response.json();
    if (!Array.isArray(page)) break;
    all.push(...page);
    if (page.length < size) break;
  }
  return all;
}

export const rowsOf = (attribute, name) => [attribute].flat().find((one) => Array.isArray(one?.[name]))?.[name] ?? [];

/**
 * One attribute of many entities as means of periods before `until`, by the id of the entity: `{ times, values }`.
 *
 * @param source `{ type, attributes, idPattern, until, span, period }`: the attribute under the names it has
 */
export async function loadMeans({ type, attributes, idPattern, until, span, period }, most, signal) {
  const parameters = {
    type, attrs: attributes.join(","), timerel: "between", timeAt: isoText(until - span + 1), endTimeAt: isoText(until + 1),
    options: "aggregatedValues", aggrMethods: "avg", aggrPeriodDuration: period,
  };
  if (idPattern) parameters.idPattern = idPattern;
  const trends = new Map();
  for (const entity of await loadPages(parameters, most, signal)) {
    const name = attributes.find((one) => Object.hasOwn(entity, one));
    const rows = name === undefined ? [] : rowsOf(entity[name], "avg").filter(([value]) => Number.isFinite(value));
    if (rows.length > 1) trends.set(entity.id, { times: rows.map(([, , end]) => Date.parse(end)), values: rows.map(([value]) => value) });
  }
  return trends;
}

/** The last instances of one attribute up to a time, as the broker has them, the oldest first. */
export async function loadInstances(id, attribute, until, most, signal) {
  const query = new URLSearchParams({ attrs: attribute, timerel: "before", timeAt: isoText(until), lastN: String(most) });
  const response = await fetch(`${temporal}/${encodeURIComponent(id)}?${query}`, { headers, signal });
  if (response.status === 404) return [];
  if (!response.ok) throw new BrokerError(await problemOf(response));
  const entity = await response.json();
  return [Object.hasOwn(entity, attribute) ? entity[attribute] : []].flat().filter((one) => typeof one === "object" && one !== null);
}

/**
 * What one attribute of some entities was in a window, with the last value before it, by id: `[[value, time], ...]`, ascending.
 *
 * @param ids as many as an address holds
 */
export async function loadCourses(ids, attribute, from, until, signal) {
  const ask = (times) => loadPages({ id: ids.join(","), attrs: attribute, options: "temporalValues", ...times }, ids.length, signal, ids.length);
  const [before, within] = await Promise.all([
    ask({ timerel: "before", timeAt: isoText(from), lastN: "1" }), ask({ timerel: "between", timeAt: isoText(from), endTimeAt: isoText(until) }),
  ]);
  const courses = new Map(ids.map((id) => [id, []]));
  for (const entity of [...before, ...within]) {
    for (const row of Object.hasOwn(entity, attribute) ? rowsOf(entity[attribute], "values") : []) {
      if (Array.isArray(row) && Number.isFinite(Date.parse(row[1]))) courses.get(entity.id)?.push([row[0], Date.parse(row[1])]);
    }
  }
  for (const rows of courses.values()) rows.sort((a, b) => a[1] - b[1]);
  return courses;
}
