// A list of what is worst first, with a search, each row with a course of values.
//
// Invariant: the order changes under nobody's hand: while the pointer or the focus is on the list, values move and rows stay.

import { colourMark } from "./colourmark.js";
import { el, setText } from "./dom.js";
import { t } from "./language.js";
import { sparkline } from "./sparkline.js";
import { formatCount } from "./units.js";

const ROWS_MAX = 300;

export class RankedList {
  element;
  search;
  #list = el("ul", { className: "view-rows" });
  #line = el("p", { className: "hint", role: "status" });
  #rows = new Map();
  #all = [];
  #hooks;
  #hasFilled = false;

  /**
   * @param hooks `find` and `findLabel`, words for the search; `nouns(count)`, how many there are; `searched(one)`, the text that
   *   words are looked for in; `idOf(one)`; `draw(row, one)`, which fills the parts of a row; `age(row)`, once a second
   */
  constructor(hooks) {
    this.#hooks = hooks;
    this.search = el("input", {
      type: "search", className: "view-search", placeholder: hooks.find, "aria-label": hooks.findLabel, autocomplete: "off", spellcheck: false, maxLength: 200,
      oninput: () => this.#fill(true),
    });
    this.element = el("div", { className: "view-list" }, this.search, this.#line, this.#list);
  }

  /** @param all in the order of the list */
  show(all) {
    this.#all = all;
    this.#fill(!this.#hasFilled);
    this.#hasFilled = true;
  }

  /** Those that the search leaves, as the rows stand. */
  get fitting() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    return words.length === 0 ? this.#all : this.#all.filter((one) => {
      const text = this.#hooks.searched(one).toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }

  clearSearch() {
    this.search.value = "";
    this.#fill(true);
  }

  focusRow(id) {
    (this.#rows.get(id)?.link ?? this.search).focus();
  }

  /** Ages go on. */
  tick() {
    for (const row of this.#rows.values()) this.#hooks.age?.(row);
  }

  #fill(isForced) {
    const { idOf, nouns, draw } = this.#hooks;
    const { fitting } = this;
    const chosen = fitting.slice(0, ROWS_MAX);
    const wanted = new Set(chosen.map(idOf));
    for (const [id, row] of this.#rows) {
      if (wanted.has(id)) continue;
      row.element.remove();
      this.#rows.delete(id);
    }
    const elements = chosen.map((one) => {
      const id = idOf(one);
      if (!this.#rows.has(id)) this.#rows.set(id, makeRow());
      draw(this.#rows.get(id), one);
      return this.#rows.get(id).element;
    });
    const isHeld = !isForced && (this.#list.matches(":hover") || this.#list.contains(document.activeElement)) && this.#list.children.length === elements.length;
    if (!isHeld && elements.some((element, at) => this.#list.children[at] !== element)) this.#list.replaceChildren(...elements);
    const [count, left] = [this.#all.length, fitting.length - chosen.length];
    const [all, found] = [nouns(count), formatCount(fitting.length)];
    setText(this.#line, this.search.value.trim() !== "" ? (left > 0 ? t`${found} of ${all}, the worst ${ROWS_MAX} of them` : t`${found} of ${all}`)
      : left > 0 ? t`${all}, the worst first; ${formatCount(left)} more are found by name` : t`${all}, the worst first`);
    this.tick();
  }
}

/** Whether a row is the one that is open. */
export function markCurrent(row, isCurrent) {
  if (isCurrent) row.link.setAttribute("aria-current", "true");
  else row.link.removeAttribute("aria-current");
}

/** The mark at the beginning of a row; made anew only when it differs. */
export function setMark(row, colour, text) {
  if (row.mark.textContent === text && row.colour === colour) return;
  row.colour = colour;
  const mark = colourMark(colour, text);
  mark.classList.add("view-value");
  row.mark.replaceWith(mark);
  row.mark = mark;
}

function makeRow() {
  const [name, word, what, age, doubts] = ["view-name", "view-word", "view-what", "view-age", "view-doubts"].map((className) => el("span", { className }));
  const mark = el("span", { className: "view-mark view-value" });
  const spark = sparkline();
  const link = el("a", { className: "view-row" }, mark, name, word, what, spark.picture, age, doubts);
  return { element: el("li", {}, link), link, mark, name, word, what, age, doubts, spark };
}
