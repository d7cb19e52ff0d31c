// An alert rule in words, and the parts of a rule that people choose from. Knows neither page nor server.

import { lengthText, parseDuration } from "./durations.js";
import { shortName } from "./entity.js";
import { t } from "./language.js";
import { formatNumber, unitSymbol, withUnit } from "./units.js";

export const severities = [["critical", t`Critical`], ["high", t`High`], ["medium", t`Medium`], ["low", t`Low`], ["informational", t`For information`]];
export const severityTones = { critical: "bad", high: "bad", medium: "warn" };

export const comparisons = [
  ["above", t`is above`], ["atLeast", t`is at least`], ["below", t`is below`], ["atMost", t`is at most`],
  ["outside", t`is outside of`], ["between", t`is between`], ["is", t`is`], ["isNot", t`is not`],
];
export const days = [["mon", t`Mon`], ["tue", t`Tue`], ["wed", t`Wed`], ["thu", t`Thu`], ["fri", t`Fri`], ["sat", t`Sat`], ["sun", t`Sun`]];

export const isRange = (comparison) => comparison === "outside" || comparison === "between";
export const isNumeric = (comparison) => !["is", "isNot"].includes(comparison);
const rises = (comparison) => comparison === "above" || comparison === "atLeast";

const list = (value) => (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]);
const object = (value) => (typeof value === "object" && value !== null && !Array.isArray(value) ? value : {});
const number = (value) => (typeof value === "number" ? (Number.isFinite(value) ? formatNumber(value) : "…") : String(value ?? "…"));
const span = (text) => (Number.isFinite(parseDuration(text)) ? lengthText(parseDuration(text)) : String(text ?? "…"));
const joined = (parts, word) => (parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} ${word} ${parts.at(-1)}`);

/**
 * One test in words: `pm25 is above 50 µg/m³; ends below 45 µg/m³`.
 *
 * @param unitOf gives the unitCode of an attribute, or `undefined`
 */
export function testText(given, unitOf) {
  const [text, end] = testParts(given, unitOf);
  return end ? t`${text}; ${end}` : text;
}

/** What a test asks for, and where it has one, at what it ends. */
function testParts(given, unitOf = () => undefined) {
  const test = object(given);
  const name = typeof test.attribute === "string" && test.attribute !== "" ? shortName(test.attribute) : "…";
  const unit = unitSymbol(unitOf(test.attribute));
  const value = (one) => withUnit(number(one), one === undefined || typeof one === "string" ? "" : unit);
  switch (test.kind) {
    case "threshold": {
      const words = comparisons.find(([key]) => key === test.comparison)?.[1] ?? String(test.comparison ?? "…");
      const text = isRange(test.comparison) ? t`${name} ${words} ${number(test.low)} to ${value(test.high)}` : `${name} ${words} ${value(test.value)}`;
      if (test.clear === undefined || !isNumeric(test.comparison) || isRange(test.comparison)) return [text];
      return [text, rises(test.comparison) ? t`ends below ${value(test.clear)}` : t`ends above ${value(test.clear)}`];
    }
    case "rate": {
      const per = span(test.per).replace(/^1\s/, "");
      if (isRange(test.comparison)) return [t`${name} changes by more than ${value(test.high)} per ${per}`];
      const isFall = !rises(test.comparison) && test.value < 0;
      if (isFall) return [t`${name} falls by more than ${value(-test.value)} per ${per}`];
      return [rises(test.comparison) ? t`${name} rises by more than ${value(test.value)} per ${per}` : t`${name} rises by less than ${value(test.value)} per ${per}`];
    }
    case "absence":
      return [test.attribute ? t`${name} has not come for ${span(test.after)}` : t`nothing has come for ${span(test.after)}`];
    case "area":
      return [test.event === "outside" ? t`it is outside of an area` : t`it is inside of an area`];
    default:
      return [String(test.kind ?? "…")];
  }
}

/** What is watched: `AirQualityObserved in an area`. */
export function watchedText(given) {
  const entities = object(given);
  const type = typeof entities.type === "string" && entities.type !== "" ? entities.type.split("|").map(shortName).join(t` or `) : "…";
  const ids = list(entities.id);
  const parts = [ids.length === 1 ? `${type} ${shortId(ids[0])}` : ids.length > 1 ? t`${ids.length} of ${type}¦entities of a type` : t`any ${type}`];
  if (entities.idPattern) parts.push(t`with an id like ${entities.idPattern}`);
  if (entities.q) parts.push(t`where ${entities.q}`);
  if (entities.scopeQ) parts.push(t`in ${entities.scopeQ}`);
  if (entities.area) parts.push(t`in an area`);
  return parts.join(" ");
}

const shortId = (id) => String(id).replace(/^urn:ngsi-ld:[^:]+:/, "");

/** A condition in words: `Any AirQualityObserved: pm25 is above 50 for 10 minutes; ends below 45`. */
export function conditionText(given, unitOf) {
  const condition = object(given);
  const tests = list(condition.tests).map((test) => testParts(test, unitOf));
  const held = condition.for === undefined ? (text) => text : (text) => t`${text} for ${span(condition.for)}`;
  // One test says how long it holds before how it ends.
  const one = ([text, end]) => (end ? t`${held(text)}; ${end}` : held(text));
  const several = () => held(joined(tests.map(([text, end]) => (end ? `${text} (${end})` : text)), condition.match === "any" ? t`or` : t`and`));
  const watched = watchedText(condition.entities);
  return t`${watched[0].toUpperCase() + watched.slice(1)}: ${tests.length === 0 ? t`no test yet` : tests.length === 1 ? one(tests[0]) : several()}`;
}

/** The hours in words: `Mon, Tue 07:00 to 20:00`; an empty text where it is always. */
export function timesText(activeTimes, timeZone) {
  const parts = list(activeTimes).map((given) => {
    const one = object(given);
    const named = list(one.days).map((day) => days.find(([key]) => key === day)?.[1] ?? String(day));
    return t`${named.length === 0 || named.length === 7 ? t`every day` : named.join(", ")} ${one.from ?? "00:00"} to ${one.to ?? "24:00"}`;
  });
  return parts.length === 0 ? "" : `${parts.join(t`; `)} (${timeZone || "UTC"})`;
}

/** Where messages go: `webhook https://…`; a user and a password in an address are left out. */
export function channelText(given) {
  const channel = object(given);
  const target = channel.channel === "email" ? list(channel.to).join(", ") : String(channel.uri ?? "").replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1");
  if (channel.channel === "mqtt" && target.startsWith("mqtt")) return target;
  return `${channel.channel ?? "?"} ${target}`.trim();
}
