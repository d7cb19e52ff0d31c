// A board on show, and being changed.
//
// Invariant: while it is changed, what is on show is `#tiles`, which nobody else writes; what is stored meanwhile is
// told when it is saved.

import { attributesOfBoard, boardOf, newTile, TILES_MAX, tileKinds } from "./boardmodel.js";
import { TileForm } from "./boardtileform.js";
import { makeTile } from "./boardtiles.js";
import { el, setText } from "./dom.js";
import { readIfThere, writeAttributes } from "./entityapi.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { toast } from "./toast.js";

const CHANGE_AFTER = 350;

export class BoardView {
  element = el("div", { className: "board" });
  /** Called when the reader is done with changing. */
  onDone = () => {};
  id = null;
  isEditing = false;
  #store;
  #map;
  #tiles = [];
  #signature = "";
  #made = [];
  #grid = el("div", { className: "board-grid" });
  #bar = el("div", { className: "board-bar card", hidden: true });
  #problem = el("p", { className: "notice", role: "alert", "data-tone": "bad", hidden: true });
  #name;
  #form = null;
  #empty = el("p", { className: "hint board-empty" }, t`This board has no tiles yet.`);
  #timer = 0;

  constructor(store, map) {
    this.#store = store;
    this.#map = map;
    this.element.append(this.#bar, this.#problem, this.#grid, this.#empty);
  }

  /** The tiles on show. */
  get tiles() {
    return this.#tiles;
  }

  get isChanged() {
    return this.isEditing && JSON.stringify([this.#name.value, this.#tiles]) !== this.#opened;
  }

  #opened = "";

  /** Shows a board; with `isEditing` it can be changed. */
  open(board, isEditing) {
    this.id = board.id;
    this.isEditing = isEditing;
    this.#tiles = board.tiles;
    this.#signature = board.signature;
    this.#say(null);
    this.#closeForm();
    this.#bar.hidden = !isEditing;
    if (isEditing) this.#buildBar(board.name);
    this.#draw();
  }

  update(dirty) {
    for (const one of this.#made) one.tile.update(dirty);
    const record = this.#store.records.get(this.id);
    if (this.isEditing || !record || !dirty.changed.has(record)) return;
    const board = boardOf(record);
    if (board.signature !== this.#signature) this.open(board, false);
  }

  tick(now) {
    for (const one of this.#made) one.tile.tick(now);
  }

  redraw(theme) {
    for (const one of this.#made) one.tile.redraw(theme);
  }

  close() {
    clearTimeout(this.#timer);
    this.#closeForm();
    for (const one of this.#made) one.tile.close();
    this.#made = [];
    this.#grid.replaceChildren();
    this.id = null;
  }

  // --- Drawing -----------------------------------------------------------------------------------------------------

  /** Tiles that are as they were stay, so that charts and maps do not begin again. */
  #draw() {
    const old = new Map(this.#made.map((one) => [one.key, one]));
    this.#made = this.#tiles.map((definition, at) => {
      // Two tiles may be alike; each has its own.
      const { width, height, ...content } = definition;
      const key = `${JSON.stringify(content)} ${this.#tiles.slice(0, at).filter((other) => JSON.stringify({ ...other, width, height }) === JSON.stringify(definition)).length}`;
      const known = old.get(key);
      old.delete(key);
      const one = known ?? { key, tile: makeTile(definition, { store: this.#store, map: this.#map }) };
      one.cell ??= el("div", { className: "board-cell" });
      one.cell.style.setProperty("--columns", width);
      one.cell.style.setProperty("--rows", height);
      return one;
    });
    for (const one of old.values()) one.tile.close();
    this.#made.forEach((one, at) => one.cell.replaceChildren(...(this.isEditing ? [this.#tools(at)] : []), one.tile.element));
    this.#grid.replaceChildren(...this.#made.map((one) => one.cell));
    this.#empty.hidden = this.#tiles.length > 0;
    this.tick(Date.now());
  }

  #tools(at) {
    const name = this.#tiles[at].title || tileKinds.find(([kind]) => kind === this.#tiles[at].kind)[1];
    const button = (picture, label, action, isOff = false) => el("button", { type: "button", className: "icon-button", "aria-label": t`${label}: ${name}, tile ${at + 1}`, title: label, disabled: isOff, onclick: action }, icon(picture));
    return el("div", { className: "tile-tools", role: "group", "aria-label": t`Tile ${at + 1}: ${name}` },
      button("back", t`Earlier`, () => this.#move(at, -1), at === 0), button("next", t`Later`, () => this.#move(at, 1), at === this.#tiles.length - 1),
      button("edit", t`Change`, () => this.#change(at)), button("bin", t`Remove`, () => this.#remove(at)));
  }

  #move(at, by) {
    const tiles = [...this.#tiles];
    [tiles[at], tiles[at + by]] = [tiles[at + by], tiles[at]];
    this.#tiles = tiles;
    this.#closeForm();
    this.#draw();
    this.#grid.children[at + by].querySelectorAll(".tile-tools button")[by < 0 ? 0 : 1].focus();
  }

  #remove(at) {
    this.#tiles = this.#tiles.toSpliced(at, 1);
    this.#closeForm();
    this.#draw();
    this.#bar.querySelector("select").focus();
  }

  #change(at) {
    this.#closeForm();
    this.#form = new TileForm(this.#tiles[at], this.#store, {
      onChange: (tile) => {
        this.#tiles = this.#tiles.with(at, tile);
        // Not with every letter: a chart reads its values anew.
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#draw(), CHANGE_AFTER);
      },
      onDone: () => {
        clearTimeout(this.#timer);
        this.#closeForm();
        this.#draw();
        this.#grid.children[at]?.querySelector("[title=Change]").focus();
      },
    });
    this.#bar.after(this.#form.element);
    this.#form.focus();
  }

  #closeForm() {
    this.#form?.element.remove();
    this.#form = null;
  }

  // --- Changing ----------------------------------------------------------------------------------------------------

  #buildBar(name) {
    this.#name = el("input", { type: "text", value: name, maxLength: 200, "aria-label": t`Name of the board`, autocomplete: "off" });
    const kind = el("select", { "aria-label": t`Add a tile`, onchange: () => {
      if (kind.value) this.#add(kind.value);
      kind.value = "";
    } }, el("option", { value: "" }, t`Add a tile …`), ...tileKinds.map(([key, text]) => el("option", { value: key }, text)));
    const save = el("button", { type: "button", className: "button is-main", onclick: () => this.#save(save) }, icon("save"), t`Save`);
    this.#bar.replaceChildren(this.#name, kind, save, el("button", { type: "button", className: "button", onclick: () => this.onDone() }, t`Discard`));
    this.#opened = JSON.stringify([name, this.#tiles]);
  }

  #add(kind) {
    if (this.#tiles.length >= TILES_MAX) return this.#say(t`A board has ${TILES_MAX} tiles at most.`);
    this.#tiles = [...this.#tiles, newTile(kind)];
    this.#draw();
    this.#change(this.#tiles.length - 1);
  }

  async #save(button) {
    const name = this.#name.value.trim();
    if (name === "") {
      this.#say(t`Give the board a name.`);
      return this.#name.focus();
    }
    button.disabled = true;
    this.#say(null);
    try {
      const stored = await readIfThere(this.id);
      const signature = stored ? JSON.stringify(stored.layout?.json ?? null) : null;
      if (signature !== null && signature !== this.#signature) {
        this.#signature = signature;
        return this.#say(t`Somebody else changed this board meanwhile. Save again to put yours in its place.`);
      }
      await writeAttributes(this.id, attributesOfBoard(name, this.#tiles));
      this.#opened = JSON.stringify([this.#name.value, this.#tiles]);
      toast(t`Saved`);
      this.onDone();
    } catch (error) {
      this.#say(error.status === 404 ? t`The board was deleted meanwhile.` : error.message);
    } finally {
      button.disabled = false;
    }
  }

  #say(text) {
    setText(this.#problem, text ?? "");
    this.#problem.hidden = !text;
  }
}
