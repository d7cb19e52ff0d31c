// The address of the page of charts: which attributes of which entities, over which time, and what of it is hidden.
//
// `#/history?e=ID&a=ATTRIBUTE&e=...&a=...&range=24h`, or `&from=...&to=...` in the place of `range`; `&off=1` hides the second.

import { clampTime } from "./historydata.js";
import { t } from "./language.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** The ranges that end now, each with its words and its length. */
export const ranges = { "1h": ["1 h", HOUR], "24h": ["24 h", DAY], "7d": ["7 d", 7 * DAY], "30d": ["30 d", 30 * DAY], "1y": ["1 y", 365 * DAY], all: [t`All`, 0] };
export const SERIES_MAX = 8;

/** What an address says: `{ ids, series: [{ id, attribute, isHidden }], range, from, to, isOpen }`; `range` is `null` where it names two times, `isOpen` says that it names no time at all. */
export function parseAddress(address) {
  const query = new URLSearchParams(address.split("?")[1] ?? "");
  const [ids, attributes] = [query.getAll("e"), query.getAll("a")];
  const off = new Set((query.get("off") ?? "").split(","));
  const series = ids.slice(0, SERIES_MAX).map((id, at) => ({ id, attribute: attributes[at], isHidden: off.has(String(at)) })).filter(({ id, attribute }) => id && attribute);
  const [from, to] = [Date.parse(query.get("from")), Date.parse(query.get("to"))];
  const range = query.get("range");
  const hasTimes = from < to;
  return { ids, series, range: hasTimes ? null : Object.hasOwn(ranges, range ?? "") ? range : "24h", from, to, isOpen: !hasTimes && range === null };
}

/** The address that shows the same again. */
export function addressOf(series, range, [from, to]) {
  const query = new URLSearchParams();
  for (const { source } of series) {
    query.append("e", source.id);
    query.append("a", source.attribute);
  }
  if (range !== null) query.append("range", range);
  else for (const [name, time] of [["from", from], ["to", to]]) query.append(name, new Date(clampTime(time)).toISOString());
  const off = series.map((one, at) => (one.isHidden ? at : -1)).filter((at) => at >= 0);
  if (off.length > 0) query.append("off", off.join(","));
  return `#/history?${query}`;
}
