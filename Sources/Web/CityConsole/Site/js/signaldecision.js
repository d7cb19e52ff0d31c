// What a controller decided, read from the JSON of the attribute `decision`.
//
// `{ phase, reason, sentence, candidates: [{ phase, cost }], queues: { LANE: vehicles }, blocked: [LANE], assumed: [LANE] }`;
// costs are expected delay in vehicle-seconds, less is better. Lists of `{ lane, vehicles }` do as well as an object.

import { textOf } from "./entityvalues.js";
import { t } from "./language.js";

const CANDIDATES_MAX = 40;
const LANES_MAX = 200;
const TEXT_MAX = 400;

const plainText = (value) => (["string", "number"].includes(typeof value) ? String(value).slice(0, TEXT_MAX) : "");
const firstNumber = (...values) => values.find((value) => typeof value === "number" && Number.isFinite(value)) ?? NaN;

/** `{ at, phase, reason, sentence, candidates, queues: Map, blocked: Set, assumed: Set }`, or `null`. */
export function decisionOf(json, at) {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return null;
  const candidates = (Array.isArray(json.candidates) ? json.candidates : []).slice(0, CANDIDATES_MAX).filter((one) => typeof one === "object" && one !== null)
    .map((one) => ({ phase: plainText(one.phase ?? one.name), cost: firstNumber(one.cost, one.delayVehicleSeconds, one.delay) })).filter(({ phase, cost }) => phase !== "" && Number.isFinite(cost));
  const pairs = Array.isArray(json.queues) ? json.queues.map((one) => [one?.lane ?? one?.id, firstNumber(one?.vehicles, one?.queueLength, one?.queue)]) : Object.entries(json.queues ?? {});
  const lanes = (list) => new Set((Array.isArray(list) ? list : []).slice(0, LANES_MAX).map((one) => textOf(one?.lane ?? one)));
  return {
    at: at ?? NaN, phase: plainText(json.phase ?? json.phaseName), reason: plainText(json.reason), sentence: plainText(json.sentence), candidates,
    queues: new Map(pairs.slice(0, LANES_MAX).filter(([, vehicles]) => Number.isFinite(vehicles)).map(([lane, vehicles]) => [String(lane), vehicles])),
    blocked: lanes(json.blocked), assumed: lanes(json.assumed),
  };
}

/** The phase that a decision or a candidate names, by its id, number or name; `null` where it is none of those there are. */
export function phaseNamed(name, phases) {
  if (!name) return null;
  return phases.find(({ id, number, name: own }) => name === id || name === own || name === String(number) || id.endsWith(`:${name}`)) ?? null;
}

export const phaseText = (name, phases) => {
  const phase = phaseNamed(name, phases);
  if (!phase) return !name ? "–" : /^phase\b/i.test(name) ? name : t`Phase ${name}`;
  return phase.name ?? t`Phase ${Number.isFinite(phase.number) ? phase.number : name}`;
};

/** Whether a set of lanes of a decision names this one, by its whole id or its end. */
export const namesLane = (set, lane) => set.has(lane.id) || set.has(lane.name) || set.has(lane.id.split(":").at(-1));
