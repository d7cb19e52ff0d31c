// Words of imports: where one stands, what a column may mean, how many entities.

import { t, tn } from "./language.js";
import { formatCount } from "./units.js";

export const statusOf = ({ status }) => ({
  uploading: [t`Coming in`, "warn"], ready: [t`Ready`, ""], running: [t`Running`, "warn"], paused: [t`Paused`, "warn"], done: [t`Done`, "good"], failed: [t`Failed`, "bad"],
  cancelled: [t`Ended`, "bad"], stopped: [t`Stopped`, "bad"], undoing: [t`Being undone`, "warn"], undone: [t`Undone`, ""],
})[status] ?? [status, ""];

export const isActive = ({ status }) => ["running", "paused", "undoing"].includes(status);

export const formatOf = ({ format }) => ({ csv: t`Table`, geojson: "GeoJSON", gtfs: t`GTFS feed`, edit: t`Change of many` })[format] ?? t`File`;

export const roles = [
  ["ignore", t`Left out`], ["id", t`Names the thing (id)`], ["number", t`Number`], ["text", t`Text`], ["boolean", t`Yes or no`], ["link", t`Link to another entity`],
  ["longitude", t`Longitude`], ["latitude", t`Latitude`], ["geometry", t`Place (WKT, GeoJSON or “lat, lon”)`],
  ["time", t`Time`], ["year", t`Year`], ["month", t`Month`], ["day", t`Day`], ["hour", t`Hour`], ["minute", t`Minute`],
];

export const timeFormats = [
  ["iso8601", "2026-03-31 14:05"], ["dd/MM/yyyy HH:mm:ss", "31/03/2026 14:05:00"], ["dd/MM/yyyy HH:mm", "31/03/2026 14:05"], ["dd/MM/yyyy", "31/03/2026"],
  ["MM/dd/yyyy HH:mm:ss", "03/31/2026 14:05:00"], ["MM/dd/yyyy HH:mm", "03/31/2026 14:05"], ["MM/dd/yyyy", "03/31/2026"], ["dd.MM.yyyy HH:mm:ss", "31.03.2026 14:05:00"],
  ["dd.MM.yyyy HH:mm", "31.03.2026 14:05"], ["dd.MM.yyyy", "31.03.2026"], ["yyyy/MM/dd HH:mm:ss", "2026/03/31 14:05:00"], ["yyyy/MM/dd HH:mm", "2026/03/31 14:05"],
  ["yyyy/MM/dd", "2026/03/31"], ["dd-MM-yyyy HH:mm", "31-03-2026 14:05"], ["dd-MM-yyyy", "31-03-2026"], ["yyyyMMddHHmm", "202603311405"], ["yyyyMMdd", "20260331"],
  ["unix", t`seconds since 1970`], ["unix-ms", t`milliseconds since 1970`],
];

/** What it is called: the name of its file, or what is done to many entities. */
export function titleOf({ name, edit }) {
  if (!edit) return name;
  const { action, attribute } = edit;
  return { set: t`Set ${attribute}`, unit: t`Set the unit of ${attribute}`, remove: t`Remove ${attribute}`, delete: t`Delete entities` }[action] ?? name;
}

export const entitiesText = (count) => tn(count, "{0} entity", "{0} entities");
export const rowsText = (count) => tn(count, "{0} row", "{0} rows");

/** What came of it, as a few words. */
export function countsText({ created, updated, failed, moments }) {
  const parts = [];
  if (created > 0) parts.push(t`${formatCount(created)} created`);
  if (updated > 0) parts.push(t`${formatCount(updated)} updated`);
  if (moments > 0) parts.push(t`${formatCount(moments)} values of the past`);
  if (failed > 0) parts.push(t`${formatCount(failed)} refused`);
  return parts.join(" · ") || t`nothing written`;
}

export const bytesText = (count) => (count < 1e6 ? `${formatCount(Math.ceil(count / 1e3))} kB` : `${formatCount(Math.round(count / 1e5) / 10)} MB`);
