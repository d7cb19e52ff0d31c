// Reads normalized NGSI-LD (CIM 009 clause 4.5): names, attributes, values, places. Knows nothing of the page.

import { language, t } from "./language.js";





const members = new Set(["id", "type", "@context", "scope", "createdAt", "modifiedAt", "deletedAt", "expiresAt"]);
const instanceMembers = new Set([
  "type", "value", "object", "objectType", "objectList", "valueList", "languageMap", "json", "vocab", "unitCode",
  "observedAt", "createdAt", "modifiedAt", "deletedAt", "datasetId", "instanceId", "entity", "entityList",
  "previousValue", "previousObject", "previousLanguageMap", "valueType", "lang",
]);
const NULL = "urn:ngsi-ld:null";

/** The last part of a full IRI; a short name stays what it is. */
export function shortName(name) {
  if (!/^https?:\/\//.test(name)) return name;
  const cut = Math.max(name.lastIndexOf("#"), name.lastIndexOf("/"));
  return cut < name.length - 1 ? name.slice(cut + 1) : name;
}

export function typesOf(entity) {
  const types = Array.isArray(entity.type) ? entity.type : [entity.type];
  return types.filter((type) => typeof type === "string").map(shortName);
}

/** The names of the attributes as the broker wrote them, in its order. */
export function attributeNames(entity) {
  return Object.keys(entity).filter((name) => !members.has(name) && isAttribute(entity[name]));
}

export const isMember = (name) => members.has(name);

function isAttribute(value) {
  const one = Array.isArray(value) ? value[0] : value;
  return typeof one === "object" && one !== null;
}

/** An attribute's instances: several where it has datasetIds. */
export function instancesOf(attribute) {
  return (Array.isArray(attribute) ? attribute : [attribute]).filter((one) => typeof one === "object" && one !== null);
}

/** The instance without a datasetId, else the first. */
export function mainInstance(attribute) {
  const instances = instancesOf(attribute);
  return instances.find((one) => one.datasetId === undefined) ?? instances[0];
}

/** The attributes of an attribute (clause 4.5.2): accuracy, providedBy and the like. */
export function subAttributeNames(instance) {
  return Object.keys(instance).filter((name) => !instanceMembers.has(name) && isAttribute(instance[name]));
}

/** Whether a change removes this attribute: NGSI-LD Null in the place of its value, or plain null. */
export function isRemoval(attribute) {
  if (attribute === null) return true;
  const one = Array.isArray(attribute) ? attribute[0] : attribute;
  if (typeof one !== "object" || one === null) return one === NULL;
  return one.value === NULL || one.object === NULL || one.vocab === NULL || one.json === NULL
    || one.languageMap === NULL || one.languageMap?.["@none"] === NULL;
}

/** The value of an instance, in one of a few kinds that the page can show. */
export function valueOf(instance) {
  if ("object" in instance) return { kind: "relationship", objects: listOf(instance.object) };
  if ("objectList" in instance) {
    const objects = listOf(instance.objectList).map((one) => (typeof one === "object" ? one?.object : one));
    return { kind: "relationship", objects };
  }
  if ("languageMap" in instance) return { kind: "language", map: instance.languageMap };
  if ("vocab" in instance) return scalar(Array.isArray(instance.vocab) ? instance.vocab.map(shortName) : shortName(String(instance.vocab)));
  if ("json" in instance) return { kind: "json", value: instance.json };
  if ("valueList" in instance) return { kind: "json", value: instance.valueList };
  if (isGeometry(instance.value)) return { kind: "geometry", geometry: instance.value };
  return scalar(instance.value);
}

function scalar(value) {
  if (typeof value === "number") return { kind: "number", value };
  if (typeof value === "boolean") return { kind: "text", value: value ? t`yes` : t`no` };
  if (typeof value === "string") return isDateTime(value) ? { kind: "time", value } : { kind: "text", value };
  if (typeof value === "object" && value !== null && typeof value["@value"] === "string") return scalar(value["@value"]);
  if (Array.isArray(value) && value.every((one) => typeof one !== "object")) return { kind: "text", value: value.join(", ") };
  return { kind: "json", value };
}

const listOf = (value) => (Array.isArray(value) ? value : [value]);
const isDateTime = (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && Number.isFinite(Date.parse(text));

/** The text of a language map that suits the reader. */
export function textInLanguage(map) {
  if (typeof map !== "object" || map === null) return "";
  for (const name of [language, ...navigator.languages, "en", "@none"]) {
    const text = map[name] ?? map[name.split("-")[0]];
    if (text !== undefined) return Array.isArray(text) ? text.join(", ") : String(text);
  }
  return String(Object.values(map)[0] ?? "");
}

const naming = ["name", "title", "label", "shortName", "routeShortName", "stop_name", "alternateName"];

/** What people call the entity, or `null`. */
export function nameOf(entity) {
  const byShortName = new Map(attributeNames(entity).map((name) => [shortName(name), name]));
  for (const candidate of naming) {
    const name = byShortName.get(candidate);
    if (name === undefined) continue;
    const value = valueOf(mainInstance(entity[name]));
    const text = value.kind === "language" ? textInLanguage(value.map) : value.kind === "text" ? value.value : "";
    if (text) return text;
  }
  return null;
}

export const isNaming = (name) => naming.includes(shortName(name));

/** The telling end of an id: `urn:ngsi-ld:Vehicle:bus-7` is `bus-7`. */
export function shortId(id) {
  const urn = /^urn:ngsi-ld:[^:]+:(.+)$/.exec(id);
  if (urn) return urn[1];
  return shortName(id);
}

/** The number of an attribute, or `undefined`. */
export function numberOf(attribute) {
  const value = mainInstance(attribute)?.value;
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

export function attributeNamed(entity, short) {
  if (isAttribute(entity[short])) return entity[short];
  const name = attributeNames(entity).find((candidate) => shortName(candidate) === short);
  return name === undefined ? undefined : entity[name];
}

// --- Places --------------------------------------------------------------------------------------------------------

const geometryTypes = new Set(["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]);

function isGeometry(value) {
  return typeof value === "object" && value !== null && geometryTypes.has(value.type) && Array.isArray(value.coordinates);
}

/**
 * Where the entity stands and what ground it covers: `{ point, shapes }`.
 *
 * `location` alone says where it stands, if there is one: a street's `startPoint` is no marker. Lines and areas of
 * other GeoProperties are drawn as well.
 */
export function placeOf(entity) {
  const shapes = [];
  const names = attributeNames(entity).sort((a, b) => (b === "location") - (a === "location"));
  let point;
  for (const name of names) {
    const own = placeOfAttribute(entity[name]);
    shapes.push(...own.shapes);
    if (own.isGeo) point ??= { at: own.point };
  }
  return { point: point?.at ?? null, shapes };
}

function placeOfAttribute(attribute) {
  const place = { isGeo: false, point: null, shapes: [] };
  for (const { value: geometry } of instancesOf(attribute)) {
    if (!isGeometry(geometry)) continue;
    place.isGeo = true;
    if (geometry.type === "Point") {
      place.point ??= position(geometry.coordinates);
    } else if (geometry.type === "MultiPoint") {
      place.point ??= position(geometry.coordinates[0]);
    } else if (isDrawable(geometry)) {
      place.shapes.push(geometry);
      if (geometry.type.endsWith("Polygon")) place.point ??= middleOf(geometry);
    }
  }
  return place;
}

function position(coordinates) {
  if (!Array.isArray(coordinates)) return null;
  const [longitude, latitude] = coordinates;
  const isPlace = Number.isFinite(longitude) && Number.isFinite(latitude) && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  return isPlace ? [longitude, latitude] : null;
}

function isDrawable(geometry) {
  let count = 0;
  for (const one of positionsOf(geometry)) {
    if (position(one) === null) return false;
    count += 1;
  }
  return count >= 2;
}

/** Every position of a geometry, whatever its nesting. */
export function* positionsOf(geometry) {
  const stack = [geometry.coordinates];
  while (stack.length > 0) {
    const top = stack.pop();
    if (!Array.isArray(top)) continue;
    if (typeof top[0] === "number") yield top;
    else for (let index = top.length - 1; index >= 0; index -= 1) stack.push(top[index]);
  }
}

export function boundsOf(geometry) {
  const bounds = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [longitude, latitude] of positionsOf(geometry)) {
    bounds[0] = Math.min(bounds[0], longitude);
    bounds[1] = Math.min(bounds[1], latitude);
    bounds[2] = Math.max(bounds[2], longitude);
    bounds[3] = Math.max(bounds[3], latitude);
  }
  return bounds;
}

function middleOf(geometry) {
  const [west, south, east, north] = boundsOf(geometry);
  return [(west + east) / 2, (south + north) / 2];
}
