// The forecast of a detector's speed or count for the next hour, read from a TrafficFlowForecast.

import { parseTime } from "./time.js";
import { unitSymbol } from "./units.js";

const TIMES_MAX = 100;
const MINUTE = 60_000;

/** `{ id, ref, quantity, unit, issued, times, means, lows, highs, persistence, errors }`, or `null` where it says too little. */
export function flowForecastOf(record, values) {
  const value = (name) => values.get(name)?.value;
  const list = (name) => (Array.isArray(value(name)) ? value(name).slice(0, TIMES_MAX) : []);
  const numbers = (name) => list(name).map((one) => (typeof one === "number" ? one : NaN));
  const [means, lows, highs] = ["value", "valueLower", "valueUpper"].map(numbers);
  const issued = parseTime(value("dateIssued"));
  const said = list("validTimes").map((one) => parseTime(one?.["@value"] ?? one));
  const times = said.length === means.length ? said : means.map((_, at) => issued + (at + 1) * 15 * MINUTE);
  if (means.length === 0 || !Number.isFinite(issued) || !times.every(Number.isFinite)) return null;
  const quantity = String(value("quantity") ?? "");
  const code = record.entity[values.get("value")?.attribute]?.unitCode;
  const persistence = value("persistence");
  return {
    id: record.id, ref: typeof value("refTrafficFlowObserved") === "string" ? value("refTrafficFlowObserved") : null, quantity,
    unit: typeof code === "string" ? unitSymbol(code) : quantity === "averageVehicleSpeed" ? "km/h" : "", issued, times, means, lows, highs,
    persistence: Array.isArray(persistence) ? numbers("persistence") : typeof persistence === "number" ? persistence : NaN, errors: errorsOf(value("forecastError")),
  };
}

const firstNumber = (...candidates) => candidates.find((one) => typeof one === "number" && Number.isFinite(one)) ?? NaN;

/**
 * How far off it was by minutes ahead, from lists beside each other (`horizonMinutes`, `mae`, `persistenceMae`), from an object
 * by minutes, or from a list of objects: `[{ ahead, minutes, mae, persistence, coverage, isTold }]`.
 */
function errorsOf(json) {
  if (typeof json !== "object" || json === null) return [];
  let rows = [];
  if (Array.isArray(json)) rows = json.map((one) => [one?.minutes ?? one?.horizonMinutes, one]);
  else if (Array.isArray(json.horizonMinutes)) rows = json.horizonMinutes.map((minutes, at) => [minutes, Object.fromEntries(Object.entries(json).map(([name, list]) => [name, Array.isArray(list) ? list[at] : undefined]))]);
  else rows = Object.entries(json).map(([minutes, one]) => [Number.parseFloat(String(minutes).replace(/^PT/, "")), one]);
  return rows.slice(0, TIMES_MAX).filter(([minutes, one]) => Number.isFinite(minutes) && typeof one === "object" && one !== null).map(([minutes, one]) => {
    const coverage = firstNumber(one.coverage, one.coveragePercent / 100);
    return {
      minutes, ahead: `${minutes} min`, mae: firstNumber(one.mae, one.rmse), persistence: firstNumber(one.persistenceMae, one.persistenceMAE, one.persistenceRmse, one.persistenceRMSE, one.persistence),
      coverage, isTold: true,
    };
  }).sort((a, b) => a.minutes - b.minutes);
}
