// The types with their colours and counts; each can be hidden and shown again, on the map and in the list.

import { byId, el, setText } from "./dom.js";
import { badge } from "./icons.js";
import { t } from "./language.js";
import { lookOf } from "./types.js";
import { formatCount } from "./units.js";

const CHIPS = 100;

export class Legend {
  /** Called after types were hidden or shown, with their names. */
  onChange = () => {};
  /** Counts by type of more than the page holds; `null` for those of the store. */
  counts = null;
  #store;
  #hidden = new Set();
  #items = new Map();
  #card = byId("legend");
  #list = byId("legend-list");
  #all = byId("legend-all");

  constructor(store) {
    this.#store = store;
    this.#all.addEventListener("click", () => this.#set([...this.#hidden], true));
  }

  /** The types that are not shown. */
  get hidden() {
    return [...this.#hidden];
  }

  /** Hides types, also such that have not come yet. */
  hide(types) {
    this.#set(types, false);
  }

  isShown = (type) => !this.#hidden.has(type);

  update() {
    const all = this.counts ?? this.#store.typeCounts;
    // Nobody reads hundreds of types: the most frequent ones have a chip.
    const counts = all.size <= CHIPS ? all : new Map([...all].sort((a, b) => b[1] - a[1]).slice(0, CHIPS));
    this.#card.hidden = all.size === 0;
    let isNew = false;
    for (const [type, item] of this.#items) {
      if (counts.has(type)) continue;
      item.element.remove();
      this.#items.delete(type);
    }
    for (const [type, count] of counts) {
      let item = this.#items.get(type);
      if (!item) {
        item = this.#make(type);
        this.#items.set(type, item);
        isNew = true;
      }
      setText(item.count, formatCount(count));
    }
    if (isNew) {
      const names = [...this.#items.keys()].sort((a, b) => a.localeCompare(b));
      this.#list.append(...names.map((name) => this.#items.get(name).element));
    }
    this.#all.hidden = this.#hidden.size === 0;
  }

  #make(type) {
    const count = el("span", { className: "chip-count" });
    const button = el("button", {
      type: "button", className: "chip", "aria-pressed": String(this.isShown(type)), title: t`${type}: click to hide or show, double-click to show it alone`,
    }, badge(lookOf(type)), el("span", { className: "chip-name" }, type), count);
    button.addEventListener("click", () => this.#set([type], this.#hidden.has(type)));
    button.addEventListener("dblclick", () => {
      const others = [...this.#items.keys()].filter((other) => other !== type);
      this.#set(others, false);
      this.#set([type], true);
    });
    return { element: el("li", {}, button), button, count };
  }

  #set(types, isShown) {
    for (const type of types) {
      if (isShown) this.#hidden.delete(type);
      else this.#hidden.add(type);
      this.#items.get(type)?.button.setAttribute("aria-pressed", String(isShown));
    }
    this.#all.hidden = this.#hidden.size === 0;
    this.onChange(types);
  }
}
