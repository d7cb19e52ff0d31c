// Sizes, times, rates and policies of the history in words. Knows neither page nor server, and believes neither.

import { lengthText, parseDuration, roughLength } from "./durations.js";
import { shortName } from "./entity.js";
import { t } from "./language.js";
import { formatCount, formatNumber, formatTenths } from "./units.js";

export const UNKNOWN = "–";
const TEXT_MAX = 300;
const STEPS_MAX = 8;
const sizes = ["B", t`KiB`, t`MiB`, t`GiB`, t`TiB`];

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

export function bytesText(bytes) {
  if (typeof bytes !== "number" || !Number.isFinite(bytes) || bytes < 0) return UNKNOWN;
  const power = Math.min(sizes.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const size = bytes / 1024 ** power;
  return size >= 1e6 ? `${size.toExponential(2)}\u00a0${sizes[power]}` : `${size >= 100 || power === 0 ? formatCount(Math.round(size)) : formatNumber(Number(size.toPrecision(3)))}\u00a0${sizes[power]}`;
}

/** `0.4/s`; three dots while there is one sample only. */
export function perSecondText(rate) {
  if (rate === null || !Number.isFinite(rate)) return "…";
  if (rate > 0 && rate < 0.1) return t`${formatNumber(Number((rate * 60).toPrecision(2)))}/min`;
  return t`${rate > 0 && rate < 10 ? formatTenths(rate) : countText(Math.round(rate))}/s`;
}

export function secondsText(seconds) {
  if (typeof seconds !== "number" || !Number.isFinite(seconds)) return UNKNOWN;
  if (seconds >= 1) return t`${formatNumber(Number(seconds.toPrecision(3)))}\u00a0s`;
  return t`${formatNumber(Number((seconds * 1000).toPrecision(2)))}\u00a0ms`;
}

export const quantileText = (quantile) => (quantile === null ? UNKNOWN : quantile.isMore ? t`more than ${secondsText(quantile.seconds)}` : secondsText(quantile.seconds));

/** `3 d 4 h`, of an ISO 8601 duration. */
export function uptimeText(duration) {
  const seconds = parseDuration(duration);
  if (!Number.isFinite(seconds)) return UNKNOWN;
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (days > 0) return t`${countText(days)} d ${hours} h`;
  return hours > 0 ? t`${hours} h ${minutes} min` : minutes > 0 ? t`${minutes} min` : t`${Math.floor(seconds)} s`;
}

/** A length of a policy: `30 days`; roughly where it is no round number. */
function span(duration) {
  const seconds = parseDuration(duration);
  if (!Number.isFinite(seconds)) return text(duration, 40) || "?";
  return seconds % 60 === 0 || seconds < 120 ? lengthText(seconds) : t`about ${roughLength(seconds)}`;
}

/** A length of time as it is said after "every": `every minute`, `every 5 minutes`. */
function everySpan(duration) {
  const length = span(duration);
  return /^1\s/.test(length) ? t`every ${length.replace(/^1\s/, "")}¦one` : t`every ${length}`;
}

/** What a policy is for: `pm25 of AirQualityObserved`. */
export function policySubject(given) {
  const policy = object(given);
  const [type, attribute] = [policy.type, policy.attribute].map((name) => (typeof name === "string" ? text(shortName(name), 100) : ""));
  if (attribute) return type ? t`${attribute} of ${type}¦attribute of a type` : t`${attribute} of every type`;
  return type ? t`All of ${type}` : t`Everything`;
}

/** What is kept: `Values as they come for 30 days, then one for every hour for 365 days, then one for every day for ever.` */
export function retentionText(given) {
  const policy = object(given);
  if (policy.record === false) return t`No past value is kept.`;
  const steps = list(policy.retention).slice(0, STEPS_MAX).map(object);
  const kept = (step) => (step.keep === undefined ? t`for ever` : t`for ${span(step.keep)}`);
  const words = steps.map((step, at) => (at === 0 && step.every === undefined ? t`Values as they come ${kept(step)}` : t`a summary of ${everySpan(step.every)} ${kept(step)}`));
  const last = steps.length > 0 && steps.at(-1).keep !== undefined ? t`; what is older is deleted` : "";
  const left = [policy.sampleEvery === undefined ? "" : t`at most one value ${everySpan(policy.sampleEvery)}`, typeof policy.deadBand === "number" ? t`only changes of more than ${formatNumber(policy.deadBand)}` : ""].filter(Boolean);
  const main = words.length > 0 ? `${words.join(t`, then `)}${last}` : t`Values as they come for ever`;
  return `${left.length > 0 ? t`${main}; ${left.join(", ")}` : main}.`;
}
