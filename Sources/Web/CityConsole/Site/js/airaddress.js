// What the address of the page of the air says:
// `#/air?index=EAQI&pollutant=pm25&station=ID&at=2015-03-01T08:00:00Z`, with `uncertainty=1`, and of the station `range`,
// `forecast`, `day`, `limit`, `zone`, `year`.

import { pollutantNamed } from "./airindex.js";
import { HOUR } from "./airmodel.js";
import { isoText } from "./temporal.js";
import { parseTime } from "./time.js";

/** The parts that are a station's own. */
const ofStation = ["range", "forecast", "day", "limit", "zone", "year"];

/** @returns `{ state, choice }`: what is on show, and what is chosen of the station; what cannot be is `null` */
export function readAirAddress(address) {
  const query = new URLSearchParams(address.split("?")[1] ?? "");
  const at = Math.ceil(parseTime(query.get("at")) / HOUR) * HOUR;
  const index = query.get("index");
  const state = {
    index: index && /^[A-Za-z0-9-]{1,40}$/.test(index) ? index : null, key: pollutantNamed(query.get("pollutant") ?? "")?.key ?? null,
    station: query.get("station") || null, at: Number.isFinite(at) ? at : null, isUncertainty: query.get("uncertainty") === "1",
  };
  return { state, choice: Object.fromEntries(ofStation.map((name) => [name, query.get(name) ?? undefined])) };
}

export function airAddress({ index, key, station, at, isUncertainty }, choice) {
  const query = new URLSearchParams();
  if (index) query.set("index", index);
  if (key) query.set("pollutant", key);
  if (at !== null) query.set("at", isoText(at));
  if (isUncertainty) query.set("uncertainty", "1");
  if (station) {
    query.set("station", station);
    for (const [name, value] of Object.entries(choice)) if (name !== "isFresh" && value !== undefined && value !== null) query.set(name, value);
  }
  const text = query.toString();
  return text ? `#/air?${text}` : "#/air";
}
