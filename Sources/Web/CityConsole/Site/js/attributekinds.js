// What kind of value an attribute has, as people enter it, to and from an instance of it. Knows neither page nor server.
//
// Whatever else an instance carries (unit, sub-attributes, datasetId) stays as it is.

import { t } from "./language.js";
import { parseTime } from "./time.js";

export const kinds = [
  ["number", t`Number`], ["text", t`Text`], ["boolean", t`Yes or no`], ["date", t`Date and time`], ["position", t`Place on the map`],
  ["relationship", t`Link to an entity`], ["json", t`Something else (JSON)`],
];

const kept = ["createdAt", "modifiedAt", "deletedAt", "instanceId", "previousValue", "previousObject", "previousLanguageMap", "previousJson", "previousVocab"];
const members = ["value", "object", "objectList", "languageMap", "json", "vocab", "valueList"];

/** The kind of an instance as one of `kinds`. */
export function kindOf(instance) {
  if (instance.type === "Relationship" || "object" in instance) return "relationship";
  const { value } = instance;
  if (typeof value === "number") return "number";
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "string") return isTime(value) ? "date" : "text";
  if (value?.["@type"] === "DateTime") return "date";
  return value?.type === "Point" ? "position" : "json";
}

const isTime = (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && Number.isFinite(Date.parse(text));

/** The member of an instance that holds its value, such as `value` or `object`. */
export const memberOf = (instance) => members.find((name) => name in instance) ?? "value";

/** What stands in the fields: a text, for a position `[longitude, latitude]` as texts. */
export function enteredOf(kind, instance) {
  const value = instance[memberOf(instance)];
  switch (kind) {
    case "number": return String(value);
    case "boolean": return value === true ? "true" : "false";
    case "date": return localText(parseTime(value?.["@value"] ?? value));
    case "position": return [0, 1].map((at) => String(value?.coordinates?.[at] ?? ""));
    case "relationship": return [value ?? []].flat().join(", ");
    case "json": return JSON.stringify(value ?? null, null, 2);
    default: return String(value ?? "");
  }
}

/** A time as a field of dates has it, in the reader's time zone, to the second. */
export function localText(time) {
  if (!Number.isFinite(time)) return "";
  return new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/**
 * The instance that a reader's entry makes: `{ instance }`, or `{ fault }` in words.
 *
 * @param entered as `enteredOf` gives it
 * @param old the instance that it takes the place of, or `null`
 * @param options `unitCode`, `""` for none; `now`, for values that are observed
 */
export function instanceOf(kind, entered, old = null, { unitCode, now = Date.now() } = {}) {
  const value = readers[kind](entered, old);
  if (value.fault) return value;
  const instance = { ...(old ?? {}) };
  for (const name of kept) delete instance[name];
  if (!old || (kind !== "json" && memberOf(old) !== value.member)) {
    for (const name of members) delete instance[name];
    instance.type = value.type;
  }
  instance[kind === "json" && old ? memberOf(old) : value.member] = value.value;
  // Whoever enters a value observes it now.
  if (old?.observedAt !== undefined) instance.observedAt = new Date(now).toISOString();
  if (unitCode !== undefined && kind === "number") {
    if (unitCode) instance.unitCode = unitCode;
    else delete instance.unitCode;
  }
  return { instance };
}

const fault = (text) => ({ fault: text });
const property = (value) => ({ type: "Property", member: "value", value });

const readers = {
  number(entered) {
    const text = entered.trim().replace(",", ".");
    const value = Number(text);
    return text !== "" && Number.isFinite(value) ? property(value) : fault(t`Write a number, such as 21.5.`);
  },
  text: (entered) => (entered === "" ? fault(t`Write something, or delete the attribute.`) : property(entered)),
  boolean: (entered) => property(entered === "true"),
  date(entered, old) {
    const time = Date.parse(entered);
    if (!Number.isFinite(time)) return fault(t`Choose a date and a time.`);
    const text = new Date(time).toISOString();
    return property(typeof old?.value === "string" ? text : { "@type": "DateTime", "@value": text });
  },
  position([longitude, latitude]) {
    const [east, north] = [longitude, latitude].map((text) => (String(text).trim() === "" ? NaN : Number(String(text).trim().replace(",", "."))));
    const isPlace = Math.abs(east) <= 180 && Math.abs(north) <= 90;
    return isPlace ? { type: "GeoProperty", member: "value", value: { type: "Point", coordinates: [east, north] } } : fault(t`Latitude is between -90 and 90, longitude between -180 and 180.`);
  },
  relationship(entered) {
    const ids = entered.split(",").map((id) => id.trim()).filter(Boolean);
    if (ids.length === 0) return fault(t`Choose an entity.`);
    const wrong = ids.find((id) => !/^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(id));
    if (wrong) return fault(t`${wrong.slice(0, 80)} is no id; ids look like urn:ngsi-ld:Room:1.`);
    return { type: "Relationship", member: "object", value: ids.length === 1 ? ids[0] : ids };
  },
  json(entered) {
    try {
      const value = JSON.parse(entered);
      return value === null ? fault(t`null deletes; use Delete for that.`) : { type: "JsonProperty", member: "json", value };
    } catch {
      return fault(t`This is not JSON. Texts stand in double quotes.`);
    }
  },
};
