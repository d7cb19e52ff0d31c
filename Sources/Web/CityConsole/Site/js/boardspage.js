// The page of boards: a list of them, one of them, and one or several on a wall.
//
// `#/boards` the list, `#/boards/board/ID` one, `#/boards/board/ID/edit` its form,
// `#/boards/wall?b=ID&b=ID&every=30` without anything around it, one after the other.

import { attributesOfBoard, boardOf, isBoard, newBoardId, recordsOn, wallAddress, wallOf } from "./boardmodel.js";
import { BoardView } from "./boardview.js";
import { copyText } from "./copytext.js";
import { byId, el, setText } from "./dom.js";
import { createEntity, deleteEntity, readEntity } from "./entityapi.js";
import { icon } from "./icons.js";
import { t, tn } from "./language.js";
import { saveButtons } from "./savebuttons.js";
import { currentTheme } from "./theme.js";
import { offerUndo } from "./undo.js";

const EVERY = 30;
const SHOWN_MAX = 200;

export class BoardsPage {
  #store;
  #pages;
  #page = byId("boards");
  #view = null;
  #wanted = null;
  #wall = null;
  #problem = el("p", { className: "notice", role: "alert", "data-tone": "bad", hidden: true });
  #note = el("p", { className: "notice", "data-tone": "warn", hidden: true });
  #head = el("div", { className: "boards-head" });
  #list = el("ul", { className: "board-list" });
  #gone = el("div", { className: "view-empty card", hidden: true }, el("h3", {}, t`This board is not there`), el("p", {}, t`It was deleted, or never was. If it comes, it opens by itself.`), el("a", { className: "button", href: "#/boards" }, t`All boards`));
  #empty = el("div", { className: "view-empty card", hidden: true }, el("h3", {}, t`No boards yet`), el("p", {}, t`A board shows numbers, charts, tables and maps side by side: for a desk, for paper, or for a wall. It is kept in Parvis, and its address can be sent.`),
    el("button", { type: "button", className: "button is-main", onclick: () => this.#create() }, icon("plus"), t`New board`));
  #leave = el("button", { type: "button", className: "icon-button wall-leave", "aria-label": t`Leave the wall`, title: t`Leave the wall (Esc)`, onclick: () => this.leave() }, icon("close"));
  #box = el("div", {});
  #title = el("h2", { id: "boards-title", tabIndex: -1 });

  constructor(store, pages) {
    this.#store = store;
    this.#pages = pages;
    // Charts are drawn in the colours of the paper.
    for (const name of ["beforeprint", "afterprint"]) addEventListener(name, () => this.#view?.redraw(currentTheme()));
    this.#page.append(this.#head, this.#problem, this.#note, this.#gone, this.#empty, this.#list, this.#box, this.#leave);
  }

  get isOpen() {
    return !this.#page.hidden;
  }

  open(address) {
    this.#page.hidden = false;
    const [path, query = ""] = address.split("?");
    const one = /^#\/boards\/board\/(.+?)(\/edit)?$/.exec(path);
    this.#endWall();
    this.#problem.hidden = true;
    if (path === "#/boards/wall") return this.#openWall(query);
    if (one) {
      let id = one[1];
      try {
        id = decodeURIComponent(id);
      } catch {
        // A broken address names no board; that is said.
      }
      return this.#openBoard(id, one[2] !== undefined);
    }
    this.#closeView();
    this.#wanted = null;
    this.#drawList();
    this.#title.focus({ preventScroll: true });
  }

  leave() {
    if (this.#wall) {
      if (document.fullscreenElement) document.exitFullscreen();
      return this.#pages.goTo(this.#wall.ids.length === 1 ? boardAddress(this.#wall.ids[0]) : "#/boards");
    }
    if (this.#view?.isEditing) return this.#discard();
    this.#pages.goTo(this.#view ? "#/boards" : "#/");
  }

  focusSearch() {}

  redraw() {
    this.#view?.redraw(currentTheme());
  }

  update(dirty) {
    this.#view?.update(dirty);
    const shown = this.#store.records.get(this.#view?.id);
    if (shown && !this.#view.isEditing && dirty.changed.has(shown)) setText(this.#title, boardOf(shown).name);
    if (this.#wanted && dirty.membership) {
      const isThere = this.#store.records.has(this.#wanted.id);
      if (isThere === (this.#view === null)) this.#openBoard(this.#wanted.id, this.#wanted.isEditing);
    } else if (!this.#wanted && (dirty.membership || [...dirty.changed].some(isBoard))) this.#drawList();
  }

  tick(now) {
    this.#view?.tick(now);
    const { connection } = this.#pages;
    this.#note.hidden = connection !== "reconnecting";
    setText(this.#note, this.#note.hidden ? "" : t`The live stream is broken: what you see may be old. It is tried again by itself.`);
    if (this.#wall && this.#wall.ids.length > 1 && now >= this.#wall.nextAt) this.#next(now);
  }

  close() {
    this.#closeView();
    this.#endWall();
    this.#wanted = null;
    this.#page.hidden = true;
  }

  // --- The list ----------------------------------------------------------------------------------------------------

  #drawList() {
    const boards = [...this.#store.records.values()].filter(isBoard).map(boardOf).sort((a, b) => a.name.localeCompare(b.name));
    const signature = JSON.stringify(boards.map(({ id, name, tiles }) => [id, name, tiles.length]));
    this.#gone.hidden = true;
    this.#list.hidden = false;
    this.#empty.hidden = boards.length > 0;
    setText(this.#title, t`Boards`);
    if (!this.#head.contains(this.#title) || this.#head.dataset.of !== "list") {
      const all = el("a", { className: "button", href: "#/boards", hidden: true }, icon("frame"), t`All on the wall`);
      this.#head.dataset.of = "list";
      this.#head.replaceChildren(this.#title, el("span", { className: "grow" }), all, el("button", { type: "button", className: "button is-main", onclick: () => this.#create() }, icon("plus"), t`New board`));
      this.#list.dataset.signature = "";
    }
    const wall = this.#head.querySelector("a");
    wall.hidden = boards.length < 2;
    wall.href = wallAddress(boards.slice(0, 50).map(({ id }) => id), EVERY);
    if (this.#list.dataset.signature === signature) return;
    this.#list.dataset.signature = signature;
    this.#list.replaceChildren(...boards.slice(0, SHOWN_MAX).map(({ id, name, tiles }) => el("li", {}, el("a", { className: "board-row card", href: boardAddress(id) },
      icon("board"), el("b", {}, name), el("span", { className: "hint" }, tn(tiles.length, "{0} tile", "{0} tiles"))))));
  }

  async #create() {
    const id = newBoardId("Board");
    await this.#do(async () => {
      await createEntity({ id, type: "Board", ...attributesOfBoard(t`New board`, []) });
      this.#pages.goTo(`${boardAddress(id)}/edit`);
    });
  }

  // --- One ---------------------------------------------------------------------------------------------------------

  #openBoard(id, isEditing) {
    this.#wanted = { id, isEditing };
    this.#list.hidden = this.#empty.hidden = true;
    const record = this.#store.records.get(id);
    this.#gone.hidden = record !== undefined;
    if (!record || !isBoard(record)) {
      this.#gone.hidden = false;
      this.#head.dataset.of = "none";
      setText(this.#title, t`Boards`);
      this.#head.replaceChildren(this.#title);
      return this.#closeView();
    }
    const opened = location.hash;
    this.#pages.mapKnown.then(() => {
      if (location.hash !== opened || !this.isOpen) return;
      this.#closeView();
      const board = boardOf(record);
      this.#view = new BoardView(this.#store, this.#pages.mapParts());
      this.#view.onDone = () => this.#pages.goTo(boardAddress(id));
      this.#box.append(this.#view.element);
      this.#drawHead(board, isEditing);
      this.#view.open(board, isEditing);
      if (!this.#wall) this.#title.focus({ preventScroll: true });
    });
  }

  #drawHead(board, isEditing) {
    setText(this.#title, isEditing ? t`Change ${board.name}` : board.name);
    this.#head.dataset.of = board.id;
    const button = (picture, text, action) => el("button", { type: "button", className: "button", onclick: action }, icon(picture), text);
    const link = (picture, text, href) => el("a", { className: "button", href }, icon(picture), text);
    const parts = isEditing ? [] : [
      link("edit", t`Change`, `${boardAddress(board.id)}/edit`), link("frame", t`Wall`, wallAddress([board.id], EVERY)), button("print", t`Print`, () => window.print()),
      ...saveButtons(() => recordsOn(this.#view.tiles, this.#store)), button("link", t`Link`, () => copyText(location.href)), button("bin", t`Delete`, () => this.#delete(board)),
    ];
    this.#head.replaceChildren(el("a", { className: "icon-button", href: "#/boards", "aria-label": t`All boards`, title: t`All boards` }, icon("back")), this.#title, el("span", { className: "grow" }), ...parts);
  }

  #discard() {
    if (this.#view.isChanged && !window.confirm(t`Discard what you changed on this board?`)) return;
    this.#pages.goTo(boardAddress(this.#view.id));
  }

  #delete(board) {
    return this.#do(async () => {
      const entity = await readEntity(board.id);
      await deleteEntity(board.id);
      this.#pages.goTo("#/boards");
      offerUndo(t`${board.name.slice(0, 60)} was deleted`, () => createEntity(entity));
    });
  }

  #closeView() {
    this.#view?.close();
    this.#view?.element.remove();
    this.#view = null;
  }

  async #do(action) {
    this.#problem.hidden = true;
    try {
      await action();
    } catch (error) {
      setText(this.#problem, error.message);
      this.#problem.hidden = false;
    }
  }

  // --- The wall ----------------------------------------------------------------------------------------------------

  #openWall(query) {
    const { ids, every } = wallOf(query);
    if (ids.length === 0) return this.#pages.goTo("#/boards");
    this.#wall = { ids, every: every * 1000, at: 0, nextAt: Date.now() + every * 1000 };
    document.body.classList.add("is-wall");
    this.#openBoard(ids[0], false);
    // Only where the reader just did something; a wall that starts by itself is asked for by the browser's own switch.
    if (navigator.userActivation?.isActive) document.documentElement.requestFullscreen?.().catch(() => {});
    this.#leave.focus({ preventScroll: true });
  }

  #next(now) {
    const { ids } = this.#wall;
    this.#wall.at = (this.#wall.at + 1) % ids.length;
    this.#wall.nextAt = now + this.#wall.every;
    this.#openBoard(ids[this.#wall.at], false);
  }

  #endWall() {
    this.#wall = null;
    document.body.classList.remove("is-wall");
  }
}

const boardAddress = (id) => `#/boards/board/${encodeURIComponent(id)}`;
