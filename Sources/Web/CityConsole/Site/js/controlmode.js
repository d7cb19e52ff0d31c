// Who decides over an intersection now, and what the operator wants: adaptive control or the fixed plan.

import { problemOf } from "./api.js";
import { el, setText } from "./dom.js";
import { t, tNodes } from "./language.js";
import { sinceText } from "./time.js";
import { controlOf } from "./trafficwords.js";

const modes = new Map([
  ["adaptive", [t`Adaptive`, t`Switch to adaptive`, (name) => tNodes`Switch ${name} to adaptive: the controller decides by what detectors see? The signals follow by themselves, safely, within a cycle.`]],
  ["fixedPlan", [t`Fixed plan`, t`Switch to fixed plan`, (name) => tNodes`Switch ${name} to fixed plan: the signals follow their plan by the clock? The signals follow by themselves, safely, within a cycle.`]],
]);

export class ControlMode {
  element;
  #pill = el("span", { className: "pill" });
  #words = el("p", {});
  #since = el("p", { className: "hint" });
  #warning = el("p", { className: "notice", "data-tone": "warn", role: "status", hidden: true });
  #confirm = el("div", { className: "notice confirm", role: "alertdialog", "aria-label": t`Switch the control?`, hidden: true });
  #problem = el("p", { className: "notice", "data-tone": "bad", role: "alert", hidden: true });
  #title = el("p", { className: "view-category" });
  #buttons;
  #junction = null;

  constructor() {
    this.#buttons = new Map([...modes].map(([mode, [text]]) => [mode, el("button", { type: "button", className: "chip", "aria-pressed": "false", onclick: () => this.#ask(mode) }, text)]));
    this.element = el("section", { className: "view-card card view-now", "aria-labelledby": "signal-control-title" }, el("h4", { id: "signal-control-title" }, t`Who decides`),
      el("div", { className: "signal-control" }, this.#title, this.#pill), this.#words, this.#warning, this.#since,
      el("div", { className: "traffic-tabs", role: "group", "aria-label": t`Control that is wanted` }, el("span", { className: "hint" }, t`Wanted`), ...this.#buttons.values()), this.#confirm, this.#problem);
  }

  show(junction) {
    if (this.#junction?.id !== junction.id) this.#confirm.hidden = this.#problem.hidden = true;
    this.#junction = junction;
    const control = controlOf(junction);
    setText(this.#title, control.name);
    this.element.dataset.tone = control.tone;
    this.#pill.dataset.tone = control.tone;
    setText(this.#pill, control.tone === "warn" ? t`Attention` : control.tone === "good" ? t`As wanted` : control.key === "unknown" ? t`No word` : t`As wanted`);
    setText(this.#words, control.words);
    setText(this.#warning, control.warning);
    this.#warning.hidden = control.warning === "";
    for (const [mode, button] of this.#buttons) button.setAttribute("aria-pressed", String(mode === (junction.mode || "adaptive")));
    this.tick();
  }

  tick() {
    if (!this.#junction) return;
    const { activeSince, maximumRed } = this.#junction;
    setText(this.#since, [Number.isFinite(activeSince) ? sinceText(activeSince) : "", Number.isFinite(maximumRed) ? t`Nobody waits longer than ${Math.round(maximumRed)} s.` : ""].filter(Boolean).join(" "));
  }

  close() {
    this.#junction = null;
    this.#confirm.hidden = true;
  }

  #ask(mode) {
    if (mode === (this.#junction.mode || "adaptive")) return;
    const [, action, question] = modes.get(mode);
    this.#problem.hidden = true;
    const junction = this.#junction;
    const end = () => {
      this.#confirm.hidden = true;
      this.#buttons.get(mode).focus();
    };
    const cancel = el("button", { type: "button", className: "button", onclick: end }, t`Cancel`);
    const go = el("button", { type: "button", className: "button is-main", onclick: () => this.#switch(junction, mode, end) }, action);
    this.#confirm.replaceChildren(el("p", {}, ...question(el("b", {}, junction.name))), el("div", { className: "view-tools" }, go, cancel));
    this.#confirm.onkeydown = (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      end();
    };
    this.#confirm.hidden = false;
    go.focus();
  }

  async #switch(junction, mode, end) {
    try {
      const response = await fetch(`/ngsi-ld/v1/entities/${encodeURIComponent(junction.id)}`, {
        method: "PATCH", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ [junction.modeAttribute]: { type: "Property", value: mode } }),
      });
      if (!response.ok) throw new Error(await problemOf(response));
    } catch (error) {
      setText(this.#problem, t`It was not switched: ${error.message}`);
      this.#problem.hidden = false;
    }
    end();
  }
}
