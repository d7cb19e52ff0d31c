// Sizes, times, rates and policies of the history in words. Knows neither page nor server, and believes neither.

import { lengthText, parseDuration, roughLength } from "./durations.js";
import { shortName } from "./entity.js";
import { formatCount, formatNumber } from "./units.js";

export const UNKNOWN = "–";
const TEXT_MAX = 300;
const STEPS_MAX = 8;
const sizes = ["B", "KiB", "MiB", "GiB", "TiB"];

/** A text from outside, cut to a length; what is no text becomes one. */
export function text(value, most = TEXT_MAX) {
  const whole = typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value) ?? "";
  return whole.length > most ? `${whole.slice(0, most)}…` : whole;
}

export const list = (value) => (Array.isArray(value) ? value : []);
export const object = (value) => (typeof value === "object" && value !== null && !Array.isArray(value) ? value : {});

/** A count; a dash for what is none. Beyond what a number holds exactly, in powers of ten. */
export function countText(value) {
  if (typeof value !== "number" || !Number.isFinite(value)) return UNKNOWN;
  return Math.abs(value) > Number.MAX_SAFE_INTEGER ? value.toExponential(2) : formatCount(value);
}

/** `1 message`, `3 messages`. */
export const counted = (count, name, plural = `${name}s`) => `${countText(count)} ${count === 1 ? name : plural}`;

export function bytesText(bytes) {
  if (typeof bytes !== "number" || !Number.isFinite(bytes) || bytes < 0) return UNKNOWN;
  const power = Math.min(sizes.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const size = bytes / 1024 ** power;
  return size >= 1e6 ? `${size.toExponential(2)}\u00a0${sizes[power]}` : `${size >= 100 || power === 0 ? formatCount(Math.round(size)) : formatNumber(Number(size.toPrecision(3)))}\u00a0${sizes[power]}`;
}

/** `0.4/s`; three dots while there is one sample only. */
export function perSecondText(rate) {
  if (rate === null || !Number.isFinite(rate)) return "…";
  if (rate > 0 && rate < 0.1) return `${formatNumber(Number((rate * 60).toPrecision(2)))}/min`;
  return `${rate > 0 && rate < 10 ? rate.toFixed(1) : countText(Math.round(rate))}/s`;
}

export function secondsText(seconds) {
  if (typeof seconds !== "number" || !Number.isFinite(seconds)) return UNKNOWN;
  if (seconds >= 1) return `${formatNumber(Number(seconds.toPrecision(3)))}\u00a0s`;
  return `${formatNumber(Number((seconds * 1000).toPrecision(2)))}\u00a0ms`;
}

export const quantileText = (quantile) => (quantile === null ? UNKNOWN : `${quantile.isMore ? "more than " : ""}${secondsText(quantile.seconds)}`);

/** `3 d 4 h`, of an ISO 8601 duration. */
export function uptimeText(duration) {
  const seconds = parseDuration(duration);
  if (!Number.isFinite(seconds)) return UNKNOWN;
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (days > 0) return `${countText(days)} d ${hours} h`;
  return hours > 0 ? `${hours} h ${minutes} min` : minutes > 0 ? `${minutes} min` : `${Math.floor(seconds)} s`;
}

/** A length of a policy: `30 days`; roughly where it is no round number. */
function span(duration) {
  const seconds = parseDuration(duration);
  if (!Number.isFinite(seconds)) return text(duration, 40) || "?";
  return seconds % 60 === 0 || seconds < 120 ? lengthText(seconds) : `about ${roughLength(seconds)}`;
}

/** A length of time as it is said after "every": `every minute`, `every 5 minutes`. */
const everySpan = (duration) => `every ${span(duration).replace(/^1 /, "")}`;

/** What a policy is for: `pm25 of AirQualityObserved`. */
export function policySubject(given) {
  const policy = object(given);
  const [type, attribute] = [policy.type, policy.attribute].map((name) => (typeof name === "string" ? text(shortName(name), 100) : ""));
  if (attribute) return type ? `${attribute} of ${type}` : `${attribute} of every type`;
  return type ? `All of ${type}` : "Everything";
}

/** What is kept: `Values as they come for 30 days, then one for every hour for 365 days, then one for every day for ever.` */
export function retentionText(given) {
  const policy = object(given);
  if (policy.record === false) return "No past value is kept.";
  const steps = list(policy.retention).slice(0, STEPS_MAX).map(object);
  const kept = (step) => (step.keep === undefined ? "for ever" : `for ${span(step.keep)}`);
  const words = steps.map((step, at) => (at === 0 && step.every === undefined ? `Values as they come ${kept(step)}` : `a summary of ${everySpan(step.every)} ${kept(step)}`));
  const last = steps.length > 0 && steps.at(-1).keep !== undefined ? "; what is older is deleted" : "";
  const left = [policy.sampleEvery === undefined ? "" : `at most one value ${everySpan(policy.sampleEvery)}`, typeof policy.deadBand === "number" ? `only changes of more than ${formatNumber(policy.deadBand)}` : ""].filter(Boolean);
  const main = words.length > 0 ? `${words.join(", then ")}${last}` : "Values as they come for ever";
  return `${main}${left.length > 0 ? `; ${left.join(", ")}` : ""}.`;
}
