// What the entities of a type have, read from those that the page knows: attributes, the kinds of their values, units.
//
// Names stay as the broker writes them; `label` is for people.

import { attributeNames, mainInstance, shortName, valueOf } from "./entity.js";

const SAMPLE = 400;
const TEXTS = 30;

const typesOfRecord = (record) => [record.entity.type ?? []].flat().filter((type) => typeof type === "string");

/** The types that there are, by name: `[{ name, label, count }]`. */
export function typesIn(store) {
  const counts = new Map();
  for (const record of store.records.values()) for (const type of typesOfRecord(record)) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, label: shortName(name), count })).sort((a, b) => a.label.localeCompare(b.label));
}

/** Entities of a type, at most `most`. */
export function recordsOf(store, type, most = SAMPLE) {
  const found = [];
  for (const record of store.records.values()) {
    if (typesOfRecord(record).includes(type)) found.push(record);
    if (found.length >= most) break;
  }
  return found;
}

/** The attributes of a type by name: `{ name, label, kind, unitCode, low, high, texts, objects, example }`. */
export function attributesOf(store, type) {
  const all = new Map();
  for (const record of recordsOf(store, type)) {
    for (const name of attributeNames(record.entity)) {
      const instance = mainInstance(record.entity[name]);
      if (instance) note(all, name, instance);
    }
  }
  return new Map([...all].sort(([a], [b]) => shortName(a).localeCompare(shortName(b))));
}

function note(all, name, instance) {
  const value = valueOf(instance);
  let one = all.get(name);
  if (!one) {
    one = { name, label: shortName(name), kind: value.kind, unitCode: undefined, low: Infinity, high: -Infinity, texts: new Set(), isChoice: true, example: instance };
    all.set(name, one);
  }
  if (typeof instance.unitCode === "string") one.unitCode ??= instance.unitCode;
  if (value.kind === "number") {
    one.low = Math.min(one.low, value.value);
    one.high = Math.max(one.high, value.value);
  }
  const text = typeof instance.value === "string" && value.kind === "text" && instance.value.length <= 60 ? instance.value : null;
  if (text === null) one.isChoice = false;
  else if (one.texts.size < TEXTS) one.texts.add(text);
}

/** The words that an attribute has among entities, where they are few and repeat; else none. */
export function choicesOf(info, count) {
  return info?.isChoice && info.texts.size > 0 && info.texts.size <= Math.max(2, Math.min(TEXTS - 1, count / 2)) ? [...info.texts].sort() : [];
}
