// What operators may do with alerts and their rules: entities by NGSI-LD, trying and deliveries by /admin/rules.

import { isoText, loadPages, rowsOf } from "./temporal.js";
import { changeAttributes, createEntity, deleteEntity, getJSON, postJSON, writeAttributes, deleteAttribute } from "./entityapi.js";
import { attributesOfRule, entityOfRule } from "./rulemodel.js";

const HISTORY_MAX = 1000;
const time = (at) => ({ type: "Property", value: { "@type": "DateTime", "@value": isoText(at) } });

/** Writes that somebody has seen the alert, with what they note. */
export const acknowledge = (id, note, now = Date.now()) => changeAttributes(id, {
  acknowledged: { type: "Property", value: true, observedAt: isoText(now) }, acknowledgedNote: note ? { type: "Property", value: note } : null,
});

/** Nothing is told of an alert, or of a rule, until then. */
export const mute = (id, until) => writeAttributes(id, { mutedUntil: time(until) });
export const unmute = (id) => deleteAttribute(id, "mutedUntil");

export const createRule = (rule) => createEntity(entityOfRule(rule));
export const changeRule = (rule, had) => changeAttributes(rule.id, attributesOfRule(rule), had);
export const deleteRule = (id) => deleteEntity(id);
export const switchRule = (id, isOn) => writeAttributes(id, { ruleState: { type: "Property", value: isOn ? "on" : "off" } });

/** What the service says of rules, by id; `null` where it is kept from this page or is not there. */
export async function loadRuleStates(signal) {
  try {
    const rules = await getJSON("/admin/rules", signal);
    // The list is over all tenants; the page shows the default one.
    return new Map(rules.filter((one) => typeof one?.id === "string" && !one.tenant).map((one) => [one.id, one]));
  } catch {
    return null;
  }
}

/** How often a rule would have fired: `{ from, to, entities, values, firings, truncated }`. */
export const tryRule = (rule, from, to, signal) => postJSON("/admin/rules/test", { rule: entityOfRule(rule), from: isoText(from), to: isoText(to) }, signal);

/** Sends a message to one channel; gives what came of it, `{ taken, endpoint, milliseconds, status, reason }`. */
export const testChannel = (channel) => postJSON("/admin/rules/notify-test", channel);

/** The states of alerts since a time, by id: `[[state, time], ...]`. */
export async function loadStates(since, signal) {
  const parameters = { type: "Alert", attrs: "alertState", timerel: "after", timeAt: isoText(since), timeproperty: "modifiedAt", options: "temporalValues" };
  const states = new Map();
  for (const entity of await loadPages(parameters, HISTORY_MAX, signal)) {
    const rows = rowsOf(entity.alertState, "values").filter(Array.isArray).map(([state, at]) => [state, Date.parse(at)]);
    states.set(entity.id, rows.filter(([, at]) => Number.isFinite(at)));
  }
  return states;
}
