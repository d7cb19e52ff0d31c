// The head of a panel below a map: what is open, when its values are from, and the way out.

import { el, setText } from "./dom.js";
import { icon } from "./icons.js";

export class PanelHead {
  titleId;
  element;
  #title;
  #when = el("p", { className: "hint" });
  #entity;

  /**
   * @param titleId the id of the title's element
   * @param noun what is open, in a word
   */
  constructor(titleId, noun, onClose) {
    this.titleId = titleId;
    this.#title = el("h3", { id: this.titleId, tabIndex: -1 });
    this.#entity = el("a", { className: "text-button", "aria-label": `Details of this ${noun}` }, icon("target"), "Details");
    const close = el("button", { type: "button", className: "icon-button", "aria-label": `Close the ${noun}`, title: "Close", onclick: onClose }, icon("close"));
    this.element = el("div", { className: "view-panel-head" }, el("div", {}, this.#title, this.#when), this.#entity, close);
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
