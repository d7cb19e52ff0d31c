// Limits of a day, and which days of a year are above them. Numbers in, words and numbers out.
//
// The limits are those of Sources/Services/AirQuality/Statistics that can be told from a day's mean, its highest 8-hour
// mean, or its highest value: of hours above a limit the law counts each, here the days with one are counted, and it is said.

import { HOUR } from "./airmodel.js";
import { t, tn } from "./language.js";
import { formatNumber, withUnit } from "./units.js";

export const DAY = 24 * HOUR;

// Body, pollutant, limit in ug/m3, how often allowed, what is compared, over how many years that is averaged (one, unless said).
const table = [
  ["EU 2024/2881", "pm25", 25, 18, "mean"], ["EU 2024/2881", "pm10", 45, 18, "mean"], ["EU 2024/2881", "no2", 50, 18, "mean"],
  ["EU 2024/2881", "so2", 50, 18, "mean"], ["EU 2024/2881", "co", 4000, 18, "mean"], ["EU 2024/2881", "no2", 200, 3, "hour"], ["EU 2024/2881", "so2", 350, 3, "hour"],
  ["EU 2024/2881", "o3", 120, 18, "mean8", 3], ["EU 2024/2881", "co", 10000, 0, "mean8"],
  ["EU 2008/50", "pm10", 50, 35, "mean"], ["EU 2008/50", "so2", 125, 3, "mean"], ["EU 2008/50", "no2", 200, 18, "hour"], ["EU 2008/50", "so2", 350, 24, "hour"],
  ["EU 2008/50", "o3", 120, 25, "mean8", 3], ["EU 2008/50", "co", 10000, 0, "mean8"],
  ["EU information threshold", "o3", 180, null, "hour"], ["EU alert threshold", "o3", 240, null, "hour"],
  ["WHO 2021", "pm25", 15, 3, "mean"], ["WHO 2021", "pm10", 45, 3, "mean"], ["WHO 2021", "no2", 25, 3, "mean"], ["WHO 2021", "so2", 40, 3, "mean"],
  ["WHO 2021", "o3", 100, 3, "mean8"], ["WHO 2021", "co", 10000, 0, "mean8"], ["WHO 2021", "co", 4000, 3, "mean"], ["WHO 2021", "no2", 200, 0, "hour"], ["WHO 2021", "co", 35000, 0, "hour"],
];

export const limits = table.map(([body, key, limit, allowed, metric, years = 1]) => ({
  id: `${body.toLowerCase().replace(/[^a-z0-9]+/g, "-")}-${metric}`, body, key, limit, allowed, metric, years, isWHO: body.startsWith("WHO"),
}));

export const limitsOf = (key) => limits.filter((one) => one.key === key);

/** A limit in words: `EU 2024/2881: daily mean 45 µg/m³, 18 days a year allowed`. */
export function limitText({ body, limit, allowed, metric, key, years }) {
  const value = key === "co" ? withUnit(formatNumber(limit / 1000), "mg/m³") : withUnit(formatNumber(limit), "µg/m³");
  const often = allowed === null ? "" : metric === "hour" ? `, ${tn(allowed, "{0} hour a year allowed", "{0} hours a year allowed")}`
    : years > 1 ? `, ${t`${allowed} days a year allowed, on average over ${years} years`}` : `, ${t`${allowed} days a year allowed`}`;
  return t`${bodyWords(body)}: ${metricWords[metric].name} ${value}${often}`;
}

/** Who set a limit. The law's own name stays in `body`, by which limits are told apart. */
const bodies = {
  "EU 2024/2881": t`EU 2024/2881`, "EU 2008/50": t`EU 2008/50`, "WHO 2021": t`WHO 2021`,
  "EU information threshold": t`EU information threshold`, "EU alert threshold": t`EU alert threshold`,
};
const bodyWords = (body) => bodies[body] ?? body;

/** What is compared, in words. */
export const metricWords = {
  mean: { name: t`daily mean`, value: t`mean`, values: t`values` },
  mean8: { name: t`highest 8-hour mean`, value: t`highest 8-hour mean`, values: t`8-hour means` },
  hour: { name: t`highest hour`, value: t`highest`, values: t`values` },
};

/** Hours before a day that its first 8-hour mean reaches back to. */
export const LEAD = 7;

/**
 * The days of a year by their number, with their highest 8-hour mean: `{ count, most }`. A mean has at least 6 hours and
 * belongs to the day it ends on; the first of a day begins at 17:00 the day before.
 *
 * @param hours `Map` from the number of the hour, 0 for the one that begins 7 hours before the year, to its value
 */
export function eightHourDays(hours, year) {
  const days = new Map();
  for (let day = 0; day < daysIn(year); day += 1) {
    let [count, most] = [0, -Infinity];
    for (let end = LEAD + day * 24; end < LEAD + day * 24 + 24; end += 1) {
      const values = Array.from({ length: 8 }, (_, back) => hours.get(end - back)).filter((value) => value !== undefined);
      if (values.length < 6) continue;
      count += 1;
      most = Math.max(most, values.reduce((sum, value) => sum + value, 0) / values.length);
    }
    if (count > 0) days.set(day, { count, most });
  }
  return days;
}

/** Local standard time, without the hour of summer, in milliseconds east of UTC: the law's days have 24 hours. */
export function standardOffset(year) {
  return -Math.max(new Date(year, 0, 1).getTimezoneOffset(), new Date(year, 6, 1).getTimezoneOffset()) * 60_000;
}

/** `UTC+01:00`. */
export function offsetText(offset) {
  const minutes = Math.abs(offset) / 60_000;
  const two = (number) => String(number).padStart(2, "0");
  return offset === 0 ? "UTC" : `UTC${offset < 0 ? "−" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

export const daysIn = (year) => Math.round((Date.UTC(year + 1, 0, 1) - Date.UTC(year, 0, 1)) / DAY);

/**
 * Each day of a year against a limit.
 *
 * A day is enough with three quarters of the values, or of the 8-hour means, that its days usually have (18 of 24). EU limits are compared in
 * whole µg/m³ (CO: mg/m³), WHO's with what was measured.
 *
 * @param days `Map` from the number of the day (0 for the first) to `{ count, mean, most }` in µg/m³
 * @returns `{ days: [{ state, value, part, count }], above, valid, measured, verdict }`; `state` is `none`, `few`, `below` or `above`
 */
export function judge(days, year, limit) {
  const counts = [...days.values()].map(({ count }) => count).sort((a, b) => a - b);
  const needed = 0.75 * (counts[Math.floor(counts.length * 0.9)] ?? 0);
  const digit = limit.key === "co" ? 1000 : 1;
  const judged = Array.from({ length: daysIn(year) }, (_, at) => {
    const day = days.get(at);
    if (!day) return { state: "none", value: NaN, part: 0, count: 0 };
    const value = limit.metric === "mean" ? day.mean : day.most;
    const compared = limit.isWHO ? value : Math.floor(value / digit + 0.5 + 1e-9) * digit;
    const isAbove = compared > limit.limit;
    // One hour above is above, however many others are missing.
    const isEnough = day.count >= needed || (limit.metric === "hour" && isAbove);
    return { state: !isEnough ? "few" : isAbove ? "above" : "below", value, part: value / limit.limit, count: day.count };
  });
  const number = (state) => judged.filter((one) => one.state === state).length;
  const [above, below, few] = ["above", "below", "few"].map(number);
  return { days: judged, above, valid: above + below, measured: above + below + few, verdict: verdictOf(limit, above, above + below, judged.length) };
}

function verdictOf(limit, above, valid, length) {
  const share = limit.isWHO ? 0.75 : limit.body === "EU 2008/50" ? 0.9 : 0.85;
  if (valid === 0 || limit.allowed === null) return { tone: above > 0 ? "warn" : "", text: "" };
  if (limit.metric === "hour") return { tone: above > limit.allowed ? "bad" : "", text: above > limit.allowed ? t`Breached: each such day has at least one hour above.` : t`The law counts hours, not days.` };
  if (limit.years > 1) return { tone: above > limit.allowed ? "warn" : "", text: above > limit.allowed ? t`More than allowed on average; ${limit.years} years decide.` : t`${limit.years} years decide.` };
  if (above > limit.allowed) return { tone: "bad", text: t`Breached.` };
  if (valid < share * length) return { tone: "warn", text: t`Not breached so far; ${Math.round(share * 100)} % of the days are needed to say it is met.` };
  return { tone: "good", text: t`Met.` };
}
