// Series of values over time, as charts draw them and tables tell them.
//
// A series is `{ name, unit, colour, times, values, bands, gap, isStepped, isHidden }`:
// - `times` milliseconds, ascending; `values` as many numbers, or NaN for none
// - `bands` `[{ lows, highs }]`, drawn one over the other: one is a band from least to most, several are a fan
// - `gap` milliseconds without a value after which the line breaks, unless values around are as far apart; Infinity for never
// - `isStepped` for values that hold until the next one; `isDashed` for lines that are to look different
// Series of one unit share an axis: the first unit stands at the left, the second at the right, any other has its own
// scale without an axis.

import { el } from "./dom.js";
import { t } from "./language.js";
import { formatNumber, withUnit } from "./units.js";

/** The mark of a series' colour. */
export function swatch(series) {
  const mark = el("span", { className: "swatch", "aria-hidden": "true" });
  mark.style.background = series.isDashed ? `repeating-linear-gradient(90deg, var(${series.colour}) 0 5px, transparent 5px 7px)` : `var(${series.colour})`;
  return mark;
}

/** A value with its unit, and the least and most of its period where they differ. */
export function valueText(series, at) {
  const value = series.values[at];
  if (value === undefined || Number.isNaN(value)) return "";
  const text = withUnit(formatNumber(value), series.unit);
  const band = series.bands?.[0];
  if (!band || band.lows[at] === band.highs[at]) return text;
  return `${text} (${formatNumber(band.lows[at])} – ${formatNumber(band.highs[at])})`;
}

/** The index of the first time that is later; times ascend. */
export function firstAfter(times, time) {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Whether something is missing between a value and the one before: more time than `gap`, and more than three times what is usual
 * around it. What was told rarely in one time and often in another is whole in both.
 */
export function isMissingBefore({ times, gap }, at) {
  const step = times[at] - times[at - 1];
  return step > gap && step > 3 * Math.max(usualStep(times, at - AROUND, at - 1), usualStep(times, at, at + AROUND - 1));
}

const AROUND = 5;

/** The middle one of the steps from `first` to `last`, as far as there are any. */
function usualStep(times, first, last) {
  const steps = [];
  for (let at = Math.max(0, first); at < Math.min(last, times.length - 1); at += 1) steps.push(times[at + 1] - times[at]);
  return steps.sort((one, other) => one - other)[steps.length >> 1] ?? 0;
}

/** The index of the value nearest to a time, or -1. */
export function nearest({ times, values }, time) {
  const after = firstAfter(times, time);
  const sides = [after - 1, after].filter((at) => at >= 0 && at < times.length && !Number.isNaN(values[at]));
  if (sides.length === 0) return -1;
  return sides.reduce((one, other) => (Math.abs(times[other] - time) < Math.abs(times[one] - time) ? other : one));
}

/** The least and the most of the values from one index up to another, in words. */
export function rangeText(series, first, last) {
  let [low, high] = [Infinity, -Infinity];
  for (let at = first; at < last; at += 1) {
    if (Number.isNaN(series.values[at])) continue;
    low = Math.min(low, series.bands?.[0]?.lows[at] ?? series.values[at]);
    high = Math.max(high, series.bands?.[0]?.highs[at] ?? series.values[at]);
  }
  if (low > high) return t`no values`;
  return withUnit(low === high ? formatNumber(low) : t`${formatNumber(low)} to ${formatNumber(high)}`, series.unit);
}
