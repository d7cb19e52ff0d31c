// Lengths of time as the API has them (ISO 8601) and as people say them.

import { t, tn } from "./language.js";





const seconds = { W: 604_800, D: 86_400, H: 3600, M: 60, S: 1 };

/** The seconds of a duration such as `PT10M` or `P1DT12H`; NaN where it is none, or has months or years. */
export function parseDuration(text) {
  const match = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(typeof text === "string" ? text : "");
  const parts = match?.slice(1);
  if (!parts?.some((part) => part !== undefined)) return NaN;
  return ["W", "D", "H", "M", "S"].reduce((sum, unit, at) => sum + Number(parts[at] ?? 0) * seconds[unit], 0);
}

/** `PT10M` for 600; at least a second. */
export function durationOf(length) {
  const whole = Math.max(1, Math.round(length));
  const [days, hours, minutes, rest] = [Math.floor(whole / 86_400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60];
  const time = `${hours ? `${hours}H` : ""}${minutes ? `${minutes}M` : ""}${rest ? `${rest}S` : ""}`;
  return `P${days ? `${days}D` : ""}${time ? `T${time}` : ""}`;
}

const units = [
  [86_400, (count) => tn(count, "{0} day", "{0} days")], [3600, (count) => tn(count, "{0} hour", "{0} hours")],
  [60, (count) => tn(count, "{0} minute", "{0} minutes")], [1, (count) => tn(count, "{0} second", "{0} seconds")],
];

/** `10 minutes`, `1 hour`, `90 seconds`: in the largest unit that leaves no rest. */
export function lengthText(length) {
  const [size, words] = units.find(([one]) => length >= one && length % one === 0) ?? units.at(-1);
  return words(length / size);
}

/** How long something took, roughly: `3 min`, `2 h`, `4 d`. */
export function roughLength(length) {
  if (length < 90) return t`${Math.max(0, Math.round(length))} s`;
  if (length < 5400) return t`${Math.round(length / 60)} min`;
  return length < 172_800 ? t`${Math.round(length / 3600)} h` : t`${Math.round(length / 86_400)} d`;
}
