// The list of rules: what each says in words, whether it is on, and how its messages go.

import { muteSelect } from "./alertcards.js";
import { attempt, put } from "./cardactions.js";
import { el, setText } from "./dom.js";
import { icon } from "./icons.js";
import { t, tn } from "./language.js";
import { deleteRule, mute, switchRule, unmute } from "./ruleapi.js";
import { channelText, conditionText, severities, severityTones, timesText } from "./rulewords.js";
import { dateText, parseTime } from "./time.js";
import { formatCount } from "./units.js";

const NAME_MAX = 200;
const TEXT_MAX = 600;
const CHANNELS_MAX = 20;
const list = (value) => (Array.isArray(value) ? value : []);
const cut = (text, most = TEXT_MAX) => (text.length > most ? `${text.slice(0, most)}…` : text);

export class RuleList {
  element = el("ul", { className: "rule-rows" });
  #rows = new Map();

  /**
   * @param rules as `ruleOf` reads them
   * @param states what the service says of them, by id, or `null`
   * @param unitOf gives the unitCode of an attribute by `(name, type)`
   */
  show(rules, states, unitOf) {
    const wanted = new Set(rules.map((rule) => rule.id));
    for (const [id, row] of this.#rows) {
      if (wanted.has(id)) continue;
      row.element.remove();
      this.#rows.delete(id);
    }
    const elements = rules.map((rule) => {
      let row = this.#rows.get(rule.id);
      if (!row) {
        row = new RuleRow(rule.id);
        this.#rows.set(rule.id, row);
      }
      row.update(rule, states?.get(rule.id) ?? null, (name) => unitOf(name, rule.condition.entities?.type));
      return row.element;
    });
    if (elements.some((element, at) => this.element.children[at] !== element)) this.element.replaceChildren(...elements);
  }
}

class RuleRow {
  element;
  #id;
  #rule = null;
  #signature = "";
  #parts = {};

  constructor(id) {
    this.#id = id;
    const p = this.#parts;
    const href = `#/alerts/rule/${encodeURIComponent(id)}`;
    p.name = el("a", { className: "rule-name", href });
    for (const name of ["severity", "state", "muted"]) p[name] = el("span", { className: "pill" });
    for (const name of ["what", "times", "counts"]) p[name] = el("p", {});
    p.counts.className = p.times.className = "hint";
    p.channels = el("ul", { className: "rule-channels hint" });
    p.reason = el("p", { className: "field-error", hidden: true });
    p.problem = el("p", { className: "notice", role: "alert", "data-tone": "bad", hidden: true });
    p.switch = el("input", { type: "checkbox", role: "switch", onchange: () => this.#switch() });
    p.mute = muteSelect(t`Mute this rule`, (until) => attempt(this.#parts.problem, () => mute(this.#id, until), t`Muted until ${dateText(until)}`));
    p.unmute = el("button", { type: "button", className: "text-button", onclick: () => attempt(this.#parts.problem, () => unmute(this.#id), t`No longer muted`) }, t`Unmute`);
    const remove = el("button", { type: "button", className: "text-button", onclick: () => this.#askToDelete() }, icon("bin"), t`Delete`);
    p.edit = el("a", { className: "text-button", href }, icon("edit"), t`Change`);
    p.confirm = el("div", { className: "notice confirm", "data-tone": "bad", hidden: true, role: "alertdialog", "aria-label": t`Delete this rule?` });
    this.element = el("li", { className: "rule-row card" },
      el("div", { className: "alert-head" }, p.severity, p.name, p.state, p.muted, el("label", { className: "radio rule-switch" }, p.switch, t`On`)),
      p.what, p.times, p.reason, p.counts, p.channels, p.problem, el("div", { className: "alert-tools" }, p.edit, p.mute, p.unmute, remove), p.confirm);
  }

  update(rule, state, unitOf) {
    this.#rule = rule;
    const isMuted = rule.mutedUntil > Date.now();
    const signature = JSON.stringify([rule, state, isMuted]);
    if (signature === this.#signature) return;
    this.#signature = signature;
    const p = this.#parts;
    setText(p.name, cut(rule.name, NAME_MAX));
    for (const one of [p.switch, p.edit]) one.setAttribute("aria-label", one === p.edit ? t`Change ${cut(rule.name, 80)}` : t`${cut(rule.name, 80)}: on`);
    setText(p.severity, severities.find(([key]) => key === rule.severity)?.[1] ?? cut(rule.severity, 40));
    p.severity.dataset.tone = severityTones[rule.severity] ?? "";
    const [tone, words] = stateOf(rule);
    setText(p.state, words);
    p.state.dataset.tone = tone;
    put(p.muted, isMuted ? t`Muted until ${dateText(rule.mutedUntil)}` : "");
    p.unmute.hidden = !isMuted;
    p.mute.hidden = isMuted;
    p.switch.checked = rule.isOn;
    setText(p.what, cut(conditionText(rule.condition, unitOf)));
    put(p.times, cut(timesText(rule.activeTimes, rule.condition.timeZone)));
    put(p.reason, rule.status.state === "refused" ? cut(String(rule.status.reason ?? t`The service refuses this rule.`)) : "");
    const { entities, raised } = { ...rule.status, ...state };
    put(p.counts, rule.isOn && Number.isFinite(entities) ? t`Watches ${tn(entities, "{0} entity", "{0} entities")}; ${tn(raised ?? 0, "{0} alert is raised", "{0} alerts are raised")}` : "");
    p.channels.replaceChildren(...channelLines(rule, state).map(([text, isBad]) => el("li", isBad ? { className: "rule-bad" } : {}, cut(text))));
  }

  #switch() {
    const isOn = this.#parts.switch.checked;
    attempt(this.#parts.problem, () => switchRule(this.#id, isOn), isOn ? t`Switched on` : t`Switched off`).then((isDone) => {
      if (!isDone) this.#parts.switch.checked = !isOn;
    });
  }

  #askToDelete() {
    const { confirm } = this.#parts;
    const close = () => { confirm.hidden = true; this.#parts.edit.focus(); };
    const yes = el("button", { type: "button", className: "button is-danger", onclick: () => attempt(this.#parts.problem, () => deleteRule(this.#id), t`Deleted`) }, t`Delete`);
    confirm.replaceChildren(el("p", {}, t`Delete “${cut(this.#rule.name, 80)}”? Alerts that it raised stay in the history.`),
      el("div", { className: "alert-tools" }, yes, el("button", { type: "button", className: "button", onclick: close }, t`Keep it`)));
    confirm.hidden = false;
    yes.focus();
  }
}

function stateOf(rule) {
  if (rule.status.state === "refused") return ["bad", t`Refused¦rule`];
  if (!rule.isOn) return ["", t`Off¦rule`];
  return rule.status.state === "watching" ? ["good", t`Watching`] : ["warn", t`Not seen by the service yet`];
}

/** A line for each channel: where it goes, and what came of the last message. */
function channelLines(rule, state) {
  const told = list(state?.channels).filter((one) => typeof one === "object" && one !== null);
  const lineOf = (channel, status, prefix) => {
    const last = parseTime(status?.lastSuccess);
    const isBad = Boolean(status?.problem) || (status?.state && status.state !== "ok");
    const error = status?.problem ?? (isBad ? status?.lastError ?? t`the last message was not taken` : null);
    const words = error ? t`: not delivered, ${error}` : Number.isFinite(last) ? t`: delivered ${dateText(last)}` : "";
    const waiting = status?.waiting > 0 ? t`, ${formatCount(status.waiting)} waiting` : "";
    return [`${prefix}${channelText(channel)}${words}${waiting}`, Boolean(error)];
  };
  const lines = (channels, use, prefix) => {
    const statuses = told.filter((one) => one.use === use);
    return channels.slice(0, CHANNELS_MAX).map((channel, at) => lineOf(channel, statuses[at], prefix));
  };
  return [...lines(rule.notify, "notify", ""), ...lines(list(rule.escalation?.notify), "escalation", t`then `)];
}
