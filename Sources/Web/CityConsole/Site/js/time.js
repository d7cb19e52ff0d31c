// Ages and dates. All times are milliseconds since 1970, UTC; NaN means unknown.

import { locale, t } from "./language.js";





const dateAndTime = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const exact = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "long" });

let chosen = null;

/** Lets the page be at another time than now, as time travel does; `null` for now. */
export function setPresentTime(time) {
  chosen = time;
}

/** Whether the page is at another time than now. */
export const isTravelling = () => chosen !== null;

/** The time that ages are counted from. */
export const presentTime = () => chosen ?? Date.now();

export function parseTime(text) {
  return typeof text === "string" ? Date.parse(text) : NaN;
}

/** `12 s ago`; beyond a day the date itself, because "4,000 days ago" says nothing. */
export function ageText(time, now = presentTime()) {
  if (!Number.isFinite(time)) return "";
  const seconds = (now - time) / 1000;
  if (Math.abs(seconds) >= 86400) return dateAndTime.format(time);
  const span = spanText(Math.abs(seconds));
  if (seconds < -5) return t`in ${span}`;
  return seconds < 1 ? t`now` : t`${span} ago`;
}

/** The same in the width of a list's margin: `12 s`, `3 h`, `2013`. */
export function shortAgeText(time, now = presentTime()) {
  if (!Number.isFinite(time)) return "";
  const seconds = (now - time) / 1000;
  if (seconds < 1) return t`now¦short`;
  if (seconds < 86400) return spanText(seconds);
  return seconds < 86400 * 365 ? t`${Math.floor(seconds / 86400)} d` : String(new Date(time).getFullYear());
}

/** How long something has been so, as a sentence: `Since 5 min.` */
export function sinceText(time, now = presentTime()) {
  const seconds = (now - time) / 1000;
  if (seconds >= 86400) return t`Since ${dateAndTime.format(time)}.¦date`;
  return seconds < 1 ? t`Since now.` : t`Since ${spanText(seconds)}.`;
}

export function exactText(time) {
  return Number.isFinite(time) ? exact.format(time) : "";
}

export function dateText(time) {
  return dateAndTime.format(time);
}

function spanText(seconds) {
  if (seconds < 60) return t`${Math.floor(seconds)}\u00a0s`;
  if (seconds < 3600) return t`${Math.floor(seconds / 60)}\u00a0min`;
  return t`${Math.floor(seconds / 3600)}\u00a0h`;
}
