// Axes: where ticks stand and what they say, in the reader's language and time zone. Knows nothing of the page.

import { locale } from "./language.js";





const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// Steps of a time axis: a length in milliseconds, or in months where they differ.
const steps = [
  ...[1, 2, 5, 10, 15, 30].map((count) => ({ length: count * SECOND, form: "second" })),
  ...[1, 2, 5, 10, 15, 30].map((count) => ({ length: count * MINUTE, form: "minute" })),
  ...[1, 2, 3, 6, 12].map((count) => ({ length: count * HOUR, form: "minute" })),
  ...[1, 2, 7, 14].map((count) => ({ length: count * DAY, form: "day" })),
  ...[1, 2, 3, 6].map((months) => ({ length: months * 30.4 * DAY, months, form: "month" })),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((years) => ({ length: years * 365.25 * DAY, months: 12 * years, form: "year" })),
];

const format = (options) => new Intl.DateTimeFormat(locale, options);
const forms = {
  millisecond: format({ minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 }),
  second: format({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  minute: format({ hour: "2-digit", minute: "2-digit" }),
  day: format({ day: "numeric", month: "short" }),
  month: format({ month: "short", year: "numeric" }),
  year: format({ year: "numeric" }),
};
const exactDay = format({ dateStyle: "medium" });
const exactSecond = format({ dateStyle: "medium", timeStyle: "medium" });
const exactMinute = format({ dateStyle: "medium", timeStyle: "short" });

/** Ticks between two times: `[{ at, label, isStrong }]`, at most `most` and about evenly spaced; strong ones name a day or year. */
export function timeTicks(from, to, most) {
  const span = to - from;
  if (!(span > 0) || most < 1) return [];
  const step = steps.find((one) => span / one.length <= most) ?? steps.at(-1);
  if (span / SECOND < 1) return [{ at: from, label: forms.millisecond.format(from), isStrong: false }];
  const ticks = [];
  for (let at = firstTick(from, step); at <= to && ticks.length <= most + 2; at = nextTick(at, step)) {
    if (at < from) continue;
    const isMidnight = step.form !== "month" && step.form !== "year" && step.form !== "day" && startOfDay(at) === at;
    ticks.push({ at, label: forms[isMidnight ? "day" : step.form].format(at), isStrong: isMidnight });
  }
  return ticks;
}

function firstTick(from, step) {
  const date = new Date(from);
  if (step.months) {
    const months = date.getFullYear() * 12 + date.getMonth();
    return monthStart(Math.floor(months / step.months) * step.months);
  }
  if (step.form === "day") return startOfDay(from);
  const offset = date.getTimezoneOffset() * MINUTE;
  return Math.floor((from - offset) / step.length) * step.length + offset;
}

function nextTick(at, step) {
  const date = new Date(at);
  if (step.months) return monthStart(date.getFullYear() * 12 + date.getMonth() + step.months);
  if (step.form !== "day") return at + step.length;
  // Days have 23 to 25 hours.
  date.setDate(date.getDate() + Math.round(step.length / DAY));
  return date.getTime();
}

function monthStart(months) {
  const date = new Date(2000, 0, 1);
  // The constructor takes years below 100 for others.
  date.setFullYear(Math.floor(months / 12), ((months % 12) + 12) % 12, 1);
  return date.getTime();
}

export function startOfDay(time) {
  return new Date(time).setHours(0, 0, 0, 0);
}

/** A moment in full, as exact as the span it is looked at in. */
export function momentText(time, span) {
  if (!Number.isFinite(time)) return "";
  if (span > 400 * DAY) return exactDay.format(time);
  return (span > 2 * HOUR ? exactMinute : exactSecond).format(time);
}

const plain = new Intl.NumberFormat(locale, { maximumFractionDigits: 6 });
const compact = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 2 });
const scientific = new Intl.NumberFormat(locale, { notation: "scientific", maximumFractionDigits: 2 });

/** A number for an axis: short whatever its size. */
export function axisNumber(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-5 || size >= 1e15)) return scientific.format(value);
  return size >= 1e5 ? compact.format(value) : plain.format(value);
}

/**
 * A scale of numbers from `low` to `high`, widened to round ends: `{ low, high, ticks, part }`.
 *
 * `part` gives a value's place, 0 at the lower end and 1 at the upper one. Ends up to the largest numbers there are do no harm.
 */
export function numberScale(low, high, most) {
  if (!(low <= high)) [low, high] = [0, 1];
  if (low === high) {
    const air = Math.min(Math.max(Math.abs(low) * 0.05, 1e-9), 1e300) || 1;
    [low, high] = [low - air, high + air];
  }
  let ticks = [];
  const step = roundStep((high / 2 - low / 2) / Math.max(1, most) * 2);
  if (step > 0 && Number.isFinite(step) && (high / 2 - low / 2) / step < 50) {
    const [first, last] = [Math.floor(low / step), Math.ceil(high / step)];
    if (Number.isFinite(first * step) && Number.isFinite(last * step) && last > first) {
      [low, high] = [first * step, last * step];
      for (let at = first; at <= last; at += 1) ticks.push(Number((at * step).toPrecision(12)));
    }
  }
  if (ticks.length === 0) ticks = [low, high];
  const half = high / 2 - low / 2;
  return { low, high, ticks, part: (value) => (half > 0 ? (value / 2 - low / 2) / half : 0.5) };
}

function roundStep(raw) {
  if (!(raw > 0) || !Number.isFinite(raw)) return 0;
  const power = 10 ** Math.floor(Math.log10(raw));
  const part = raw / power;
  return (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10) * power;
}

/** A time as `datetime-local` takes it: local, without a zone. */
export function localText(time) {
  const date = new Date(time);
  const shifted = new Date(Math.round(time / 1000) * 1000 - date.getTimezoneOffset() * 60_000);
  return Number.isFinite(shifted.getTime()) && shifted.getUTCFullYear() < 10_000 ? shifted.toISOString().slice(0, 19) : "";
}
