// Which sources went silent: pure judging. Times are milliseconds since 1970.
//
// A source is an entity with an `observedAt`. Its usual interval is the median of the gaps between the last values of its
// history. It is silent when its newest value is older than five of them, than three times the longest gap seen, and than two minutes:
// a door that reports when it opens is not silent because nobody came for an hour. Of those without a rhythm the usual longest
// gap of their type counts where it is longer.

import { instancesOf, attributeNames } from "./entity.js";
import { parseTime } from "./time.js";

const TIMES_USUAL = 5;
const TIMES_LONGEST = 3;
const LEAST = 120_000;
const GAPS_LEAST = 5;
/** A longest gap of more usual ones: no rhythm. */
const RHYTHM = 2;
/** A clock that goes ahead by less is no forecast. */
const AHEAD = 60_000;
const ATTRIBUTES_MAX = 100;
const INSTANCES_MAX = 20;
/** What people and rules write, when something happens. */
const notSources = new Set(["Alert", "AlertRule", "Board"]);

/** The newest time at which something of an entity was observed: `{ attribute, at }`, or `null`. Times to come are forecasts. */
export function newestOf(entity, now) {
  let newest = null;
  for (const attribute of attributeNames(entity).slice(0, ATTRIBUTES_MAX)) {
    for (const { observedAt } of instancesOf(entity[attribute]).slice(0, INSTANCES_MAX)) {
      const at = parseTime(observedAt);
      if (at <= now + AHEAD && !(at <= newest?.at)) newest = { attribute, at };
    }
  }
  return newest;
}

/** `{ usual, longest }` of the times of values; `null` where they are too few to tell. */
export function intervalOf(times) {
  const ordered = [...new Set(times.filter(Number.isFinite))].sort((a, b) => a - b);
  const gaps = ordered.slice(1).map((time, at) => time - ordered[at]);
  return gaps.length < GAPS_LEAST ? null : { usual: median(gaps), longest: gaps.reduce((most, gap) => Math.max(most, gap), 0) };
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** From which age on a source of this interval is silent. */
export const silentAfter = ({ usual, longest }) => Math.max(TIMES_USUAL * usual, TIMES_LONGEST * longest, LEAST);

/** Sources by type: `[{ type, count, old: [{ record, attribute, at }] }]`; `old` are those old enough to be silent at all. */
export function sourcesOf(records, now) {
  const types = new Map();
  for (const record of records) {
    if (notSources.has(record.type)) continue;
    const newest = newestOf(record.entity, now);
    if (!newest) continue;
    if (!types.has(record.type)) types.set(record.type, { type: record.type, count: 0, old: [] });
    const one = types.get(record.type);
    one.count += 1;
    if (now - newest.at > LEAST) one.old.push({ record, ...newest });
  }
  return [...types.values()];
}

/**
 * Judges the old sources of a type.
 *
 * @param intervals what was learned, by id: `{ usual, longest }`, or `null` where the history is too short. Of others the
 *   type's counts: the medians of both.
 * @returns `{ silent: [{ record, at, usual }], unknown }`, the longest silent first, and how many could not be judged
 */
export function judge(old, intervals, now) {
  const known = old.map(({ record }) => intervals.get(record.id)).filter(Boolean);
  const ofType = known.length === 0 ? null : { usual: median(known.map((one) => one.usual)), longest: median(known.map((one) => one.longest)) };
  const silent = [];
  let unknown = 0;
  for (const { record, at } of old) {
    const own = intervals.get(record.id);
    const isIrregular = own && own.longest > RHYTHM * own.usual;
    const interval = isIrregular ? { usual: own.usual, longest: Math.max(own.longest, ofType.longest) } : own ?? ofType;
    if (!interval) unknown += 1;
    else if (now - at > silentAfter(interval)) silent.push({ record, at, usual: interval.usual });
  }
  return { silent: silent.sort((a, b) => a.at - b.at), unknown };
}

/** Up to `most` of a list, evenly spread over it. */
export const spread = (all, most) => (all.length <= most ? all : Array.from({ length: most }, (_, at) => all[Math.floor((at * all.length) / most)]));
