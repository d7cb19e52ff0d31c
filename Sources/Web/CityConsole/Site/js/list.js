// The list: every entity that fits the search and the shown types, the latest change first. Only the rows in view exist.
//
// Invariants:
// 1. The order changes under nobody's hand: while the pointer is on the list, it is scrolled, or a row is chosen by
//    keyboard, values move and rows stay.
// 2. `#active` is a record, not a position, so that a new order keeps the chosen row chosen.

import { byId, el, prefersReducedMotion, setText } from "./dom.js";
import { mainInstance, shortName } from "./entity.js";
import { badge } from "./icons.js";
import { t, tn } from "./language.js";
import { shortAgeText } from "./time.js";
import { formatCount, formatNumber, unitSymbol, withUnit } from "./units.js";

const ROW = 58;
const SPARE = 4;
const ORDER_EVERY = 1500;

export class EntityList {
  /** Called with a record to open. */
  onOpen = () => {};
  onShown = () => {};
  /** Called when several are to be chosen: with the record to begin with, and the click. */
  onSelect = () => {};
  /** Those that are chosen together, while somebody chooses (`selection.js`). */
  selection = null;
  /** Called when someone reaches the end of what there is. */
  onEnd = () => {};
  /** Called with the words of the search, some time after the typing pauses. */
  onSearch = () => {};
  /** What the list is of, where it is not the whole city. */
  scopeText = null;
  /** Whether a record belongs to the list, where the page holds more than that. */
  isListed = () => true;
  /** How many entities fit the search and the shown types. */
  matchCount = 0;
  #store;
  #isTypeShown;
  #box;
  #search;
  #resultLine;
  #spacer = el("div", { className: "list-spacer", role: "presentation" });
  #rows = new Map();
  #pool = [];
  #ordered = [];
  #active = null;
  #opened = null;
  #words = [];
  #isPointerInside = false;
  #isChosenByKey = false;
  #orderedAt = -Infinity;
  #isStale = true;
  #saying = 0;

  constructor({ box, search, resultLine, store, isTypeShown }) {
    this.#box = box;
    this.#search = search;
    this.#resultLine = resultLine;
    this.#store = store;
    this.#isTypeShown = isTypeShown;
    box.append(this.#spacer);
    box.addEventListener("scroll", () => {
      this.#layOut();
      if (box.scrollTop + box.clientHeight > this.#ordered.length * ROW - 4 * ROW) this.onEnd();
    }, { passive: true });
    new ResizeObserver(() => this.#layOut()).observe(box);
    box.addEventListener("pointerenter", () => { this.#isPointerInside = true; });
    box.addEventListener("pointerleave", () => { this.#isPointerInside = false; });
    box.addEventListener("click", (event) => {
      const record = event.target.closest(".row")?.record;
      if (!record) return;
      if (this.selection || event.shiftKey || event.ctrlKey || event.metaKey) this.onSelect(record, event);
      else this.#open(record);
    });
    search.addEventListener("input", () => this.#searchFor(search.value));
    for (const element of [box, search]) {
      element.addEventListener("keydown", (event) => this.#key(event));
      element.addEventListener("blur", () => this.#letGo());
    }
  }

  /** Draws what changed; puts rows in a new order when it is time and nobody's hand is on them. */
  update(dirty, now) {
    if (dirty.membership || dirty.changed.size > 0) this.#isStale = true;
    if (dirty.removed.size > 0) {
      this.#ordered = this.#ordered.filter((record) => !dirty.removed.has(record));
      this.matchCount = this.#ordered.length;
      if (dirty.removed.has(this.#active)) this.#setActive(null);
      // A part of a large city that is out of view is not gone.
      if (this.scopeText === null) this.selection?.drop(dirty.removed);
    }
    const isHeld = this.#isPointerInside || this.#isChosenByKey || this.#box.scrollTop > ROW;
    const isDue = now - this.#orderedAt >= ORDER_EVERY && (!isHeld || this.#ordered.length === 0);
    if (this.#isStale && isDue) this.refresh(now);
    else if (dirty.removed.size > 0) this.#layOut();
    for (const [record, row] of this.#rows) if (dirty.changed.has(record)) this.#fill(row, true);
  }

  /** Chooses and orders anew, whatever anyone does: the search or the shown types changed. */
  refresh(now = performance.now()) {
    this.#orderedAt = now;
    this.#isStale = false;
    const words = this.#words;
    const chosen = [];
    for (const record of this.#store.records.values()) {
      if (this.#isTypeShown(record.type) && this.isListed(record) && words.every((word) => record.search.includes(word))) chosen.push(record);
    }
    chosen.sort((a, b) => b.changedAt - a.changedAt || a.index - b.index);
    this.#ordered = chosen;
    this.matchCount = chosen.length;
    this.#describe();
    this.#layOut();
    this.onShown();
  }

  /** Marks the entity whose details are open; `null` for none. */
  setOpened(record) {
    this.#opened = record;
    for (const row of this.#rows.values()) row.classList.toggle("is-open", row.record === record);
  }

  /** The ages of the rows in view, once a second. */
  tick(now) {
    for (const row of this.#rows.values()) setText(row.age, shortAgeText(row.record.changedAt, now));
  }

  /** The entities that fit the search and the shown types, in their order. */
  get fitting() {
    return [...this.#ordered];
  }

  get active() {
    return this.#active;
  }

  /** Shows anew which rows are chosen. */
  mark() {
    for (const row of this.#rows.values()) this.#markActive(row);
  }

  clearSearch() {
    this.#search.value = "";
    this.#searchFor("");
  }

  /** Moves the choice by so many rows; the first step chooses the first row. */
  move(step) {
    if (this.#ordered.length === 0) return;
    const at = this.#active ? this.#ordered.indexOf(this.#active) : -1;
    const next = at < 0 && Number.isFinite(step) ? (step < 0 ? this.#ordered.length - 1 : 0) : Math.max(0, Math.min(this.#ordered.length - 1, at + step));
    this.#isChosenByKey = true;
    this.#setActive(this.#ordered[next]);
    const top = next * ROW;
    const height = this.#box.clientHeight;
    if (top < this.#box.scrollTop) this.#box.scrollTop = top;
    else if (top + ROW > this.#box.scrollTop + height) this.#box.scrollTop = top + ROW - height;
    this.#layOut();
  }

  #key(event) {
    const page = Math.max(1, Math.floor(this.#box.clientHeight / ROW) - 1);
    const isInSearch = event.target === this.#search;
    if (!isInSearch && this.selection?.key(event)) return;
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    if (!isInSearch) Object.assign(steps, { Home: -Infinity, End: Infinity });
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key in steps) {
      event.preventDefault();
      this.move(steps[event.key]);
    } else if (event.key === " " && !isInSearch) {
      event.preventDefault();
      this.onSelect(this.#active);
    } else if (event.key === "Enter") {
      const record = this.#active ?? (this.#words.length > 0 ? this.#ordered[0] : null);
      if (record) {
        event.preventDefault();
        this.#open(record);
      }
    }
  }

  #open(record) {
    this.#setActive(record);
    this.onOpen(record);
  }

  #letGo() {
    this.#isChosenByKey = false;
  }

  #setActive(record) {
    this.#active = record;
    this.mark();
    this.#pointAtActive();
  }

  /** Tells where the chosen row is, as long as it has one: an order of its own may have taken it out of view. */
  #pointAtActive() {
    const id = this.#rows.get(this.#active)?.id ?? "";
    for (const element of [this.#box, this.#search]) {
      if (id) element.setAttribute("aria-activedescendant", id);
      else element.removeAttribute("aria-activedescendant");
    }
  }

  #markActive(row) {
    const isActive = row.record === this.#active;
    row.classList.toggle("is-active", isActive);
    row.setAttribute("aria-selected", String(this.selection?.has(row.record) ?? isActive));
  }

  #searchFor(text) {
    this.#words = text.toLowerCase().split(/\s+/).filter(Boolean);
    this.#box.scrollTop = 0;
    this.#setActive(null);
    this.refresh();
    // Said once the typing pauses, to those who hear the page.
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => {
      setText(byId("announcement"), this.#words.length > 0 ? this.#resultLine.textContent : "");
      this.onSearch(this.#words.join(" "));
    }, 700);
  }

  #describe() {
    const { size, leftOut } = this.#store;
    if (this.scopeText !== null) {
      setText(this.#resultLine, this.scopeText(formatCount(this.matchCount)));
      return;
    }
    const parts = [];
    if (this.matchCount !== size) parts.push(t`${formatCount(this.matchCount)} of ${formatCount(size)}`);
    else parts.push(tn(size, "{0} entity", "{0} entities"));
    parts.push(t`latest change first`);
    if (leftOut > 0) parts.push(t`${formatCount(leftOut)} more are not loaded`);
    setText(this.#resultLine, size === 0 ? "" : parts.join(" · "));
  }

  /** Gives every position in view a row, and takes rows from records that left it. */
  #layOut() {
    const total = this.#ordered.length;
    const height = `${total * ROW}px`;
    if (this.#spacer.style.height !== height) this.#spacer.style.height = height;
    const first = Math.max(0, Math.floor(this.#box.scrollTop / ROW) - SPARE);
    const last = Math.min(total, Math.ceil((this.#box.scrollTop + this.#box.clientHeight) / ROW) + SPARE);
    const wanted = new Map();
    for (let position = first; position < last; position += 1) wanted.set(this.#ordered[position], position);
    for (const [record, row] of this.#rows) {
      if (wanted.has(record)) continue;
      this.#rows.delete(record);
      row.hidden = true;
      this.#pool.push(row);
    }
    for (const [record, position] of wanted) {
      let row = this.#rows.get(record);
      if (!row) {
        row = this.#pool.pop() ?? this.#makeRow();
        row.hidden = false;
        row.record = record;
        row.id = `row-${record.index}`;
        this.#rows.set(record, row);
        this.#fill(row, false);
      }
      row.setAttribute("aria-posinset", position + 1);
      row.setAttribute("aria-setsize", total);
      row.style.transform = `translateY(${position * ROW}px)`;
      this.#markActive(row);
      row.classList.toggle("is-open", record === this.#opened);
    }
    this.#pointAtActive();
  }

  #makeRow() {
    const row = el("div", { className: "row", role: "option" });
    row.picture = el("span", { className: "row-picture" });
    row.name = el("span", { className: "row-name" });
    row.kind = el("span", { className: "row-kind" });
    row.reading = el("span", { className: "row-reading" });
    row.age = el("span", { className: "row-age" });
    row.append(row.picture, row.name, row.reading, row.kind, row.age);
    this.#spacer.append(row);
    return row;
  }

  #fill(row, isChange) {
    const { record } = row;
    if (row.look !== record.look) {
      row.look = record.look;
      row.picture.replaceChildren(badge(record.look));
    }
    setText(row.name, record.name);
    const reading = readingOf(record);
    const isNewReading = row.reading.textContent !== reading.text;
    setText(row.reading, reading.text);
    setText(row.kind, reading.label ? `${record.type} · ${reading.label}` : record.type);
    setText(row.age, shortAgeText(record.changedAt));
    if (isChange && isNewReading && !prefersReducedMotion()) {
      row.reading.animate([{ color: "var(--accent)" }, {}], { duration: 700, easing: "ease-out" });
    }
  }
}

/** The number of a record that changed last, as `{ text, label }`. */
function readingOf(record) {
  const name = record.lastNumber;
  const instance = name === null ? undefined : mainInstance(record.entity[name]);
  if (typeof instance?.value !== "number") return { text: "", label: "" };
  return { text: withUnit(formatNumber(instance.value), unitSymbol(instance.unitCode)), label: shortName(name) };
}
