// Stations with what is measured and computed there, read from entities. Knows neither page nor server.
//
// A station is `{ id, name, point, record, readings, results, forecasts }`:
// - `readings` by pollutant key: `{ attribute, value, unit, at }`, the newest value of each
// - `results` by index name: see `resultOf`
// - `forecasts` by pollutant key: see `forecastOf`

import { attributeNames, mainInstance, nameOf, placeOf, shortId, shortName } from "./entity.js";
import { byGravity, raisedAlert, textOf, valuesOf } from "./entityvalues.js";
import { categoryOf, indexOrder, plainColour, pollutantNamed, pollutants } from "./airindex.js";
import { reasonOf } from "./airreasons.js";
import { inkOn } from "./ink.js";
import { known, language, t } from "./language.js";
import { parseTime } from "./time.js";
import { unitSymbol } from "./units.js";

export const HOUR = 3_600_000;
const types = new Set(["AirQualityObserved", "AirQualityIndex", "AirQualityForecast", "Alert"]);

/** Whether an entity of this type is of interest here. */
export const isOfAir = (record) => record.types.some((type) => types.has(type));

/** `{ stations: Map, alerts: [], indices: [names] }` from the records of a store. */
export function readAir(records) {
  const air = { stations: new Map(), alerts: [], indices: [] };
  const rest = [];
  for (const record of records) {
    if (!isOfAir(record)) continue;
    if (record.types.includes("AirQualityObserved")) air.stations.set(record.id, stationOf(record));
    else rest.push(record);
  }
  const indices = new Set();
  for (const record of rest) {
    if (record.types.includes("Alert")) {
      const alert = raisedAlert(record, (_, kind) => kind === "airPollution", ["refAirQualityObserved"]);
      if (alert) air.alerts.push(alert);
      continue;
    }
    const values = valuesOf(record.entity);
    const id = values.get("refAirQualityObserved")?.value;
    if (typeof id !== "string") continue;
    // The observations may be beyond what a page loads; their results tell enough for a place on the map.
    const station = air.stations.get(id) ?? { ...stationOf(record), id, record: null, readings: new Map() };
    if (record.types.includes("AirQualityForecast")) {
      const forecast = forecastOf(values);
      if (forecast) station.forecasts.set(forecast.key, forecast);
    } else {
      const result = resultOf(record.id, values);
      indices.add(result.index);
      station.results.set(result.index, result);
    }
    air.stations.set(id, station);
  }
  const rank = (index) => (indexOrder.includes(index) ? indexOrder.indexOf(index) : indexOrder.length);
  air.indices = [...indices].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
  air.alerts.sort(byGravity);
  return air;
}

function stationOf(record) {
  return {
    id: record.id, name: nameOf(record.entity) ?? shortId(record.id), point: record.point ?? placeOf(record.entity).point, record,
    readings: readingsOf(record.entity), results: new Map(), forecasts: new Map(),
  };
}

function readingsOf(entity) {
  const readings = new Map();
  for (const name of attributeNames(entity)) {
    const pollutant = pollutantNamed(shortName(name));
    const instance = pollutant && mainInstance(entity[name]);
    if (!instance || typeof instance.value !== "number" || !Number.isFinite(instance.value)) continue;
    const at = parseTime(instance.observedAt ?? instance.modifiedAt);
    readings.set(pollutant.key, { attribute: name, value: instance.value, unit: unitSymbol(instance.unitCode ?? "GQ"), at });
  }
  return readings;
}

/**
 * One index of one station in one hour: `{ id, index, value, level, colour, subs, dominant, at, edition, withheld, doubts,
 * completeness, isProvisional, advice }`; `subs` has the value for each pollutant key.
 */
export function resultOf(id, values) {
  const value = (name) => values.get(name)?.value;
  const subs = new Map();
  for (const { key } of pollutants) {
    if (typeof value(`${key}SubIndex`) === "number") subs.set(key, value(`${key}SubIndex`));
  }
  return {
    id, index: String(value("index") ?? /^urn:ngsi-ld:AirQualityIndex:([^:]+):/.exec(id)?.[1] ?? ""),
    value: typeof value("airQualityIndex") === "number" ? value("airQualityIndex") : NaN,
    level: textOf(value("airQualityLevel")), colour: plainColour(value("colour")), subs,
    dominant: [value("dominantPollutant") ?? []].flat().map((name) => pollutantNamed(name)?.key).filter(Boolean),
    at: values.get("indexEdition")?.at ?? values.get("airQualityIndex")?.at ?? NaN, edition: textOf(value("indexEdition")),
    withheld: reasonOf(textOf(value("withheldReason"))), doubts: doubtsOf(value("sensorFitness"), [value("qualityMarks") ?? []].flat().map(String)),
    completeness: typeof value("completeness") === "number" ? value("completeness") : NaN, isProvisional: value("isProvisional") === true,
    advice: textOf(value("healthAdvice")?.[language] ?? value("healthAdvice")?.en ?? Object.values(value("healthAdvice") ?? {})[0]),
  };
}

const checks = {
  range: t`cannot be`, flatLine: t`flat line`, spike: t`spike`, neighbours: t`unlike its neighbours`, drift: t`drifts`, unfit: t`sensor unfit`,
};

/** What quality control found, those that count least last: `{ tone, word, reason }`. */
function doubtsOf(fitness, marks) {
  const unfit = Object.entries(typeof fitness === "object" && fitness !== null ? fitness : {}).filter(([, word]) => /^unfit/.test(word))
    .map(([name, word]) => ({ name, check: "unfit", reason: String(word).replace(/^unfit:?\s*/, "") }));
  const found = [...unfit, ...marks.map((mark) => {
    const [, check, name, reason] = /^(\w+): ([\w.]+): (.*)$/s.exec(mark) ?? [null, "", "", mark];
    return { name, check, reason };
  })];
  const doubts = new Map();
  for (const { name, check, reason } of found) {
    const label = pollutantNamed(name)?.label ?? name;
    const word = [label, Object.hasOwn(checks, check) ? checks[check] : check].filter(Boolean).join(" ") || t`marked`;
    // The fitness of a sensor and the mark of its value say the same.
    if (!doubts.has(word)) doubts.set(word, { tone: check === "unfit" ? "bad" : "warn", word, reason: reasonOf(reason) });
  }
  return [...doubts.values()].sort((a, b) => a.tone.localeCompare(b.tone));
}

/** What the map and the list show of a result: `{ value, category }`, of one pollutant or (`null`) of the index as a whole. */
export function shownOf(result, key) {
  if (!result) return { value: NaN, category: null };
  const value = key === null ? result.value : result.subs.get(key) ?? NaN;
  let category = categoryOf(result.index, value);
  // An index or edition that this page does not know says its own category and colour.
  if (!category && key === null && result.level) {
    const colour = result.colour ?? "#777777";
    category = { name: known(result.level), colour, ink: inkOn(colour), rank: Number.isFinite(value) ? value : 0, range: "" };
  }
  return { value, category };
}

/** A forecast of one pollutant: the value of each hour with its bounds, what persistence says, and how both did. */
function forecastOf(values) {
  const value = (name) => values.get(name)?.value;
  const pollutant = pollutantNamed(value("pollutant") ?? "");
  const issued = parseTime(value("dateIssued"));
  const numbers = (name) => (Array.isArray(value(name)) ? value(name).slice(0, 240).map((one) => (Number.isFinite(one) ? one : NaN)) : []);
  const [means, lows, highs] = ["concentration", "concentrationLower", "concentrationUpper"].map(numbers);
  if (!pollutant || !Number.isFinite(issued) || means.length === 0) return null;
  const error = value("forecastError");
  const isTable = Array.isArray(error?.horizonHours) && Array.isArray(error.mae) && Array.isArray(error.persistenceMae);
  return {
    key: pollutant.key, issued, means, lows, highs, persistence: value("persistence"), error: isTable ? error : null,
    // Hour h is the hour that ends h hours after the one in which the forecast was made.
    times: means.map((_, at) => Math.floor(issued / HOUR) * HOUR + (at + 1) * HOUR),
    trainedAt: parseTime(value("trainedAt")), trainedHours: value("trainedHours"),
    weather: textOf(value("weatherForecast")), weatherHours: value("weatherForecastHours"),
  };
}

/** The newest hour that results speak of, in milliseconds; `NaN` when there are none. */
export function newestHour(stations, index) {
  let newest = NaN;
  for (const { results } of stations) {
    const at = results.get(index)?.at;
    if (Number.isFinite(at) && !(at <= newest)) newest = at;
  }
  return newest;
}

/** The pollutant that decides at most stations; without any the one that most stations measure. */
export function prevailing(stations, index) {
  const counts = new Map();
  for (const { results, readings } of stations) {
    for (const key of results.get(index)?.dominant ?? []) counts.set(key, (counts.get(key) ?? 0) + 1000);
    for (const key of readings.keys()) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return pollutants.reduce((best, { key }) => ((counts.get(key) ?? 0) > (counts.get(best) ?? 0) ? key : best), "pm25");
}

/** Stations as the list has them: the worst first, those without a value last. */
export function ranked(stations, index, key) {
  const shown = stations.map((station) => ({ station, result: station.results.get(index), ...shownOf(station.results.get(index), key) }));
  const number = (value) => (Number.isFinite(value) ? value : -Infinity);
  const reading = ({ station, result }) => station.readings.get(key ?? result?.dominant[0])?.value;
  return shown.sort((a, b) => number(b.category?.rank) - number(a.category?.rank) || number(b.value) - number(a.value)
    || (number(reading(b)) - number(reading(a)) || 0) || a.station.name.localeCompare(b.station.name));
}

/** The entities behind rows: observations and indices as they are, or for an hour that has been, what the index was. */
export function recordsBehind(rows, { at, hour }, { records }) {
  if (at === null) return rows.flatMap(({ station, result }) => [records.get(station.id), records.get(result?.id)]);
  return rows.filter(({ result }) => result).map(({ station, result: { id, index, value, level, dominant, subs } }) => {
    const observedAt = new Date(hour).toISOString();
    const property = (value) => ({ type: "Property", value, observedAt });
    const entity = { id, type: "AirQualityIndex", refAirQualityObserved: { type: "Relationship", object: station.id }, index: property(index), airQualityLevel: property(level), dominantPollutant: property(dominant) };
    if (Number.isFinite(value)) entity.airQualityIndex = property(value);
    for (const [key, sub] of subs) entity[`${key}SubIndex`] = property(sub);
    if (station.point) entity.location = { type: "GeoProperty", value: { type: "Point", coordinates: station.point } };
    return { entity };
  });
}
