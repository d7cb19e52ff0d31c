// The entities of the list as files that other programs read: CSV with a row for each, and GeoJSON (RFC 7946).

import { attributeNames, instancesOf, mainInstance, valueOf } from "./entity.js";
import { saveText } from "./historytable.js";
import { t, tn } from "./language.js";
import { toast } from "./toast.js";
import { formatCount } from "./units.js";

/** The value of an attribute by itself: what the simplified form has (CIM 009 clause 4.5.4). */
export function simpleValue(attribute) {
  const instance = mainInstance(attribute);
  const value = instance.object ?? instance.objectList ?? instance.languageMap ?? instance.vocab ?? instance.json ?? instance.valueList ?? instance.value;
  return value?.["@value"] ?? value ?? null;
}

/** Quoted where it must be; a text that a spreadsheet would take for a formula gets an apostrophe. */
function cell(value) {
  if (value === undefined || value === null) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = typeof value === "string" ? value.replace(/^[=+\-@\t\r\n]/, "'$&") : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A table: id, type, when it changed, and a column for each attribute that one of them has. */
export function tableOf(records) {
  const names = [...new Set(records.flatMap((record) => attributeNames(record.entity)))].sort();
  const lines = [["id", "type", "modifiedAt", ...names].map(cell).join(",")];
  for (const { entity } of records) {
    const values = names.map((name) => (Object.hasOwn(entity, name) ? simpleValue(entity[name]) : null));
    lines.push([entity.id, [entity.type].flat().join(" "), entity.modifiedAt, ...values].map(cell).join(","));
  }
  return `${lines.join("\r\n")}\r\n`;
}

/** Those with a place as features, their attributes simplified. */
export function featuresOf(records) {
  const features = records.map(({ entity }) => {
    const geometries = attributeNames(entity).flatMap((name) => instancesOf(entity[name]).map((one) => [name, valueOf(one)])).filter(([, value]) => value.kind === "geometry");
    const place = (geometries.find(([name]) => name === "location") ?? geometries[0])?.[1].geometry ?? null;
    const properties = { type: entity.type, ...Object.fromEntries(attributeNames(entity).map((name) => [name, simpleValue(entity[name])])) };
    return { type: "Feature", id: entity.id, geometry: place, properties };
  }).filter((feature) => feature.geometry !== null);
  return { type: "FeatureCollection", features };
}

/** Saves the entities as `csv` or `geojson`, and says how many are in the file. */
export function save(records, format) {
  const count = download(records, format);
  const left = records.length - count;
  const saved = tn(count, "{0} entity in the file", "{0} entities in the file");
  toast(left > 0 ? t`${saved}; ${formatCount(left)} without a place are left out` : saved, 3000);
}

/** Gives how many entities there are in the file. */
function download(records, format) {
  const name = `entities-${new Date().toISOString().slice(0, 16).replaceAll(":", "")}`;
  if (format === "csv") {
    saveText(tableOf(records), `${name}.csv`, "text/csv");
    return records.length;
  }
  const collection = featuresOf(records);
  saveText(JSON.stringify(collection), `${name}.geojson`, "application/geo+json");
  return collection.features.length;
}
