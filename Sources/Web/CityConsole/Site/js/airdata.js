// What the air page asks the server for: the field between the stations, results of an hour that is over, and trends.

import { BrokerError, problemOf } from "./api.js";
import { attributeNames, shortName } from "./entity.js";
import { pollutants } from "./airindex.js";
import { HOUR, resultOf } from "./airmodel.js";
import { t } from "./language.js";
import { isoText, loadMeans, loadPages, rowsOf } from "./temporal.js";

const temporal = "/ngsi-ld/v1/temporal/entities";
const headers = { Accept: "application/json" };
/** Result entities of one index that are read of an hour that is over. */
const RESULTS_MAX = 2000;

/**
 * The interpolated field of a pollutant as contour bands.
 *
 * @param at the end of the hour, or `null` for the newest
 * @returns `{ field }`, a GeoJSON FeatureCollection, or `{ reason }` where the server has none
 */
export async function loadField({ pollutant, at, isUncertainty }, signal) {
  const query = new URLSearchParams({ pollutant, quantity: isUncertainty ? "uncertainty" : "value" });
  if (at !== null) query.set("at", isoText(at));
  const response = await fetch(`/air/map?${query}`, { headers: { Accept: "application/geo+json, application/json;q=0.9" }, signal });
  if (!response.ok) return { reason: await problemOf(response) };
  const field = await response.json();
  return Array.isArray(field?.features) ? { field } : { reason: t`The map of the air is not GeoJSON.` };
}

const idPattern = (index) => `^urn:ngsi-ld:AirQualityIndex:${index.replace(/[^A-Za-z0-9-]/g, ".")}:`;

/** The results of one index for the hour that ends at `at`, by the id of the result entity. */
export async function loadResults(index, at, signal) {
  const attributes = ["airQualityIndex", "airQualityLevel", "dominantPollutant", "indexEdition", "withheldReason", "qualityMarks", "sensorFitness", "completeness",
    ...pollutants.map(({ key }) => `${key}SubIndex`)];
  const entities = await loadPages({
    type: "AirQualityIndex", idPattern: idPattern(index), attrs: attributes.join(","), timerel: "between", timeAt: isoText(at), endTimeAt: isoText(at + 1000), options: "temporalValues",
  }, RESULTS_MAX, signal);
  return new Map(entities.map((entity) => {
    const values = new Map();
    for (const name of attributeNames(entity)) {
      const row = rowsOf(entity[name], "values").at(-1);
      if (Array.isArray(row)) values.set(shortName(name), { value: row[0], at: Date.parse(row[1]) });
    }
    return [entity.id, resultOf(entity.id, values)];
  }));
}

/**
 * The last day before `until` of every station as hourly means, by the id of the entity: `{ times, values }`.
 *
 * @param source `{ type, attributes, index }`: one attribute under the names it has; with `index` of its results only
 */
export const loadTrends = ({ type, attributes, index }, until, signal) =>
  loadMeans({ type, attributes, idPattern: index && idPattern(index), until, span: 24 * HOUR, period: "PT1H" }, RESULTS_MAX, signal);

/** What a station measured last, up to a moment: by pollutant key `{ value, unit, at }`. */
export async function loadReadings({ id, readings }, at, signal) {
  if (readings.size === 0) return new Map();
  const names = new Map([...readings].map(([key, { attribute }]) => [attribute, key]));
  const query = new URLSearchParams({ attrs: [...names.keys()].join(","), timerel: "between", timeAt: isoText(at - HOUR + 1000), endTimeAt: isoText(at + 1000), options: "temporalValues", lastN: "1" });
  const response = await fetch(`${temporal}/${encodeURIComponent(id)}?${query}`, { headers, signal });
  if (response.status === 404) return new Map();
  if (!response.ok) throw new BrokerError(await problemOf(response));
  const entity = await response.json();
  const found = new Map();
  for (const [attribute, key] of names) {
    const row = Object.hasOwn(entity, attribute) ? rowsOf(entity[attribute], "values").at(-1) : undefined;
    if (Number.isFinite(row?.[0])) found.set(key, { value: row[0], unit: readings.get(key).unit, at: Date.parse(row[1]) });
  }
  return found;
}
