// What a chart shows as a table, for those who rather read, and as CSV, for those who go on with it elsewhere.

import { momentText } from "./chartscale.js";
import { valueText } from "./chartseries.js";
import { el } from "./dom.js";
import { t } from "./language.js";

const ROWS = 200;

/** The values in a window as a table, the newest first, a column for each series. */
export function valueTable(drawn, from, to) {
  const rows = new Map();
  drawn.forEach((series, column) => {
    // A table of everything would be longer than anyone reads; the newest rows of each series are enough to find the newest of all.
    let left = ROWS + 1;
    for (let at = series.times.length - 1; at >= 0 && left > 0; at -= 1) {
      const time = series.times[at];
      if (time < from || time > to || Number.isNaN(series.values[at])) continue;
      left -= 1;
      if (!rows.has(time)) rows.set(time, []);
      rows.get(time)[column] = valueText(series, at);
    }
  });
  const times = [...rows.keys()].sort((a, b) => b - a);
  const head = el("tr", {}, el("th", { scope: "col" }, t`Time`), ...drawn.map((one) => el("th", { scope: "col" }, one.name)));
  const body = times.slice(0, ROWS).map((time) => el("tr", {}, el("th", { scope: "row" }, momentText(time, 0)), ...drawn.map((_, column) => el("td", {}, rows.get(time)[column] ?? ""))));
  const box = el("div", { className: "history-rows", tabIndex: 0, role: "region", "aria-label": t`Table of values` }, el("table", {}, el("thead", {}, head), el("tbody", {}, ...body)));
  if (times.length > ROWS) box.append(el("p", { className: "hint" }, t`The newest ${ROWS} rows; the CSV has all.`));
  if (times.length === 0) box.append(el("p", { className: "hint" }, t`No values in this window.`));
  return box;
}

/** The same as CSV (RFC 4180), a row for each value. */
export function csvOf(drawn, from, to) {
  const lines = ["time,endTime,entity,attribute,unit,value,min,max"];
  for (const series of drawn) {
    const [band] = series.bands ?? [];
    series.times.forEach((time, at) => {
      if (time < from || time > to || Number.isNaN(series.values[at])) return;
      const end = series.ends?.[at];
      lines.push([
        new Date(time).toISOString(), end === undefined ? "" : new Date(end).toISOString(), cell(series.source.id), cell(series.source.attribute), cell(series.unit),
        series.values[at], band?.lows[at] ?? "", band?.highs[at] ?? "",
      ].join(","));
    });
  }
  return `${lines.join("\r\n")}\r\n`;
}

/**
 * The same as GeoJSON (RFC 7946), a feature for each value.
 *
 * @param placeOf gives where an entity is now, `[longitude, latitude]`, or `null`
 */
export function featuresOf(drawn, from, to, placeOf) {
  const features = drawn.flatMap(({ source, unit, times, values, ends, bands }) => times.flatMap((time, at) => {
    if (time < from || time > to || Number.isNaN(values[at])) return [];
    const properties = { entity: source.id, attribute: source.attribute, time: new Date(time).toISOString(), value: values[at], ...(unit ? { unit } : {}) };
    if (ends?.[at] !== undefined) properties.endTime = new Date(ends[at]).toISOString();
    if (bands?.[0]) Object.assign(properties, { min: bands[0].lows[at], max: bands[0].highs[at] });
    const place = placeOf(source.id);
    return [{ type: "Feature", geometry: place && { type: "Point", coordinates: place }, properties }];
  }));
  return { type: "FeatureCollection", features };
}

/** A text from outside: quoted, and never a formula of the program that opens the file. */
function cell(text) {
  return `"${text.replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`;
}

export function saveText(text, name, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = el("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
