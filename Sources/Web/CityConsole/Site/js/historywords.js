// What the page of charts says of what it shows: how many values, and why there are none.

import { momentText } from "./chartscale.js";
import { t, tn } from "./language.js";
import { dateText } from "./time.js";

/**
 * @param last when the last value before the window was; `null` where that is unknown
 * @returns `{ note, text, isGap }`: below the chart, and in its place; `isGap`: there are values before the window
 */
export function wordsOf(series, window, last) {
  const total = series.reduce((sum, one) => sum + (one.data?.total ?? 0), 0);
  const period = series.map((one) => one.data?.period).filter(Boolean).sort((a, b) => b.length - a.length)[0];
  const numbers = tn(total, "{0} value", "{0} values");
  const note = total === 0 ? "" : period ? t`${numbers}, as averages of ${period.text}; the band goes from the least to the most of each.` : t`${numbers}, each shown.`;
  const say = (text, isGap = false) => ({ note, text, isGap });
  const problem = series.find((one) => one.problem);
  if (problem) return say(t`${problem.entityName}: ${problem.problem}`);
  if (series.some((one) => one.data?.values.some((value) => !Number.isNaN(value)))) return say("");
  if (series.some((one) => one.isLoading)) return say(t`Reading …`);
  if (total > 0) return say(t`What was recorded in this time are no numbers.`);
  const [from, to] = window.map((time) => momentText(time, window[1] - window[0]));
  const where = t`No values between ${from} and ${to}.`;
  if (last === null) return say(`${where} ${t`Nothing was recorded before, either.`}`);
  return say(`${where} ${t`The last one before is of ${dateText(last)}.`}`, true);
}
