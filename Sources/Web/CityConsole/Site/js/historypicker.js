// Finds a numeric attribute of any entity by words, to add it to a chart.

import { el, setText } from "./dom.js";
import { attributeNames, mainInstance, numberOf, shortName } from "./entity.js";
import { loadLastOfAll } from "./historydata.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { formatNumber, unitSymbol, withUnit } from "./units.js";

const SHOWN = 40;
const LOOKED_AT = 50_000;
/** Entities whose history is looked into for attributes that they do not have now. */
const ASKED = 12;
const WAIT = 200;

export class HistoryPicker {
  /** Called with an entity's id and an attribute. */
  onPick = () => {};
  element;
  #store;
  #search = el("input", {
    type: "search", "aria-label": t`Name, type, id or attribute`, placeholder: t`Name, type, id or attribute`, autocomplete: "off", spellcheck: false, maxLength: 200,
    oninput: () => this.#find(),
  });
  #line = el("p", { className: "hint", role: "status" });
  #list = el("ul", { className: "picker-list", "aria-label": t`Attributes found` });
  #returnTo = null;
  #timer = 0;
  #asking = null;

  constructor(store) {
    this.#store = store;
    const done = el("button", { type: "button", className: "icon-button", "aria-label": t`Close the search`, title: t`Close (Esc)`, onclick: () => this.close() }, icon("close"));
    this.element = el("section", { className: "picker card", hidden: true, "aria-label": t`Add an attribute` },
      el("div", { className: "picker-head" }, this.#search, done), this.#line, this.#list);
    this.element.addEventListener("keydown", (event) => this.#key(event));
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** @param words what to search for first; what was searched for before stays without */
  open(words) {
    if (!this.isOpen) this.#returnTo = document.activeElement;
    if (words !== undefined) this.#search.value = words;
    this.element.hidden = false;
    this.#find();
    this.#search.focus();
    this.#search.select();
  }

  close(returnsFocus = true) {
    this.element.hidden = true;
    if (returnsFocus && this.#returnTo?.isConnected) this.#returnTo.focus({ preventScroll: true });
  }

  #find() {
    const words = this.#search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = [];
    const near = [];
    let [count, looked] = [0, 0];
    for (const record of this.#store.records.values()) {
      if ((looked += 1) > LOOKED_AT) break;
      if (near.length <= ASKED && (words.length === 0 || words.some((word) => record.search.includes(word)))) near.push(record);
      for (const name of attributeNames(record.entity)) {
        const value = numberOf(record.entity[name]);
        if (value === undefined || !fits(words, record, name)) continue;
        count += 1;
        if (found.length < SHOWN) found.push({ record, name, instance: mainInstance(record.entity[name]) });
      }
    }
    this.#show(found, count);
    clearTimeout(this.#timer);
    this.#asking?.abort();
    if (near.length > 0 && near.length <= ASKED) this.#timer = setTimeout(() => this.#findInHistory(words, near, found, count), WAIT);
  }

  /** Attributes that a few entities have in their history only, such as one that was brought in. */
  async #findInHistory(words, records, found, count) {
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const more = [];
    try {
      for (const record of records) {
        const past = await loadLastOfAll(record.id, signal);
        for (const name of attributeNames(past)) {
          if (Object.hasOwn(record.entity, name) || numberOf(past[name]) === undefined || !fits(words, record, name)) continue;
          more.push({ record, name, instance: mainInstance(past[name]) });
        }
      }
    } catch {
      // What is there now stays found.
    }
    if (!signal.aborted && more.length > 0) this.#show([...found, ...more].slice(0, SHOWN), count + more.length);
  }

  #show(found, count) {
    setText(this.#line, count === 0 ? t`No numeric attribute fits these words.` : count > SHOWN ? t`${SHOWN} of ${count}; more words find fewer.` : t`${count} found`);
    this.#list.replaceChildren(...found.map(({ record, name, instance }) => {
      const button = el("button", { type: "button", className: "picker-row", onclick: () => this.onPick(record.id, name) },
        el("span", { className: "picker-name" }, `${record.name} · ${shortName(name)}`), el("span", { className: "hint" }, record.type),
        el("span", { className: "picker-value" }, withUnit(formatNumber(instance.value), unitSymbol(instance.unitCode))));
      return el("li", {}, button);
    }));
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const rows = [...this.#list.querySelectorAll("button")];
    if (event.key === "Enter" && event.target === this.#search && rows.length > 0) {
      event.preventDefault();
      rows[0].click();
    }
    if (!step) return;
    event.preventDefault();
    const at = rows.indexOf(document.activeElement) + step;
    (rows[at] ?? this.#search).focus();
  }
}

function fits(words, record, name) {
  const text = `${record.search}\n${shortName(name).toLowerCase()}`;
  return words.every((word) => text.includes(word));
}
