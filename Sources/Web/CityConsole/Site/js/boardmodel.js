// A board: a grid of tiles that somebody put together, to and from its entity (type Board, `layout` a JsonProperty).
//
// Invariant: a layout comes from outside. What is read of it has known kinds, texts of bounded length, and at most
// TILES_MAX tiles; anything else is left out.

import { valuesOf } from "./entityvalues.js";
import { t } from "./language.js";

export const TILES_MAX = 40;
const SERIES_MAX = 8;
const NAMES_MAX = 12;
const TEXT_MAX = 4000;
const NAME_MAX = 400;

export const tileKinds = [["number", t`Number`], ["chart", t`Chart`], ["table", t`Table`], ["map", t`Map`], ["text", t`Text`]];
export const widths = [["3", t`A quarter`], ["4", t`A third`], ["6", t`Half`], ["12", t`Full`]];
export const heights = [["1", t`Low¦height`], ["2", t`Middle`], ["3", t`High¦height`]];
export const ranges = [["2h", t`2 hours`], ["24h", t`24 hours`], ["7d", t`7 days`], ["30d", t`30 days`], ["1y", t`1 year`]];
const usual = { number: [3, 1], chart: [6, 2], table: [6, 2], map: [6, 2], text: [6, 1] };

export const isBoard = (record) => record.types.includes("Board");

const text = (value, most) => (typeof value === "string" ? value.slice(0, most) : "");
const names = (value, most = NAMES_MAX) => (Array.isArray(value) ? value.filter((one) => typeof one === "string" && one !== "").slice(0, most).map((one) => one.slice(0, NAME_MAX)) : []);
const oneOf = (value, options, other) => (options.some(([key]) => key === String(value)) ? value : other);

/** A new tile of a kind. */
export function newTile(kind) {
  const [width, height] = usual[kind];
  return tileOf({ kind, width, height });
}

/** A tile as the page may trust it, or `null`. */
export function tileOf(given) {
  if (typeof given !== "object" || given === null || !Object.hasOwn(usual, given.kind)) return null;
  const [width, height] = usual[given.kind];
  const tile = { kind: given.kind, title: text(given.title, 200), width: Number(oneOf(given.width, widths, width)), height: Number(oneOf(given.height, heights, height)) };
  switch (given.kind) {
    case "number": return { ...tile, entity: text(given.entity, NAME_MAX * 2), attribute: text(given.attribute, NAME_MAX) };
    case "chart": {
      const series = (Array.isArray(given.series) ? given.series : []).map((one) => ({ entity: text(one?.entity, NAME_MAX * 2), attribute: text(one?.attribute, NAME_MAX) }));
      return { ...tile, series: series.filter((one) => one.entity && one.attribute).slice(0, SERIES_MAX), range: oneOf(given.range, ranges, "24h") };
    }
    case "table": return { ...tile, type: text(given.type, NAME_MAX), attributes: names(given.attributes), order: text(given.order, NAME_MAX) };
    case "map": return { ...tile, types: names(given.types) };
    default: return { ...tile, text: text(given.text, TEXT_MAX) };
  }
}

/** The tiles of a layout. */
export const tilesOf = (layout) => (Array.isArray(layout?.tiles) ? layout.tiles : []).slice(0, TILES_MAX).map(tileOf).filter(Boolean);

/** `{ id, name, tiles, signature }`; the signature tells one layout from another. */
export function boardOf(record) {
  const values = valuesOf(record.entity);
  const layout = values.get("layout")?.value;
  return { id: record.id, name: text(values.get("name")?.value, 200) || record.name.slice(0, 200), tiles: tilesOf(layout), signature: JSON.stringify(layout ?? null) };
}

/** The entities that tiles are about: those they name, and those of the types that they list or draw. */
export function recordsOn(tiles, store) {
  const ids = new Set(tiles.flatMap(({ entity, series = [] }) => [entity, ...series.map((one) => one.entity)]));
  const types = new Set(tiles.flatMap(({ type, types = [] }) => [type, ...types]));
  const hasAll = tiles.some(({ kind, types }) => kind === "map" && types.length === 0);
  return [...store.records.values()].filter(({ id, types: own }) => hasAll || ids.has(id) || own.some((one) => types.has(one)));
}

/** The attributes of a board's entity. */
export const attributesOfBoard = (name, tiles) => ({ name: { type: "Property", value: name }, layout: { type: "JsonProperty", json: { version: 1, tiles } } });

export function newBoardId(name, random = Math.random()) {
  const word = name.normalize("NFKD").replace(/[^A-Za-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60).toLowerCase() || "board";
  return `urn:ngsi-ld:Board:${word}-${Math.floor(random * 36 ** 5).toString(36).padStart(5, "0")}`;
}

/** The address of a board on the wall; of several that follow one another `every` seconds. */
export const wallAddress = (ids, every) => `#/boards/wall?${new URLSearchParams([...ids.map((id) => ["b", id]), ...(ids.length > 1 ? [["every", String(every)]] : [])])}`;

/** `{ ids, every }` of such an address; 5 seconds at the least, an hour at the most. */
export function wallOf(query) {
  const parameters = new URLSearchParams(query);
  const every = Number(parameters.get("every") ?? 30);
  return { ids: parameters.getAll("b").slice(0, 50), every: Number.isFinite(every) ? Math.min(3600, Math.max(5, every)) : 30 };
}
