// Makes an alert rule, or changes one, without JSON. What the form cannot say of an existing one stays as it is.

import { AreaField } from "./areadraw.js";
import { durationOf, parseDuration } from "./durations.js";
import { el, setText } from "./dom.js";
import { shortName } from "./entity.js";
import { choice, field, group, select, textInput } from "./formparts.js";
import { icon } from "./icons.js";
import { t, tn } from "./language.js";
import { changeRule, createRule } from "./ruleapi.js";
import { newRuleId } from "./rulemodel.js";
import { channelsPart, escalationPart, hoursPart, lengthField } from "./ruleparts.js";
import { RuleTests } from "./ruletests.js";
import { RuleTry } from "./ruletry.js";
import { conditionText, severities, timesText } from "./rulewords.js";
import { countMatches } from "./subscriptionapi.js";
import { attributesOf, recordsOf, typesIn } from "./typeinfo.js";
import { formatCount } from "./units.js";

const COUNT_AFTER = 400;
const list = (value) => (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]);

export class RuleForm {
  element = el("form", { className: "form rule-form card", noValidate: true, "aria-labelledby": "rule-title" });
  /** Called with the id of what was saved. */
  onSaved = () => {};
  onCancel = () => {};
  #old;
  #store;
  #had;
  #f = {};
  #tests;
  #try;
  #infos = new Map();
  #counting = null;
  #countTimer = 0;
  #isBuilt = false;

  /**
   * @param rule as `ruleOf` reads it, or `null` for a new one
   * @param start what a new one begins with: `{ type, attribute, entity }`
   * @param had whether the rule's entity has an attribute of a name
   */
  constructor({ rule = null, start = {}, store, map, had = () => false }) {
    this.#old = rule;
    this.#store = store;
    this.#had = had;
    this.#build(rule ?? blankRule(start), map);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
    for (const name of ["input", "change"]) this.element.addEventListener(name, () => this.#changed());
    this.#isBuilt = true;
    this.#typeChanged();
  }

  focus() {
    this.element.querySelector("#rule-title").focus({ preventScroll: true });
  }

  close() {
    this.#f.area.close();
    this.#tests.close();
    this.#try.close();
    this.#counting?.abort();
    clearTimeout(this.#countTimer);
  }

  #build(rule, map) {
    const f = this.#f;
    const changed = () => this.#changed();
    const { condition } = rule;
    const entities = typeof condition.entities === "object" && condition.entities !== null ? condition.entities : {};
    f.name = field(t`Name`, textInput({ value: rule.name, maxLength: 200, placeholder: t`For people, such as: Bad air in the north` }));
    f.description = field(t`Description`, textInput({ value: rule.description, maxLength: 1000 }));
    f.severity = field(t`Severity`, select(severities, rule.severity));
    f.type = field(t`Type of entities`, this.#typeSelect(String(entities.type ?? "")));
    const ids = list(entities.id);
    f.which = choice(t`Which of them`, [["all", t`All of them`], ["id", t`Some`], ["pattern", t`By a pattern of ids`]], ids.length > 0 ? "id" : entities.idPattern ? "pattern" : "all");
    f.ids = field(t`Ids`, textInput({ value: ids.join(", "), placeholder: "urn:ngsi-ld:Room:1, urn:ngsi-ld:Room:2" }), t`One or more, with commas.`);
    f.pattern = field(t`Pattern of ids`, textInput({ value: String(entities.idPattern ?? ""), placeholder: "^urn:ngsi-ld:Room:north-" }), t`A regular expression.`);
    f.which.onChange = () => this.#changed();
    f.area = new AreaField(t`Only those in an area`, entities.area ?? null, { map, store: this.#store });
    f.area.onChange = changed;
    const kept = ["q", "scopeQ"].filter((name) => entities[name]);
    const keptLine = kept.length > 0 ? el("p", { className: "hint" }, t`Also ${kept.map((name) => `${name} ${String(entities[name]).slice(0, 200)}`).join(", ")}; that stays as it is.`) : null;

    f.match = choice(t`How the tests go together`, [["all", t`All must hold`], ["any", t`One is enough`]], condition.match === "any" ? "any" : "all");
    f.match.onChange = changed;
    this.#tests = new RuleTests(list(condition.tests).filter((one) => typeof one === "object" && one !== null), { map, store: this.#store });
    this.#tests.onChange = changed;
    f.testsError = el("p", { className: "field-error", hidden: true });
    f.held = lengthField(t`For how long it must hold before it is told`, parseDuration(condition.for), t`Empty: at once.`);
    f.hours = hoursPart(rule.activeTimes, changed);
    f.notify = channelsPart(t`Channel`, rule.notify, changed);
    f.escalation = escalationPart(rule.escalation, changed);
    this.#try = new RuleTry(this.#store, () => (this.#check(true, true) ? this.#definition() : null));

    f.words = el("p", { className: "rule-words" });
    f.matches = el("p", { className: "matches", role: "status" });
    f.problem = el("p", { className: "notice", role: "alert", hidden: true, "data-tone": "bad" });
    f.isOn = el("input", { type: "checkbox", checked: this.#old ? rule.isOn : true, "aria-label": t`Switched on` });
    f.submit = el("button", { type: "submit", className: "button is-main" }, this.#old ? t`Save` : t`Create`);
    const cancel = () => this.onCancel();
    this.element.append(
      el("div", { className: "form-head" }, el("h2", { id: "rule-title", tabIndex: -1 }, this.#old ? t`Change ${rule.name.slice(0, 120)}` : t`New rule`),
        el("button", { type: "button", className: "icon-button", "aria-label": t`Close`, title: t`Close (Esc)`, onclick: cancel }, icon("close"))),
      el("div", { className: "form-body" },
        el("div", { className: "form-fields" },
          group(t`What it is called`, f.name.element, f.description.element, f.severity.element),
          group(t`What is watched`, ...[f.type.element, f.which.element, f.ids.element, f.pattern.element, f.area.element, keptLine].filter(Boolean)),
          group(t`When it fires`, f.match.element, this.#tests.element, f.testsError, f.held.element),
          group(t`At which hours`, f.hours.element),
          group(t`Who is told`, f.notify.element, f.escalation.element)),
        el("div", { className: "form-side" }, el("h3", {}, t`In words`), f.words, el("h3", {}, t`Watches now`), f.matches, this.#try.element)),
      el("div", { className: "form-foot" }, f.problem, f.submit, el("button", { type: "button", className: "button", onclick: cancel }, t`Cancel`), el("label", { className: "radio" }, f.isOn, t`Switched on`)),
    );
  }

  #typeSelect(type) {
    const types = typesIn(this.#store).filter(({ name }) => name !== "AlertRule" && name !== "Alert");
    const options = types.map(({ name, label, count }) => [name, `${label.slice(0, 100)} (${formatCount(count)})`]);
    // A type of which there is nothing yet, or several at once, stays to be chosen.
    if (type && !types.some(({ name }) => name === type)) options.unshift([type, type]);
    if (!type) options.unshift(["", t`Choose …`]);
    return select(options, type, { onchange: () => this.#typeChanged() });
  }

  #typeChanged() {
    const type = this.#f.type.input.value;
    this.#infos = new Map(type.split("|").filter(Boolean).flatMap((one) => [...attributesOf(this.#store, one)]));
    this.#tests.setAttributes(this.#infos, type ? recordsOf(this.#store, type).length : 0);
    this.#changed();
  }

  // --- What it says ------------------------------------------------------------------------------------------------

  #entities() {
    const f = this.#f;
    const old = this.#old?.condition.entities ?? {};
    const result = { type: f.type.input.value };
    const ids = f.ids.input.value.split(",").map((id) => id.trim()).filter(Boolean);
    if (f.which.value === "id" && ids.length > 0) result.id = ids;
    if (f.which.value === "pattern" && f.pattern.input.value.trim()) result.idPattern = f.pattern.input.value.trim();
    for (const name of ["q", "scopeQ"]) if (old[name]) result[name] = old[name];
    const area = f.area.value();
    if (area) result.area = area;
    return result;
  }

  #definition() {
    const f = this.#f;
    const { for: _, ...rest } = this.#old?.condition ?? {};
    const condition = { ...rest, entities: this.#entities(), match: f.match.value, tests: this.#tests.values() };
    const held = f.held.seconds();
    if (held > 0) condition.for = durationOf(held);
    const hours = f.hours.values();
    if (hours.length > 0) condition.timeZone ??= Intl.DateTimeFormat().resolvedOptions().timeZone;
    const name = f.name.input.value.trim();
    return {
      id: this.#old?.id ?? (this.#f.id ??= newRuleId(name)), name, description: f.description.input.value.trim(), isOn: f.isOn.checked, severity: f.severity.input.value,
      condition, activeTimes: hours, notify: f.notify.values(), escalation: f.escalation.value(),
    };
  }

  /** Tells what is missing beside its field; whether there is nothing. A rule that is only tried needs no name. */
  #check(moves = true, isTry = false) {
    const f = this.#f;
    const faults = [];
    const check = (target, isFault, text) => {
      target.setError(isFault ? text : null);
      if (isFault) faults.push(target.input);
    };
    check(f.name, !isTry && f.name.input.value.trim() === "", t`Give it a name that whoever is told will understand.`);
    check(f.type, f.type.input.value === "", t`Choose a type.`);
    check(f.ids, f.which.value === "id" && f.ids.input.value.trim() === "", t`Name at least one id, or choose all of them.`);
    check(f.pattern, f.which.value === "pattern" && f.pattern.input.value.trim() === "", t`Write a pattern, or choose all of them.`);
    faults.push(...f.area.check());
    const isBare = this.#tests.length === 0;
    setText(f.testsError, isBare ? t`Add a test.` : "");
    f.testsError.hidden = !isBare;
    if (isBare) faults.push(this.#tests.element.querySelector("button"));
    faults.push(...this.#tests.check());
    check(f.held, Number.isNaN(f.held.seconds()), t`Write a number above 0, or leave it empty.`);
    faults.push(...f.hours.check(), ...f.notify.check(), ...f.escalation.check());
    if (moves) faults[0]?.focus();
    return faults.length === 0;
  }

  #changed() {
    if (!this.#isBuilt) return;
    const f = this.#f;
    f.ids.element.hidden = f.which.value !== "id";
    f.pattern.element.hidden = f.which.value !== "pattern";
    f.match.element.hidden = this.#tests.length < 2;
    const definition = this.#definition();
    const signature = JSON.stringify(definition);
    if (signature === f.signature) return;
    f.signature = signature;
    const words = conditionText(definition.condition, (name) => this.#infos.get(name)?.unitCode);
    const times = timesText(definition.activeTimes, definition.condition.timeZone);
    setText(f.words, `${words}.${times ? ` ${times}.` : ""}`);
    this.#try.invalidate();
    clearTimeout(this.#countTimer);
    this.#countTimer = setTimeout(() => this.#count(definition.condition.entities), COUNT_AFTER);
  }

  async #count({ area, ...selector }) {
    this.#counting?.abort();
    const counting = new AbortController();
    this.#counting = counting;
    const { matches } = this.#f;
    if (!selector.type) return setText(matches, t`Choose a type.`);
    const { q, scopeQ, ...entities } = selector;
    const geoQ = area ? { georel: "within", geometry: area.type, coordinates: area.coordinates } : undefined;
    try {
      const count = await countMatches({ entities: [entities], q, scopeQ, geoQ }, counting.signal);
      matches.dataset.tone = "plain";
      setText(matches, tn(count, "{0} entity", "{0} entities"));
    } catch (error) {
      if (counting.signal.aborted) return;
      matches.dataset.tone = "bad";
      setText(matches, error.message);
    }
  }

  async #save() {
    const f = this.#f;
    f.problem.hidden = true;
    if (!this.#check()) return;
    const rule = this.#definition();
    f.submit.disabled = true;
    try {
      if (this.#old) await changeRule(rule, this.#had);
      else await createRule(rule);
      this.onSaved(rule.id);
    } catch (error) {
      setText(f.problem, error.message);
      f.problem.hidden = false;
      f.problem.scrollIntoView({ block: "nearest" });
    } finally {
      f.submit.disabled = false;
    }
  }
}

function blankRule({ type = "", attribute = "", entity = "" }) {
  const entities = { type, ...(entity ? { id: [entity] } : {}) };
  const name = attribute && entity ? t`${shortName(attribute)} out of bounds`.slice(0, 200) : "";
  return {
    name, description: "", severity: "medium", isOn: true, activeTimes: [], notify: [], escalation: null,
    condition: { entities, match: "all", for: "PT10M", tests: [{ kind: "threshold", comparison: "above", ...(attribute ? { attribute } : {}) }] },
  };
}
