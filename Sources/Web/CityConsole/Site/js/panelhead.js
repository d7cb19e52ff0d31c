// The head of a panel below a map: what is open, when its values are from, and the way out.

import { el, setText } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";

export class PanelHead {
  titleId;
  element;
  #title;
  #when = el("p", { className: "hint" });
  #entity;

  /**
   * @param titleId the id of the title's element
   * @param details what the link to the entity does, and @param close what the button does, in words
   */
  constructor(titleId, details, close, onClose) {
    this.titleId = titleId;
    this.#title = el("h3", { id: this.titleId, tabIndex: -1 });
    this.#entity = el("a", { className: "text-button", "aria-label": details }, icon("target"), t`Details`);
    const button = el("button", { type: "button", className: "icon-button", "aria-label": close, title: t`Close`, onclick: onClose }, icon("close"));
    this.element = el("div", { className: "view-panel-head" }, el("div", {}, this.#title, this.#when), this.#entity, button);
  }

  /** @param hasEntity whether the entity itself is there to be looked at */
  show(name, id, hasEntity = true) {
    setText(this.#title, name);
    this.#entity.href = `#/entity/${encodeURIComponent(id)}`;
    this.#entity.hidden = !hasEntity;
  }

  say(text) {
    setText(this.#when, text);
  }

  focus(panel) {
    this.#title.focus({ preventScroll: true });
    panel.scrollIntoView({ block: "start" });
  }
}
