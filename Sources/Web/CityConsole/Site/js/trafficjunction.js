// One intersection: who decides, what the signals show, why, who waits, and what was in the last ten minutes.

import { ControlMode } from "./controlmode.js";
import { el } from "./dom.js";
import { t } from "./language.js";
import { PanelHead } from "./panelhead.js";
import { phaseNamed } from "./signaldecision.js";
import { SignalDecisions } from "./signaldecisions.js";
import { SignalDiagram } from "./signaldiagram.js";
import { SignalQueues } from "./signalqueues.js";
import { SignalTimeline } from "./signaltimeline.js";
import { ageText } from "./time.js";

export class TrafficJunction {
  onClose = () => {};
  element;
  #head = new PanelHead("traffic-junction-title", t`Details of this intersection`, t`Close the intersection`, () => this.onClose());
  #control = new ControlMode();
  #diagram = new SignalDiagram();
  #decisions = new SignalDecisions();
  #queues = new SignalQueues();
  #timeline = new SignalTimeline();
  #junction = null;
  #model = null;

  constructor() {
    this.element = el("section", { className: "view-panel", "aria-labelledby": this.#head.titleId, hidden: true }, this.#head.element,
      el("div", { className: "signal-cards" }, el("div", { className: "signal-column" }, this.#control.element, this.#diagram.element), el("div", { className: "signal-column" }, this.#decisions.element),
        el("div", { className: "signal-column" }, this.#timeline.element, this.#queues.element)));
  }

  get isOpen() {
    return !this.element.hidden;
  }

  show(junction, model, theme) {
    this.#junction = junction;
    this.#model = model;
    const parts = model.partsOf(junction.id);
    this.element.hidden = false;
    this.#head.show(junction.name, junction.id);
    this.#control.show(junction);
    this.#diagram.show(junction, parts, this.#phaseWithGreen(junction, parts));
    this.#decisions.show(junction, parts.phases);
    this.#queues.show(parts.lanes, junction.decision);
    this.#timeline.show(junction.id, parts.groups, theme);
    this.tick();
  }

  /** Lamps alone: they change most often. */
  showLamps(groups) {
    const own = [...groups].filter(({ junction }) => junction === this.#junction?.id);
    if (own.length === 0) return;
    const parts = this.#model.partsOf(this.#junction.id);
    this.#diagram.show(this.#junction, parts, this.#phaseWithGreen(this.#junction, parts));
    this.#timeline.note(own);
  }

  focus() {
    this.#head.focus(this.element);
  }

  close() {
    this.element.hidden = true;
    this.#junction = null;
    this.#control.close();
    this.#decisions.close();
    this.#timeline.close();
  }

  redraw(theme) {
    this.#timeline.theme = theme;
    this.#timeline.redraw();
  }

  tick() {
    if (!this.#junction) return;
    const { decision } = this.#junction;
    this.#head.say(Number.isFinite(decision?.at) ? t`Decided ${ageText(decision.at)}` : "");
    this.#control.tick();
    this.#diagram.tick();
    this.#timeline.tick();
  }

  /** The phase whose groups are all green; else the one that was decided on. */
  #phaseWithGreen({ decision }, { phases }) {
    const stateOf = (id) => this.#model.groups.get(id)?.state;
    const isGreen = (id) => stateOf(id) === "green" || stateOf(id) === "permissiveGreen";
    const green = phases.filter((phase) => phase.protected.length + phase.permissive.length > 0 && [...phase.protected, ...phase.permissive].every(isGreen));
    const decided = phaseNamed(decision?.phase, phases);
    return green.includes(decided) ? decided : green.sort((a, b) => b.protected.length - a.protected.length)[0] ?? decided;
  }
}
