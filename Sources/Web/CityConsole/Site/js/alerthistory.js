// Alerts that are over: from the history of their state, else from what they say themselves.

import { entityLinks } from "./alertcards.js";
import { roughLength } from "./durations.js";
import { el, setText } from "./dom.js";
import { shortId } from "./entity.js";
import { t, tn } from "./language.js";
import { loadStates } from "./ruleapi.js";
import { alertOf, episodesOf, isAlert } from "./rulemodel.js";
import { severities, severityTones } from "./rulewords.js";
import { dateText, exactText } from "./time.js";

const DAY = 86_400_000;
const ROWS_MAX = 300;

export class AlertHistory {
  element;
  #store;
  #rows = el("tbody", {});
  #line = el("p", { className: "hint", role: "status" });
  #days;
  #loading = null;
  #states = new Map();
  #problem = "";
  words = [];
  /** The ids of what is listed. */
  shown = [];

  constructor(store) {
    this.#store = store;
    this.#days = el("select", { "aria-label": t`How far back`, onchange: () => this.open() },
      ...[["1", t`The last day`], ["7", t`The last 7 days`], ["30", t`The last 30 days`], ["365", t`The last year`]].map(([key, text]) => el("option", { value: key, selected: key === "7" }, text)));
    const head = el("tr", {}, ...[t`Severity`, t`What`, t`Where`, t`From`, t`To`, t`Lasted`].map((text) => el("th", { scope: "col" }, text)));
    this.element = el("section", { className: "alert-history", "aria-label": t`Cleared alerts`, hidden: true },
      el("div", { className: "alert-history-head" }, this.#days, this.#line),
      el("div", { className: "alert-table card", tabIndex: 0, role: "region", "aria-label": t`Table of cleared alerts` }, el("table", {}, el("thead", {}, head), this.#rows)));
  }

  async open() {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    setText(this.#line, t`Reading …`);
    try {
      this.#states = await loadStates(Date.now() - Number(this.#days.value) * DAY, loading.signal);
      this.#problem = "";
    } catch (error) {
      if (loading.signal.aborted) return;
      this.#problem = `${t`The history could not be read: ${error.message}`} `;
    }
    this.draw();
  }

  close() {
    this.#loading?.abort();
  }

  draw() {
    const now = Date.now();
    const since = now - Number(this.#days.value) * DAY;
    const found = [];
    const known = new Set();
    for (const [id, states] of this.#states) {
      known.add(id);
      const record = this.#store.records.get(id);
      const alert = record ? alertOf(record, now) : null;
      for (const { from, to } of episodesOf(states)) if (Number.isFinite(to)) found.push({ id, alert, from: Number.isFinite(from) ? from : beginOf(alert, to), to });
    }
    for (const record of this.#store.records.values()) {
      if (!isAlert(record) || known.has(record.id)) continue;
      const alert = alertOf(record, now);
      if (!alert.isRaised && !(alert.until < since)) found.push({ id: record.id, alert, from: alert.from, to: alert.until });
    }
    const fitting = found.filter(({ id, alert }) => {
      const text = `${id} ${alert?.headline ?? ""} ${alert?.text ?? ""} ${(alert?.sources ?? []).map((one) => `${one} ${this.#store.records.get(one)?.name ?? ""}`).join(" ")}`.toLowerCase();
      return this.words.every((word) => text.includes(word));
    }).sort((a, b) => b.to - a.to);
    this.shown = [...new Set(fitting.map(({ id }) => id))];
    this.#rows.replaceChildren(...fitting.slice(0, ROWS_MAX).map((one) => this.#row(one)));
    const cleared = tn(fitting.length, "{0} alert was cleared", "{0} alerts were cleared");
    setText(this.#line, `${this.#problem}${fitting.length > ROWS_MAX ? t`${cleared}, the newest ${ROWS_MAX} are shown` : cleared}`);
  }

  #row({ id, alert, from, to }) {
    const name = alert?.headline || alert?.text || shortId(id);
    const severity = alert?.severity ?? "";
    const pill = el("span", { className: "pill", "data-tone": severityTones[severity] ?? "" }, severities.find(([key]) => key === severity)?.[1] ?? (severity.slice(0, 40) || t`Alert`));
    const cell = (time, word) => el("td", { title: exactText(time), "data-word": word }, Number.isFinite(time) ? dateText(time) : "–");
    return el("tr", {}, el("td", {}, pill),
      el("td", {}, el("a", { href: `#/entity/${encodeURIComponent(id)}` }, name.slice(0, 300)), alert?.note ? el("p", { className: "hint" }, t`Note: ${alert.note.slice(0, 300)}`) : null),
      el("td", { className: "alert-links" }, ...entityLinks(alert?.sources ?? [], this.#store)), cell(from), cell(to, t`to¦the end of an alert`),
      el("td", { "data-word": t`lasted` }, from <= to ? roughLength((to - from) / 1000) : "–"));
  }
}

/** When the last time of an alert began, where its end is the end it tells itself. */
const beginOf = (alert, to) => (alert && !alert.isRaised && Math.abs(alert.until - to) < 60_000 ? alert.from : NaN);
