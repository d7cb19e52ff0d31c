// Who decides over an intersection now, and what the operator wants: adaptive control or the fixed plan.

import { problemOf } from "./api.js";
import { el, setText } from "./dom.js";
import { ageText } from "./time.js";
import { controlOf } from "./trafficwords.js";

const modes = new Map([["adaptive", ["Adaptive", "the controller decides by what detectors see"]], ["fixedPlan", ["Fixed plan", "the signals follow their plan by the clock"]]]);

export class ControlMode {
  element;
  #pill = el("span", { className: "pill" });
  #words = el("p", {});
  #since = el("p", { className: "hint" });
  #warning = el("p", { className: "notice", "data-tone": "warn", role: "status", hidden: true });
  #confirm = el("div", { className: "notice confirm", role: "alertdialog", "aria-label": "Switch the control?", hidden: true });
  #problem = el("p", { className: "notice", "data-tone": "bad", role: "alert", hidden: true });
  #title = el("p", { className: "view-category" });
  #buttons;
  #junction = null;

  constructor() {
    this.#buttons = new Map([...modes].map(([mode, [text]]) => [mode, el("button", { type: "button", className: "chip", "aria-pressed": "false", onclick: () => this.#ask(mode) }, text)]));
    this.element = el("section", { className: "view-card card view-now", "aria-labelledby": "signal-control-title" }, el("h4", { id: "signal-control-title" }, "Who decides"),
      el("div", { className: "signal-control" }, this.#title, this.#pill), this.#words, this.#warning, this.#since,
      el("div", { className: "traffic-tabs", role: "group", "aria-label": "Control that is wanted" }, el("span", { className: "hint" }, "Wanted"), ...this.#buttons.values()), this.#confirm, this.#problem);
  }

  show(junction) {
    if (this.#junction?.id !== junction.id) this.#confirm.hidden = this.#problem.hidden = true;
    this.#junction = junction;
    const control = controlOf(junction);
    setText(this.#title, control.name);
    this.element.dataset.tone = control.tone;
    this.#pill.dataset.tone = control.tone;
    setText(this.#pill, control.tone === "warn" ? "Attention" : control.tone === "good" ? "As wanted" : control.key === "unknown" ? "No word" : "As wanted");
    setText(this.#words, control.words);
    setText(this.#warning, control.warning);
    this.#warning.hidden = control.warning === "";
    for (const [mode, button] of this.#buttons) button.setAttribute("aria-pressed", String(mode === (junction.mode || "adaptive")));
    this.tick();
  }

  tick() {
    if (!this.#junction) return;
    const { activeSince, maximumRed } = this.#junction;
    setText(this.#since, [Number.isFinite(activeSince) ? `Since ${ageText(activeSince).replace(/ ago$/, "")}.` : "", Number.isFinite(maximumRed) ? `Nobody waits longer than ${Math.round(maximumRed)} s.` : ""].filter(Boolean).join(" "));
  }

  close() {
    this.#junction = null;
    this.#confirm.hidden = true;
  }

  #ask(mode) {
    if (mode === (this.#junction.mode || "adaptive")) return;
    const [name, words] = modes.get(mode);
    this.#problem.hidden = true;
    const junction = this.#junction;
    const end = () => {
      this.#confirm.hidden = true;
      this.#buttons.get(mode).focus();
    };
    const cancel = el("button", { type: "button", className: "button", onclick: end }, "Cancel");
    const go = el("button", { type: "button", className: "button is-main", onclick: () => this.#switch(junction, mode, end) }, `Switch to ${name.toLowerCase()}`);
    this.#confirm.replaceChildren(el("p", {}, "Switch ", el("b", {}, junction.name), ` to ${name.toLowerCase()}: ${words}? The signals follow by themselves, safely, within a cycle.`), el("div", { className: "view-tools" }, go, cancel));
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
      setText(this.#problem, `It was not switched: ${error.message}`);
      this.#problem.hidden = false;
    }
    end();
  }
}
