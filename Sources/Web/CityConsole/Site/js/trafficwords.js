// What traffic is called and coloured: levels of service, what signals show, who decides over them, what detectors suffer from.
//
// The colours of the levels go from blue over yellow to a dark red: with red-green blindness too, each is darker or bluer than
// the next. Letters stand beside them everywhere.

import { t } from "./language.js";

/** Levels of service from best to worst: the letters of the Highway Capacity Manual. */
export const levels = [
  { letter: "A", name: t`Free flow`, light: "#1f78b4", dark: "#4a9bd9" },
  { letter: "B", name: t`Nearly free`, light: "#5fb3c9", dark: "#8fd6e1" },
  { letter: "C", name: t`Steady`, light: "#e8c840", dark: "#f3dd6d" },
  { letter: "D", name: t`Dense`, light: "#ef8d22", dark: "#f7a34d" },
  { letter: "E", name: t`At its limit`, light: "#cf3f1f", dark: "#ea5c3b" },
  { letter: "F", name: t`Jammed`, light: "#5e0b40", dark: "#b3267f" },
];
const byLetter = new Map(levels.map((level, rank) => [level.letter, { ...level, rank }]));

/** `{ letter, name, light, dark, rank }` of a level of service; greater ranks are worse. `null` for none. */
export const levelNamed = (letter) => byLetter.get(letter) ?? null;

/** What a signal shows; `width` is how broad it is drawn, so that it is told without its colour. */
export const lamps = {
  red: { name: t`Red`, light: "#b3123a", dark: "#e0506f", width: 0.35 },
  yellow: { name: t`Yellow`, light: "#d99a00", dark: "#f2c230", width: 0.7 },
  green: { name: t`Green`, light: "#12995a", dark: "#2fd488", width: 1 },
  permissiveGreen: { name: t`Green, gives way`, light: "#12995a", dark: "#2fd488", width: 0.7 },
};
export const lampNamed = (state) => (Object.hasOwn(lamps, state) ? lamps[state] : null);

/** Who decides what the lamps show. */
const controls = {
  adaptive: { name: t`Adaptive control`, short: t`adaptive`, words: t`The controller decides each second by what the detectors see.` },
  fixedPlan: { name: t`Fixed plan`, short: t`fixed plan`, words: t`The signals follow their fixed plan by the clock.` },
  longestRed: { name: t`Longest red first`, short: t`longest red`, words: t`The safety kernel serves whoever has waited longest, because a red was about to last too long.` },
};

/** `{ key, name, short, words, tone, warning }`: how an intersection is controlled now, against what was asked for. */
export function controlOf({ active, mode, fault = "" }) {
  const control = Object.hasOwn(controls, active) ? controls[active] : { name: t`Not known`, short: t`not known`, words: t`The roadside unit has not said yet who decides.` };
  const key = Object.hasOwn(controls, active) ? active : "unknown";
  // The controller cannot read its description, so nothing comes from it.
  if (fault) return { key, ...control, tone: "warn", warning: t`The controller cannot decide here. ${fault}` };
  if (key === "unknown") return { key, ...control, tone: "", warning: "" };
  const hasFallenBack = (mode === "adaptive" || mode === "") && active === "fixedPlan";
  if (hasFallenBack) return { key, ...control, tone: "warn", warning: t`It fell back: adaptive control is wanted, but its requests or its data stay away. The fixed plan keeps the junction safe.` };
  if (active === "longestRed") return { key, ...control, tone: "warn", warning: t`Somebody waited nearly as long as is allowed, so the policy is overruled for a moment.` };
  const isOther = mode !== "" && mode !== active;
  return { key, ...control, tone: isOther ? "warn" : active === "adaptive" ? "good" : "", warning: isOther ? t`Wanted is ${controls[mode]?.short ?? mode}; the roadside unit has not followed yet.` : "" };
}

/** Why the controller chose, in a word. */
const reasons = { extend: t`Goes on`, change: t`Changes`, bound: t`Must wait`, rest: t`Nobody waits`, longestGreen: t`Longest green is over`, operator: t`Operator` };
export const reasonWord = (reason) => (Object.hasOwn(reasons, reason) ? reasons[reason] : String(reason ?? "").slice(0, 40));

/** What detectors suffer from, the worst first. */
export const faults = {
  implausible: { name: t`Implausible`, tone: "bad", rank: 3 },
  stuck: { name: t`Stuck`, tone: "bad", rank: 2 },
  silent: { name: t`Silent`, tone: "warn", rank: 1 },
};
export const faultNamed = (status) => (Object.hasOwn(faults, status) ? faults[status] : { name: String(status).slice(0, 40) || t`Not known`, tone: "warn", rank: 0 });

const kinds = { vehicle: t`vehicles`, pedestrian: t`pedestrians`, publicTransport: t`public transport` };
export const kindName = (kind) => (Object.hasOwn(kinds, kind) ? kinds[kind] : String(kind ?? "").slice(0, 40));

/** `2 min 05 s` */
export function durationText(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  const whole = Math.round(seconds);
  return whole < 60 ? t`${whole}\u00a0s` : t`${Math.floor(whole / 60)}\u00a0min ${String(whole % 60).padStart(2, "0")}\u00a0s`;
}
