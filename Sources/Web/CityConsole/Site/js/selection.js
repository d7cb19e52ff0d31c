// Several entities of the list chosen together, and what is done with just these: a change, deletion, files.
//
// Invariants:
// 1. `#before` is what was chosen when `#anchor` was; a range is added to that, so that a smaller range takes back a larger one.

import { choose } from "./chosen.js";
import { save } from "./download.js";
import { el, setText } from "./dom.js";
import { icon } from "./icons.js";
import { entitiesText } from "./importwords.js";
import { t } from "./language.js";
import { formatCount } from "./units.js";

export class ListSelection {
  #list;
  #box;
  #tools;
  #chosen = new Set();
  #before = new Set();
  #anchor = null;
  #count = el("b", { role: "status" });
  #needing = [];
  #bar;

  /** @param tools what stands beside the list while nobody chooses */
  constructor(list, box, tools) {
    this.#list = list;
    this.#box = box;
    this.#tools = tools;
    const button = (picture, text, action, more = {}) => el("button", { type: "button", className: "text-button", onclick: action, ...more }, icon(picture), text);
    const file = (format, text) => {
      const label = t`Download what is chosen as ${text}`;
      return el("button", { type: "button", className: "text-button", title: label, "aria-label": label, onclick: () => save([...this.#chosen], format) }, text);
    };
    const go = (action) => {
      choose([...this.#chosen], action);
      location.hash = "#/change";
    };
    this.#needing = [
      button("edit", t`Change`, () => go("set"), { title: t`Change what is chosen` }), button("bin", t`Delete`, () => go("delete"), { title: t`Delete what is chosen` }),
      file("csv", "CSV"), file("geojson", "GeoJSON"),
    ];
    this.#bar = el("div", { className: "list-tools selection", role: "group", "aria-label": t`What is chosen` },
      el("div", { className: "selection-head" }, this.#count, button("check", t`All`, () => this.#all(), { "aria-label": t`Choose all that the list shows` }), button("close", t`Done¦choosing`, () => this.end())),
      ...this.#needing);
    this.#bar.addEventListener("keydown", (event) => this.#escape(event));
    tools.hidden = true;
    tools.after(this.#bar);
    box.classList.add("is-choosing");
    box.setAttribute("aria-multiselectable", "true");
    list.selection = this;
    this.#changed();
  }

  has(record) {
    return this.#chosen.has(record);
  }

  /** A row was clicked, or chosen by a key: with Shift all from the one before to it. */
  pick(record, event) {
    if (event?.shiftKey && this.#anchor) return this.#extend(record);
    if (!this.#chosen.delete(record)) this.#chosen.add(record);
    this.#anchor = record;
    this.#before = new Set(this.#chosen);
    return this.#changed();
  }

  /** A key on the list; gives whether it was one of these. */
  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === " " && this.#list.active) this.pick(this.#list.active, event);
    else if (event.shiftKey && step) {
      if (this.#list.active && !this.#anchor) this.pick(this.#list.active);
      this.#list.move(step);
      this.#extend(this.#list.active);
    } else if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey)) this.#all();
    else return this.#escape(event);
    event.preventDefault();
    return true;
  }

  /** Takes out what is gone. */
  drop(records) {
    let isLess = false;
    for (const record of records) {
      this.#before.delete(record);
      isLess = this.#chosen.delete(record) || isLess;
    }
    if (isLess) this.#changed();
  }

  end() {
    const hadFocus = this.#bar.contains(document.activeElement);
    this.#list.selection = null;
    this.#box.classList.remove("is-choosing");
    this.#box.removeAttribute("aria-multiselectable");
    this.#bar.remove();
    this.#tools.hidden = false;
    this.#list.mark();
    if (hadFocus) this.#box.focus();
  }

  #escape(event) {
    if (event.key !== "Escape") return false;
    event.stopPropagation();
    this.end();
    return true;
  }

  #extend(record) {
    const shown = this.#list.fitting;
    const [from, to] = [shown.indexOf(this.#anchor), shown.indexOf(record)].sort((a, b) => a - b);
    // Where the row before is not shown any more, the range is this one alone.
    const range = from < 0 ? [record] : shown.slice(from, to + 1);
    this.#chosen = new Set([...this.#before, ...range]);
    this.#anchor ??= record;
    getSelection()?.removeAllRanges();
    this.#changed();
  }

  #all() {
    for (const record of this.#list.fitting) this.#chosen.add(record);
    this.#before = new Set(this.#chosen);
    this.#changed();
  }

  #changed() {
    const shown = new Set(this.#list.fitting);
    const away = [...this.#chosen].filter((record) => !shown.has(record)).length;
    setText(this.#count, away > 0 ? t`${entitiesText(this.#chosen.size)} chosen, ${formatCount(away)} not in the list now` : t`${entitiesText(this.#chosen.size)} chosen`);
    for (const button of this.#needing) button.disabled = this.#chosen.size === 0;
    this.#list.mark();
  }
}
