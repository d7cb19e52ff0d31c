// The form of one tile: what is in it, its title and size. Every change is shown at once.

import { heights, ranges, widths } from "./boardmodel.js";
import { el, setText } from "./dom.js";
import { shortId, shortName } from "./entity.js";
import { field, names, select, textInput } from "./formparts.js";
import { HistoryPicker } from "./historypicker.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { attributesOf, typesIn } from "./typeinfo.js";

const SERIES_MAX = 8;

export class TileForm {
  element;
  #tile;
  #store;
  #onChange;
  #picker = null;

  /** @param onChange hears the tile as it is now; `onDone` that the reader is done */
  constructor(tile, store, { onChange, onDone }) {
    this.#tile = { ...tile };
    this.#store = store;
    this.#onChange = onChange;
    const title = field(t`Title`, textInput({ value: tile.title, maxLength: 200, placeholder: t`By itself, where this is empty` }));
    title.input.addEventListener("input", () => this.#set({ title: title.input.value }));
    const size = (label, options, name) => {
      const part = field(label, select(options, String(tile[name])));
      part.input.addEventListener("change", () => this.#set({ [name]: Number(part.input.value) }));
      return part.element;
    };
    this.element = el("div", { className: "tile-form card", role: "group", "aria-label": t`Change the tile` },
      el("div", { className: "tile-form-row" }, title.element, size(t`Width`, widths, "width"), size(t`Height`, heights, "height"),
        el("button", { type: "button", className: "button", onclick: onDone }, icon("check"), t`Done`)),
      ...this.#parts());
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      if (this.#picker?.isOpen) this.#picker.close();
      else onDone();
    });
  }

  focus() {
    (this.element.querySelector(".tile-main") ?? this.element.querySelector("input")).focus();
  }

  #set(change) {
    Object.assign(this.#tile, change);
    this.#onChange({ ...this.#tile });
  }

  #parts() {
    return { number: () => this.#number(), chart: () => this.#chart(), table: () => this.#table(), map: () => this.#map(), text: () => this.#text() }[this.#tile.kind]();
  }

  #nameOf = (entity, attribute) => `${this.#store.records.get(entity)?.name ?? shortId(entity)} · ${shortName(attribute)}`.slice(0, 200);

  /** The search for an attribute, which `take` hears. */
  #search(text, take) {
    this.#picker = new HistoryPicker(this.#store);
    this.#picker.onPick = (entity, attribute) => {
      take({ entity, attribute });
      this.#picker.close();
    };
    const open = el("button", { type: "button", className: "button tile-main", onclick: () => (this.#picker.isOpen ? this.#picker.close() : this.#picker.open()) }, icon("search"), text);
    return [open, this.#picker.element];
  }

  #number() {
    const shown = el("b", {});
    const show = () => setText(shown, this.#tile.entity ? this.#nameOf(this.#tile.entity, this.#tile.attribute) : t`Nothing is chosen yet.`);
    show();
    return [el("p", { className: "tile-chosen" }, shown), ...this.#search(t`Choose a number`, (one) => {
      this.#set(one);
      show();
    })];
  }

  #chart() {
    const list = el("ul", { className: "tile-series" });
    const range = field(t`Window of time`, select(ranges, this.#tile.range));
    range.input.addEventListener("change", () => this.#set({ range: range.input.value }));
    const draw = () => list.replaceChildren(...this.#tile.series.map((one, at) => el("li", {}, this.#nameOf(one.entity, one.attribute), el("button", {
      type: "button", className: "icon-button", "aria-label": t`Take out ${this.#nameOf(one.entity, one.attribute)}`, title: t`Take out`,
      onclick: () => {
        this.#set({ series: this.#tile.series.toSpliced(at, 1) });
        draw();
      },
    }, icon("close")))));
    draw();
    return [list, ...this.#search(t`Add a number`, (one) => {
      const isThere = this.#tile.series.some(({ entity, attribute }) => entity === one.entity && attribute === one.attribute);
      if (isThere || this.#tile.series.length >= SERIES_MAX) return;
      this.#set({ series: [...this.#tile.series, one] });
      draw();
    }), range.element];
  }

  #table() {
    const types = typesIn(this.#store);
    const { type } = this.#tile;
    const options = [...(type && types.some(({ name }) => name === type) ? [] : [[type, type || t`Choose …`]]), ...types.map(({ name, label }) => [name, label.slice(0, 100)])];
    const kind = field(t`Type of entities`, select(options, type, { className: "tile-main" }));
    const columns = names(t`Columns`, this.#tile.attributes, t`Another attribute`, () => {
      this.#set({ attributes: [...columns.chosen].slice(0, 12) });
      drawOrder();
    });
    const order = field(t`The most first, by`, el("select", {}));
    const drawOrder = () => order.input.replaceChildren(...[["", t`nothing: by name`], ...[...columns.chosen].map((name) => [name, shortName(name)])].map(([key, text]) => el("option", { value: key, selected: key === this.#tile.order }, text)));
    order.input.addEventListener("change", () => this.#set({ order: order.input.value }));
    const drawColumns = () => columns.setOptions([...attributesOf(this.#store, this.#tile.type).values()].filter(({ kind: one }) => ["number", "text", "time"].includes(one)).map(({ name }) => name));
    kind.input.addEventListener("change", () => {
      columns.chosen.clear();
      this.#set({ type: kind.input.value, attributes: [], order: "" });
      drawColumns();
      drawOrder();
    });
    drawColumns();
    drawOrder();
    return [el("div", { className: "tile-form-row" }, kind.element, order.element), el("p", { className: "label" }, t`Columns`), columns.element];
  }

  #map() {
    const types = names(t`Types`, this.#tile.types, t`Another type`, () => this.#set({ types: [...types.chosen].slice(0, 12) }));
    const placed = new Set();
    for (const record of this.#store.records.values()) if (record.point) for (const type of [record.entity.type].flat()) placed.add(type);
    types.setOptions(typesIn(this.#store).filter(({ name }) => placed.has(name)).map(({ name }) => name));
    return [el("p", { className: "label" }, t`Types on the map; none for all`), types.element];
  }

  #text() {
    const text = field(t`Text`, el("textarea", { rows: 5, value: this.#tile.text, maxLength: 4000, className: "tile-main" }), t`An empty line begins a paragraph.`);
    text.input.addEventListener("input", () => this.#set({ text: text.input.value }));
    return [text.element];
  }
}
