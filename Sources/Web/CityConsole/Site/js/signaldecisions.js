// The last decisions of an intersection's controller: why, and what the alternatives would have cost.

import { locale, t } from "./language.js";
import { decisionOf, phaseNamed, phaseText } from "./signaldecision.js";
import { el, setText } from "./dom.js";
import { loadInstances } from "./temporal.js";
import { reasonWord } from "./trafficwords.js";
import { formatNumber } from "./units.js";

const KEPT = 15;
const SHOWN = 4;
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

export class SignalDecisions {
  element;
  #list = el("ol", { className: "signal-decisions" });
  #earlier = el("ol", { className: "signal-decisions" });
  #more = el("details", { className: "history-table", hidden: true }, el("summary", {}, t`Earlier decisions`), this.#earlier);
  #note = el("p", { className: "hint" });
  #junction = null;
  #decisions = [];
  #phases = [];
  #loading = null;
  #shown = "";

  constructor() {
    this.element = el("section", { className: "view-card card", "aria-labelledby": "signal-decisions-title" }, el("h4", { id: "signal-decisions-title" }, t`Decisions`), this.#note, this.#list, this.#more);
  }

  show(junction, phases) {
    this.#phases = phases;
    if (this.#junction?.id !== junction.id) {
      this.#decisions = [];
      this.#junction = junction;
      this.#load();
    }
    this.#take(junction.decision);
    this.#draw();
  }

  close() {
    this.#loading?.abort();
    this.#junction = null;
  }

  #take(decision) {
    if (!decision || this.#decisions.some(({ at, phase, sentence }) => at === decision.at && phase === decision.phase && sentence === decision.sentence)) return;
    this.#decisions.push(decision);
    this.#decisions.sort((a, b) => (b.at || 0) - (a.at || 0));
    this.#decisions.length = Math.min(this.#decisions.length, KEPT);
  }

  async #load() {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    const { id, decisionAttribute } = this.#junction;
    if (!decisionAttribute) return;
    try {
      const instances = await loadInstances(id, decisionAttribute, Date.now() + 60_000, KEPT, loading.signal);
      if (loading.signal.aborted) return;
      for (const { json, observedAt } of instances) this.#take(decisionOf(json, Date.parse(observedAt)));
      this.#draw();
    } catch {
      // What comes live is shown all the same.
    }
  }

  #draw() {
    const text = JSON.stringify(this.#decisions.map(({ at, phase, sentence }) => [at, phase, sentence])) + this.#phases.length;
    if (text === this.#shown) return;
    this.#shown = text;
    setText(this.#note, this.#decisions.length === 0 ? t`No decision is known.` : t`The bars are the delay that each alternative was expected to cost all vehicles, in vehicle-seconds: shorter is better.`);
    const open = new Set([...this.element.querySelectorAll("details[open][data-at]")].map(({ dataset }) => dataset.at));
    const items = this.#decisions.map((decision, at) => this.#item(decision, at === 0, open));
    this.#list.replaceChildren(...items.slice(0, SHOWN));
    this.#earlier.replaceChildren(...items.slice(SHOWN));
    this.#more.hidden = items.length <= SHOWN;
  }

  #item(decision, isNewest, open) {
    const head = el("p", { className: "signal-decision-head" }, el("time", {}, Number.isFinite(decision.at) ? clock.format(decision.at) : ""), el("b", {}, decision.phase ? phaseText(decision.phase, this.#phases) : t`No phase`), el("span", { className: "pill" }, reasonWord(decision.reason)));
    const item = el("li", {}, head, decision.sentence ? el("p", {}, decision.sentence) : null);
    if (decision.candidates.length === 0) return item;
    const bars = costBars(decision, this.#phases);
    if (isNewest) item.append(bars);
    else item.append(el("details", { className: "history-table", "data-at": String(decision.at), open: open.has(String(decision.at)) }, el("summary", {}, t`Alternatives`), bars));
    return item;
  }
}

/** What each candidate was expected to cost, the chosen one marked. */
function costBars({ phase, candidates }, phases) {
  const most = Math.max(1e-9, ...candidates.map(({ cost }) => cost));
  const chosen = phaseNamed(phase, phases);
  return el("ul", { className: "signal-costs" }, ...candidates.map((one) => {
    const isChosen = one.phase === phase || (chosen !== null && phaseNamed(one.phase, phases) === chosen);
    const bar = el("span", { className: "signal-bar", "aria-hidden": "true" });
    bar.style.width = `${Math.max(1, (Math.max(0, one.cost) / most) * 100)}%`;
    return el("li", { className: isChosen ? "is-chosen" : "" }, el("span", { className: "signal-cost-name" }, phaseText(one.phase, phases), isChosen ? el("span", { className: "offscreen-inline" }, ` ${t`(chosen)`}`) : null),
      el("span", { className: "signal-track" }, bar), el("span", { className: "signal-cost" }, formatNumber(Math.round(one.cost))));
  }));
}
