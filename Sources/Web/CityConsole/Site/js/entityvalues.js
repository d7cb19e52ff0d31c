// The plain values of an entity's attributes, and alerts read from them. Knows neither page nor server.

import { attributeNames, mainInstance, shortName } from "./entity.js";
import { language } from "./language.js";
import { parseTime } from "./time.js";

/** By short name `{ value, at, attribute }`: the value as JSON, when it was observed, and the name that the broker uses. */
export function valuesOf(entity) {
  const values = new Map();
  for (const name of attributeNames(entity)) {
    const instance = mainInstance(entity[name]);
    const value = instance.object ?? instance.languageMap ?? instance.json ?? instance.valueList ?? instance.value;
    values.set(shortName(name), { value: value?.["@value"] ?? value, at: parseTime(instance.observedAt), attribute: name });
  }
  return values;
}

export const textOf = (value) => (value === undefined || value === null ? "" : String(value));

const severities = ["informational", "low", "medium", "high", "critical"];

/**
 * An alert that is raised, or `null`: `{ id, severity, rank, from, until, headline, text, instruction, about }`.
 *
 * @param isWanted decides by `(category, subCategory)`
 * @param references the short names of the attributes that say what it is about
 */
export function raisedAlert(record, isWanted, references) {
  const values = valuesOf(record.entity);
  const value = (name) => values.get(name)?.value;
  if (value("alertState") !== "raised" || !isWanted(value("category"), value("subCategory"))) return null;
  const infos = [value("info") ?? []].flat();
  const info = infos.find((one) => one?.language === language) ?? infos.find((one) => one?.language === "en") ?? {};
  return {
    id: record.id, severity: textOf(value("severity")), rank: severities.indexOf(value("severity")), from: parseTime(value("validFrom")), until: parseTime(value("validTo")),
    headline: textOf(info.headline), text: textOf(info.description ?? value("description")), instruction: textOf(info.instruction),
    about: references.flatMap((name) => [value(name) ?? []].flat()).map(String),
  };
}

/** The gravest first, then the newest. */
export const byGravity = (a, b) => b.rank - a.rank || b.from - a.from;
