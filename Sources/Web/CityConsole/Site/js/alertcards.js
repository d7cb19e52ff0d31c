// The alerts as cards: what, where, since when, from what; and what an operator does about them.
//
// Invariant: a card stays while its alert does, so that focus, and a note that is being written, stay.

import { t } from "./language.js";
import { acknowledge, mute, unmute } from "./ruleapi.js";
import { attempt, put } from "./cardactions.js";
import { el, setText } from "./dom.js";
import { shortId } from "./entity.js";
import { icon } from "./icons.js";
import { severities, severityTones } from "./rulewords.js";
import { ageText, dateText, exactText } from "./time.js";

const LINKS_MAX = 5;
const TEXT_MAX = 600;
const cut = (text) => (text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text);

/** When a muting of the given kind ends. */
export function muteEnd(kind, now) {
  if (kind !== "tomorrow") return now + Number(kind) * 60_000;
  const day = new Date(now);
  // The morning, not midnight: whoever mutes at night means the next working day.
  day.setDate(day.getDate() + 1);
  return day.setHours(7, 0, 0, 0);
}

const muteChoices = [["", t`Mute …`], ["15", t`15 minutes`], ["60", t`1 hour`], ["tomorrow", t`Until tomorrow, 7:00`]];

/** A choice of how long something is muted; `take(until)` hears when it ends. */
export function muteSelect(label, take) {
  const select = el("select", { "aria-label": label }, ...muteChoices.map(([key, text]) => el("option", { value: key }, text)));
  select.addEventListener("change", () => {
    if (select.value) take(muteEnd(select.value, Date.now()));
    select.value = "";
  });
  return select;
}

/** Names and links of entities; those that are not there are named by their id. */
export function entityLinks(ids, store) {
  const links = ids.slice(0, LINKS_MAX).map((id) => {
    const record = store.records.get(id);
    return el("a", { href: `#/entity/${encodeURIComponent(id)}`, title: id }, cut(record?.name ?? shortId(id)));
  });
  if (ids.length > LINKS_MAX) links.push(el("span", {}, t`and ${ids.length - LINKS_MAX} more`));
  return links;
}

export class AlertCards {
  element = el("ul", { className: "alert-cards" });
  #cards = new Map();
  #order = [];
  #store;

  constructor(store) {
    this.#store = store;
  }

  /** @param alerts in their order, as `alertOf` reads them */
  show(alerts) {
    const wanted = new Set(alerts.map((alert) => alert.id));
    for (const [id, card] of this.#cards) {
      if (wanted.has(id)) continue;
      card.element.remove();
      this.#cards.delete(id);
    }
    const elements = alerts.map((alert) => {
      let card = this.#cards.get(alert.id);
      if (!card) {
        card = new AlertCard(alert.id, this.#store);
        this.#cards.set(alert.id, card);
      }
      card.update(alert);
      return card.element;
    });
    this.#order = elements;
    this.#place();
  }

  /** Cards wait with a new order while the focus is on one of them. */
  #place() {
    const isHeld = this.element.contains(document.activeElement) && this.element.children.length === this.#order.length;
    if (!isHeld && this.#order.some((element, at) => this.element.children[at] !== element)) this.element.replaceChildren(...this.#order);
  }

  tick(now) {
    this.#place();
    for (const card of this.#cards.values()) card.tick(now);
  }
}

class AlertCard {
  element;
  #store;
  #id;
  #alert = null;
  #signature = "";
  #parts = {};

  constructor(id, store) {
    this.#id = id;
    this.#store = store;
    const p = this.#parts;
    for (const name of ["severity", "acknowledged", "muted"]) p[name] = el("span", { className: "pill" });
    p.title = el("h3", { className: "alert-title" });
    p.text = el("p", { className: "alert-text" });
    p.instruction = el("p", { className: "alert-text" });
    p.age = el("span", {});
    p.links = el("span", { className: "alert-links" });
    p.note = el("p", { className: "hint", hidden: true });
    p.problem = el("p", { className: "notice", role: "alert", "data-tone": "bad", hidden: true });
    p.acknowledge = el("button", { type: "button", className: "button", "aria-expanded": "false", onclick: () => this.#openNote() }, icon("check"), t`Acknowledge`);
    p.mute = muteSelect(t`Mute this alert`, (until) => attempt(this.#parts.problem, () => mute(this.#id, until), t`Muted until ${dateText(until)}`));
    p.unmute = el("button", { type: "button", className: "text-button", onclick: () => attempt(this.#parts.problem, () => unmute(this.#id), t`No longer muted`) }, t`Unmute`);
    p.noteInput = el("input", { type: "text", maxLength: 500, placeholder: t`Note, if you like: who does what`, "aria-label": t`Note`, autocomplete: "off" });
    const send = el("button", { type: "submit", className: "button is-main" }, t`Acknowledge`);
    const cancel = el("button", { type: "button", className: "text-button", onclick: () => this.#closeNote() }, t`Cancel`);
    p.form = el("form", { className: "alert-note field", hidden: true, onsubmit: (event) => this.#sendNote(event) }, p.noteInput, send, cancel);
    p.form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.#closeNote();
    });
    this.element = el("li", { className: "alert-card card" },
      el("div", { className: "alert-head" }, p.severity, p.title, p.acknowledged, p.muted),
      p.text, p.instruction, el("p", { className: "alert-meta" }, p.age, p.links), p.note, p.problem,
      el("div", { className: "alert-tools" }, p.acknowledge, p.mute, p.unmute), p.form);
  }

  update(alert) {
    this.#alert = alert;
    const names = alert.sources.map((id) => this.#store.records.get(id)?.name);
    const signature = JSON.stringify([{ ...alert, record: null }, names, this.#store.records.get(alert.rule)?.name]);
    if (signature === this.#signature) return;
    this.#signature = signature;
    const p = this.#parts;
    setText(p.severity, severities.find(([key]) => key === alert.severity)?.[1] ?? (cut(alert.severity) || t`Alert`));
    p.severity.dataset.tone = severityTones[alert.severity] ?? "";
    this.element.dataset.tone = alert.isAcknowledged ? "" : severityTones[alert.severity] ?? "";
    setText(p.title, cut(alert.headline || alert.text || alert.record.name));
    put(p.text, alert.headline && alert.text !== alert.headline ? cut(alert.text) : "");
    put(p.instruction, cut(alert.instruction));
    put(p.acknowledged, alert.isAcknowledged ? t`Acknowledged` : "");
    p.acknowledged.dataset.tone = "good";
    put(p.muted, alert.mutedUntil > Date.now() ? t`Muted until ${dateText(alert.mutedUntil)}` : "");
    p.unmute.hidden = p.muted.hidden;
    p.mute.hidden = !p.muted.hidden;
    setText(p.acknowledge.lastChild, alert.isAcknowledged ? t`Change the note` : t`Acknowledge`);
    const when = Number.isFinite(alert.acknowledgedAt) ? ` ${dateText(alert.acknowledgedAt)}` : "";
    const escalated = Number.isFinite(alert.escalatedAt) ? `${t`Escalated ${dateText(alert.escalatedAt)}.`} ` : "";
    put(p.note, `${escalated}${alert.isAcknowledged ? t`Acknowledged${when}${alert.note ? t`: ${cut(alert.note)}` : ""}` : ""}`.trim());
    this.#drawLinks(alert);
    this.tick(Date.now());
  }

  tick(now) {
    const { age } = this.#parts;
    setText(age, Number.isFinite(this.#alert.from) ? t`Raised ${ageText(this.#alert.from, now)}` : "");
    age.title = exactText(this.#alert.from);
    if (!this.#parts.muted.hidden && !(this.#alert.mutedUntil > now)) {
      this.#signature = "";
      this.update(this.#alert);
    }
  }

  #drawLinks(alert) {
    const rule = alert.rule && el("a", { href: `#/alerts/rule/${encodeURIComponent(alert.rule)}` }, t`Rule: ${cut(this.#store.records.get(alert.rule)?.name ?? shortId(alert.rule))}`);
    const place = alert.sources.find((id) => this.#store.records.get(id)?.point) ?? (alert.record.point ? alert.id : null);
    const map = place && el("a", { href: `#/entity/${encodeURIComponent(place)}`, className: "alert-map" }, icon("map"), t`On the map`);
    const details = el("a", { href: `#/entity/${encodeURIComponent(alert.id)}` }, t`The alert itself`);
    this.#parts.links.replaceChildren(...[...entityLinks(alert.sources, this.#store), map, rule, details].filter(Boolean));
    if (alert.category) this.#parts.links.append(el("span", {}, cut(alert.category)));
  }

  #openNote() {
    const { form, noteInput, acknowledge: opener } = this.#parts;
    form.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    noteInput.value = this.#alert.note;
    noteInput.focus();
  }

  #closeNote() {
    const { form, acknowledge: opener } = this.#parts;
    form.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    opener.focus();
  }

  async #sendNote(event) {
    event.preventDefault();
    const note = this.#parts.noteInput.value.trim();
    if (await attempt(this.#parts.problem, () => acknowledge(this.#id, note), t`Acknowledged`)) this.#closeNote();
  }
}
