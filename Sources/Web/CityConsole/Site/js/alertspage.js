// The page of alerts: those that are raised, those that were, and the rules that raise them.
//
// `#/alerts` the raised ones, `#/alerts/cleared`, `#/alerts/rules`, `#/alerts/new?type=&attribute=&entity=` the form,
// `#/alerts/rule/ID` the form of one.

import { AlertCards } from "./alertcards.js";
import { AlertHistory } from "./alerthistory.js";
import { byId, el, setText } from "./dom.js";
import { attributeNamed, shortName } from "./entity.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { loadRuleStates } from "./ruleapi.js";
import { RuleForm } from "./ruleform.js";
import { RuleList } from "./rulelist.js";
import { alertOf, byUrgency, isAlert, isRule, ruleOf } from "./rulemodel.js";
import { saveButtons } from "./savebuttons.js";
import { attributesOf } from "./typeinfo.js";
import { formatCount } from "./units.js";

const SHOWN_MAX = 200;
const STATES_EVERY = 15_000;
const tabs = [["raised", t`Raised`, "#/alerts"], ["cleared", t`Cleared`, "#/alerts/cleared"], ["rules", t`Rules`, "#/alerts/rules"]];

export class AlertsPage {
  #store;
  #pages;
  #page = byId("alerts");
  #cards;
  #history;
  #rules = new RuleList();
  #form = null;
  #formReturn = "#/alerts/rules";
  #tab = "raised";
  #links = new Map();
  #search;
  #line = el("p", { className: "hint", role: "status" });
  #note = el("p", { className: "notice", "data-tone": "warn", hidden: true });
  #empty = el("div", { className: "view-empty card", hidden: true });
  /** The ids of what the tab on show lists. */
  #shown = [];
  #states = null;
  #statesAt = 0;
  #isStale = true;
  #gone;

  constructor(store, pages) {
    this.#store = store;
    this.#pages = pages;
    this.#cards = new AlertCards(store);
    this.#history = new AlertHistory(store);
    this.#search = el("input", { type: "search", className: "view-search", placeholder: t`Name, place or text`, "aria-label": t`Search alerts and rules`, autocomplete: "off", spellcheck: false, maxLength: 200, oninput: () => this.#draw() });
    for (const [key, text, href] of tabs) this.#links.set(key, el("a", { href, className: "alert-tab" }, el("span", {}, text), el("span", { className: "chip-count" })));
    this.#gone = el("div", { className: "view-empty card", hidden: true }, el("h3", {}, t`This rule is not there`), el("p", {}, t`It was deleted, or never was. Its alerts stay among the cleared ones.`), el("a", { className: "button", href: "#/alerts/rules" }, t`All rules`));
    this.#page.append(
      el("div", { className: "alerts-head" }, el("h2", { id: "alerts-title", tabIndex: -1 }, t`Alerts`), el("nav", { className: "alert-tabs", "aria-label": t`Alerts` }, ...this.#links.values()),
        this.#search, ...saveButtons(() => (this.#tab === "cleared" ? this.#history.shown : this.#shown).map((id) => store.records.get(id))), el("a", { className: "button is-main", href: "#/alerts/new" }, icon("plus"), t`New rule`)),
      this.#note, this.#gone, this.#line, this.#empty, this.#cards.element, this.#history.element, this.#rules.element);
  }

  get isOpen() {
    return !this.#page.hidden;
  }

  open(address) {
    const wasOpen = this.isOpen;
    this.#page.hidden = false;
    const [path, query = ""] = address.split("?");
    const rule = /^#\/alerts\/rule\/(.+)$/.exec(path);
    this.#closeForm();
    this.#gone.hidden = true;
    if (path === "#/alerts/new") return this.#openForm(null, Object.fromEntries(new URLSearchParams(query)));
    if (rule) return this.#openRule(rule[1]);
    this.#tab = { "#/alerts/cleared": "cleared", "#/alerts/rules": "rules" }[path] ?? "raised";
    for (const [key, link] of this.#links) {
      if (key === this.#tab) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (this.#tab === "cleared") this.#history.open();
    if (this.#tab === "rules") this.#readStates();
    this.#draw();
    if (!wasOpen || !this.#page.contains(document.activeElement)) byId("alerts-title").focus({ preventScroll: true });
  }

  leave() {
    if (this.#form) this.#pages.goTo(this.#formReturn);
    else if (this.#search.value) {
      this.#search.value = "";
      this.#draw();
    } else this.#pages.goTo(this.#tab === "raised" ? "#/" : "#/alerts");
  }

  focusSearch() {
    if (this.#form) return;
    this.#search.focus();
    this.#search.select();
  }

  update(dirty) {
    const isOurs = (record) => isAlert(record) || isRule(record);
    if (dirty.membership || [...dirty.changed].some(isOurs) || [...dirty.removed].some(isOurs)) this.#isStale = true;
    if (this.#waitsFor && this.#store.records.has(this.#waitsFor)) this.#openRule(encodeURIComponent(this.#waitsFor));
    else if (this.#isStale && !this.#form) this.#draw();
  }

  tick(now) {
    if (this.#form) return;
    if (this.#tab === "raised") this.#cards.tick(now);
    if (this.#tab === "rules" && now - this.#statesAt > STATES_EVERY) this.#readStates();
    const isLive = this.#pages.connection === "live";
    this.#note.hidden = isLive || this.#pages.connection === "loading" || this.#pages.connection === "connecting";
    setText(this.#note, this.#note.hidden ? "" : t`The live stream is broken: what you see may be old. It is tried again by itself.`);
  }

  close() {
    this.#closeForm();
    this.#history.close();
    this.#waitsFor = null;
    this.#page.hidden = true;
  }

  // --- Lists -------------------------------------------------------------------------------------------------------

  #draw() {
    this.#isStale = false;
    const now = Date.now();
    const raised = [];
    const rules = [];
    for (const record of this.#store.records.values()) {
      if (isAlert(record)) {
        const alert = alertOf(record, now);
        if (alert.isRaised) raised.push(alert);
      } else if (isRule(record)) rules.push(ruleOf(record));
    }
    for (const [key, count] of [["raised", raised.length], ["rules", rules.length]]) setText(this.#links.get(key).lastChild, count > 0 ? formatCount(count) : "");
    this.#cards.element.hidden = this.#tab !== "raised";
    this.#history.element.hidden = this.#tab !== "cleared";
    this.#rules.element.hidden = this.#tab !== "rules";
    const words = this.#search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (text) => words.every((word) => text.toLowerCase().includes(word));
    if (this.#tab === "raised") this.#drawRaised(raised, fits);
    else if (this.#tab === "rules") this.#drawRules(rules, fits);
    else {
      this.#history.words = words;
      this.#history.draw();
      this.#say("", null);
    }
  }

  #drawRaised(raised, fits) {
    const names = (alert) => alert.sources.map((id) => `${id} ${this.#store.records.get(id)?.name ?? ""}`).join(" ");
    const fitting = raised.filter((alert) => fits(`${alert.id} ${alert.headline} ${alert.text} ${alert.severity} ${alert.category} ${names(alert)}`)).sort(byUrgency);
    this.#shown = fitting.map(({ id }) => id);
    this.#cards.show(fitting.slice(0, SHOWN_MAX));
    const open = raised.filter((alert) => !alert.isAcknowledged).length;
    const left = fitting.length > SHOWN_MAX ? ` ${t`The ${SHOWN_MAX} most urgent are shown.`}` : "";
    this.#say(raised.length === 0 ? "" : `${t`${formatCount(fitting.length)} of ${formatCount(raised.length)} raised, ${formatCount(open)} not acknowledged.`}${left}`,
      raised.length === 0 ? [t`Nothing is raised`, t`What a rule finds, and what the services of the city warn of, stands here while it lasts.`] : fitting.length === 0 ? [t`Nothing fits`, t`No raised alert has these words.`] : null);
  }

  #drawRules(rules, fits) {
    const infos = new Map();
    const unitOf = (name, type) => {
      if (!infos.has(type)) infos.set(type, attributesOf(this.#store, type));
      return infos.get(type).get(name)?.unitCode;
    };
    const fitting = rules.filter((rule) => fits(`${rule.id} ${rule.name} ${rule.description} ${JSON.stringify(rule.condition)}`)).sort((a, b) => a.name.localeCompare(b.name));
    this.#shown = fitting.map(({ id }) => id);
    this.#rules.show(fitting.slice(0, SHOWN_MAX), this.#states, unitOf);
    const left = fitting.length > SHOWN_MAX ? ` ${t`The first ${SHOWN_MAX} are shown.`}` : "";
    this.#say(rules.length === 0 ? "" : `${t`${formatCount(fitting.length)} of ${formatCount(rules.length)} rules.`}${left}`,
      rules.length === 0 ? [t`No rules yet`, t`A rule watches values, how fast they change, whether they come at all, or where something is, and raises an alert. It can be tried on last week before it is on.`] : fitting.length === 0 ? [t`Nothing fits`, t`No rule has these words.`] : null);
  }

  #say(text, empty) {
    setText(this.#line, text);
    this.#line.hidden = text === "";
    this.#empty.hidden = empty === null;
    if (!empty) return;
    const link = this.#tab === "rules" && empty[0] === t`No rules yet` ? [el("a", { className: "button is-main", href: "#/alerts/new" }, t`Make the first rule`)] : [];
    if (this.#empty.dataset.title !== this.#tab + empty[0]) this.#empty.replaceChildren(el("h3", {}, empty[0]), el("p", {}, empty[1]), ...link);
    this.#empty.dataset.title = this.#tab + empty[0];
  }

  async #readStates() {
    this.#statesAt = Date.now();
    this.#states = await loadRuleStates();
    if (this.isOpen && !this.#form && this.#tab === "rules") this.#draw();
  }

  // --- The form ----------------------------------------------------------------------------------------------------

  #waitsFor = null;

  #openRule(segment) {
    let id = segment;
    try {
      id = decodeURIComponent(segment);
    } catch {
      // A broken address names no rule; that is said.
    }
    const record = this.#store.records.get(id);
    if (record && isRule(record)) return this.#openForm(record, {});
    this.#waitsFor = id;
    this.#gone.hidden = false;
    for (const one of [this.#line, this.#empty, this.#cards.element, this.#history.element, this.#rules.element]) one.hidden = true;
  }

  #openForm(record, start) {
    this.#waitsFor = null;
    this.#gone.hidden = true;
    this.#formReturn = start.entity && !record ? `#/entity/${encodeURIComponent(start.entity)}` : "#/alerts/rules";
    // The form draws a map, and offers the types that there are: both must be known.
    const open = () => {
      this.#form = new RuleForm({
        rule: record && ruleOf(record), start, store: this.#store, map: this.#pages.mapParts(),
        had: (name) => record !== null && attributeNamed(record.entity, shortName(name)) !== undefined,
      });
      this.#form.onCancel = () => this.#pages.goTo(this.#formReturn);
      this.#form.onSaved = () => this.#pages.goTo("#/alerts/rules");
      this.#page.classList.add("has-form");
      this.#page.append(this.#form.element);
      this.#form.focus();
    };
    const opened = location.hash;
    this.#pages.mapKnown.then(() => { if (location.hash === opened && this.isOpen && !this.#form) open(); });
  }

  #closeForm() {
    this.#form?.close();
    this.#form?.element.remove();
    this.#form = null;
    this.#page.classList.remove("has-form");
  }
}
