// An alert rule as the page knows it, to and from its entity (type AlertRule), and alerts read from theirs.

import { valuesOf } from "./entityvalues.js";
import { language } from "./language.js";
import { parseTime } from "./time.js";

const severityOrder = ["informational", "low", "medium", "high", "critical"];
const list = (value) => (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]);
const text = (value) => (typeof value === "string" ? value : value === undefined || value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value));
const object = (value) => (typeof value === "object" && value !== null && !Array.isArray(value) ? value : null);

export const isRule = (record) => record.types.includes("AlertRule");
export const isAlert = (record) => record.types.includes("Alert");

/** A rule: `{ id, name, description, isOn, severity, category, condition, activeTimes, notify, escalation, status, mutedUntil }`. */
export function ruleOf(record) {
  const values = valuesOf(record.entity);
  const value = (name) => values.get(name)?.value;
  return {
    id: record.id, name: text(value("name")) || record.name, description: text(value("description")), isOn: value("ruleState") === "on",
    severity: text(value("severity")) || "medium", condition: object(value("condition")) ?? {}, activeTimes: list(value("activeTimes")),
    notify: list(value("notify")), escalation: object(value("escalation")), status: object(value("ruleStatus")) ?? {}, mutedUntil: parseTime(value("mutedUntil")),
  };
}

const property = (value) => ({ type: "Property", value });
const json = (value) => ({ type: "JsonProperty", json: value });

/** The attributes of a rule's entity; a member that is `null` is to be deleted. */
export function attributesOfRule(rule) {
  return {
    name: property(rule.name), description: rule.description ? property(rule.description) : null, ruleState: property(rule.isOn ? "on" : "off"),
    severity: property(rule.severity), condition: json(rule.condition), activeTimes: rule.activeTimes.length > 0 ? json(rule.activeTimes) : null,
    notify: rule.notify.length > 0 ? json(rule.notify) : null, escalation: rule.escalation ? json(rule.escalation) : null,
  };
}

/** The rule as an entity, without what is not there. */
export function entityOfRule(rule) {
  const attributes = Object.entries(attributesOfRule(rule)).filter(([, value]) => value !== null);
  return { id: rule.id, type: "AlertRule", ...Object.fromEntries(attributes) };
}

/** An id for a new rule: its name in letters that an id may have, and what makes it unlike others. */
export function newRuleId(name, random = Math.random()) {
  const word = name.normalize("NFKD").replace(/[^A-Za-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60).toLowerCase() || "rule";
  return `urn:ngsi-ld:AlertRule:${word}-${Math.floor(random * 36 ** 5).toString(36).padStart(5, "0")}`;
}

/**
 * An alert, raised or not: `{ id, isRaised, severity, rank, headline, text, instruction, from, until, sources, rule,
 * isAcknowledged, acknowledgedAt, note, mutedUntil, escalatedAt, record }`.
 *
 * One without `alertState`, as other systems write them, stands until its `validTo`.
 */
export function alertOf(record, now) {
  const values = valuesOf(record.entity);
  const value = (name) => values.get(name)?.value;
  const until = parseTime(value("validTo"));
  const state = value("alertState");
  const infos = list(value("info")).map(object);
  const info = infos.find((one) => one.language === language) ?? infos.find((one) => one.language === "en") ?? {};
  const severity = text(value("severity")).toLowerCase();
  return {
    id: record.id, record, isRaised: typeof state === "string" ? state === "raised" : !(until <= now), severity, rank: severityOrder.indexOf(severity),
    headline: text(info.headline) || text(value("name")), text: text(info.description) || text(value("description")), instruction: text(info.instruction),
    category: [text(value("category")), text(value("subCategory"))].filter((one, at) => one && one !== noCategory[at]).join(", "),
    from: firstTime(value("validFrom"), value("dateIssued"), record.entity.createdAt), until,
    sources: list(value("alertSource")).filter((one) => typeof one === "string"), rule: typeof value("alertRule") === "string" ? value("alertRule") : null,
    isAcknowledged: value("acknowledged") === true, acknowledgedAt: values.get("acknowledged")?.at ?? NaN, note: text(value("acknowledgedNote")),
    mutedUntil: parseTime(value("mutedUntil")), escalatedAt: parseTime(value("escalatedAt")),
  };
}

/** What stands where nobody named a category: it tells nothing. */
const noCategory = ["other", "rule"];

const firstTime = (...texts) => texts.map(parseTime).find(Number.isFinite) ?? NaN;

/** Those that nobody acknowledged first, then the gravest, then the newest. */
export const byUrgency = (a, b) => a.isAcknowledged - b.isAcknowledged || b.rank - a.rank || b.from - a.from;

/** The times from which to which an alert stood, from the history of its state: `[{ from, to }]`, the newest first. */
export function episodesOf(states) {
  const episodes = [];
  let open = null;
  for (const [state, time] of states.toSorted((a, b) => a[1] - b[1])) {
    if (state === "raised") open ??= time;
    else if (open !== null) {
      episodes.push({ from: open, to: time });
      open = null;
    } else {
      episodes.push({ from: NaN, to: time });
    }
  }
  if (open !== null) episodes.push({ from: open, to: NaN });
  return episodes.reverse();
}
