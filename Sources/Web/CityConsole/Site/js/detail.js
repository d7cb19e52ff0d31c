// The detail panel: one entity with all its attributes, alive.

import { copyText } from "./copytext.js";
import { byId, el, setText } from "./dom.js";
import { attributeNames, isNaming } from "./entity.js";
import { AttributeRow } from "./attribute.js";
import { badge, icon } from "./icons.js";
import { t } from "./language.js";
import { lazily } from "./pages.js";
import { saveButtons } from "./savebuttons.js";
import { ageText, exactText, presentTime } from "./time.js";

const JSON_LIMIT = 200_000;

export class Detail {
  onClose = () => {};
  /** Called with a record whose place the reader wants to see. */
  onLocate = () => {};
  /** The map's parts for fields that choose a place; `null` without a map. */
  mapParts = () => null;
  /** What is shown; `null` when nothing is or when it was deleted. */
  record = null;
  /** The id in the panel, also of an entity that is not stored or no longer. */
  id = "";
  #store;
  #panel = byId("detail");
  #rows = new Map();
  #parts = null;
  #isJSONShown = false;
  #jsonAt = 0;

  constructor(store) {
    this.#store = store;
  }

  get isOpen() {
    return !this.#panel.hidden;
  }

  open(record) {
    this.record = record;
    this.id = record.id;
    this.#store.recent.kept = record.index;
    this.#forgetRows();
    this.#build(record);
    this.#panel.hidden = false;
    this.update();
    this.#panel.scrollTop = 0;
    this.#parts.title.focus({ preventScroll: true });
  }

  /** Says that no entity of this id is stored. */
  openMissing(id, message) {
    this.record = null;
    this.id = id;
    this.#panel.classList.remove("is-gone");
    this.#forgetRows();
    const title = el("h2", { id: "detail-title", tabIndex: -1 }, t`Not stored here`);
    const head = el("div", { className: "detail-head" }, el("div", { className: "detail-names" }, title), this.#closeButton());
    this.#parts = { title };
    this.#panel.replaceChildren(head, el("p", { className: "detail-note" }, message), el("p", { className: "detail-id" }, el("code", {}, id)),
      el("div", { className: "detail-tools" }, historyLink(id)));
    this.#panel.hidden = false;
    title.focus({ preventScroll: true });
  }

  close() {
    this.record = null;
    this.#panel.hidden = true;
    this.#forgetRows();
    this.#panel.replaceChildren();
  }

  /** Draws the record as it is now. Rows stay, so that focus and selection do. */
  update(now = presentTime()) {
    const { record } = this;
    if (!record) return;
    const parts = this.#parts;
    setText(parts.title, record.name);
    setText(parts.kind, record.types.join(", "));
    if (parts.look !== record.look) {
      parts.look = record.look;
      parts.picture.replaceChildren(badge(record.look));
    }
    parts.locate.hidden = record.point === null && record.shapes.length === 0;
    const names = attributeNames(record.entity);
    const wanted = new Set(names);
    for (const [name, row] of this.#rows) {
      // What somebody is changing stays until they are done, also where it was deleted meanwhile.
      if (wanted.has(name) || row.isEditing) continue;
      row.element.remove();
      this.#rows.delete(name);
    }
    for (const name of names) {
      let row = this.#rows.get(name);
      if (!row) {
        row = new AttributeRow(name, record, this.#store);
        row.onEdit = () => this.#edit(name);
        this.#rows.set(name, row);
        parts.attributes.append(row.element);
      }
      row.update(now);
    }
    parts.none.hidden = names.length > 0;
    this.#order(names);
    if (this.#isJSONShown && now - this.#jsonAt > 900) this.#showJSON(now);
    this.tick(now);
  }

  /** The ages, once a second. */
  tick(now) {
    if (!this.record) return;
    setText(this.#parts.age, t`Changed ${ageText(this.record.changedAt, now)}`);
    this.#parts.age.title = exactText(this.record.changedAt);
    for (const row of this.#rows.values()) row.tick(now);
  }

  /** The entity was deleted while its panel was open. */
  showDeleted() {
    if (!this.record) return;
    this.record = null;
    this.#panel.classList.add("is-gone");
    setText(this.#parts.age, t`Deleted`);
    this.#parts.locate.hidden = this.#parts.tools.hidden = true;
    this.#parts.gone.hidden = false;
    if (this.#parts.tool?.element.contains(document.activeElement)) this.#parts.title.focus({ preventScroll: true });
    this.#closeTool();
  }

  #build(record) {
    this.#panel.classList.remove("is-gone");
    const title = el("h2", { id: "detail-title", tabIndex: -1 });
    const kind = el("p", { className: "detail-kind" });
    const age = el("p", { className: "detail-age" });
    const picture = el("span", { className: "detail-picture" });
    const copy = el("button", {
      type: "button", className: "text-button", "aria-label": t`Copy the id`, onclick: () => copyText(record.id),
    }, icon("copy"), t`Copy`);
    const locate = el("button", { type: "button", className: "text-button", onclick: () => this.onLocate(record) }, icon("target"), t`Show on the map`);
    const history = historyLink(record.id);
    const json = el("button", { type: "button", className: "text-button", "aria-expanded": "false", "aria-controls": "detail-json" }, "JSON");
    const jsonBox = el("pre", { id: "detail-json", className: "detail-json", hidden: true, tabIndex: 0, "aria-label": t`The entity as normalized NGSI-LD` });
    const attributes = el("dl", { className: "attributes" });
    const none = el("p", { className: "detail-note", hidden: true }, t`This entity has no attributes.`);
    json.addEventListener("click", () => {
      this.#isJSONShown = !this.#isJSONShown;
      json.setAttribute("aria-expanded", String(this.#isJSONShown));
      jsonBox.hidden = !this.#isJSONShown;
      if (this.#isJSONShown) this.#showJSON(Date.now());
    });
    this.#isJSONShown = false;
    const extra = el("div", { className: "detail-extra" });
    const gone = el("p", { className: "detail-note", hidden: true }, t`This entity was deleted. What it was is in its history.`);
    const tool = (picture, text, action) => {
      const button = el("button", { type: "button", className: "text-button", onclick: () => this.#openTool(button, extra, action) }, icon(picture), text);
      return button;
    };
    const tools = el("div", { className: "detail-edits" },
      tool("route", t`Links`, (parts) => parts.relations()), tool("plus", t`Attribute`, (parts) => parts.addition()), tool("bin", t`Delete`, (parts) => parts.deletion()));
    this.#parts = { tools, gone, extra, title, kind, age, picture, attributes, none, locate, jsonBox, look: null };
    this.#panel.replaceChildren(
      el("div", { className: "detail-head" }, picture, el("div", { className: "detail-names" }, title, kind), this.#closeButton()),
      el("p", { className: "detail-id" }, el("code", {}, record.id), copy),
      el("div", { className: "detail-tools" }, age, locate, history, json, ...saveButtons(() => [record], "text-button")),
      tools, gone, extra, jsonBox, attributes, none,
    );
  }

  async #edit(name) {
    const { record } = this;
    const module = await lazily(() => import("./attributeeditor.js"), ["pages", "forms", "entityedit"]);
    const row = this.#rows.get(name);
    if (!module || !row || this.record !== record) return;
    row.showEditor((close) => module.attributeEditor({ record, name, store: this.#store, map: this.mapParts(), onClose: close }));
  }

  /** Opens one of the tools below their buttons, or closes it. */
  async #openTool(button, box, action) {
    const { record } = this;
    const wasOpen = button.getAttribute("aria-expanded") === "true";
    this.#closeTool();
    if (wasOpen) return;
    const module = await lazily(() => import("./entitytools.js"), ["pages", "forms", "entityedit"]);
    if (!module || this.record !== record) return;
    const close = () => {
      this.#closeTool();
      button.focus();
    };
    const tool = action(module.toolsOf({ record, store: this.#store, map: this.mapParts(), close }));
    button.setAttribute("aria-expanded", "true");
    this.#parts.tool = tool;
    box.replaceChildren(tool.element);
    tool.focus?.();
  }

  #closeTool() {
    this.#parts?.tool?.close?.();
    if (!this.#parts?.tool) return;
    this.#parts.tool = null;
    this.#parts.extra.replaceChildren();
    for (const button of this.#parts.tools.children) button.removeAttribute("aria-expanded");
  }

  #forgetRows() {
    this.#closeTool();
    for (const row of this.#rows.values()) row.closeEditor();
    this.#rows.clear();
  }

  #closeButton() {
    return el("button", { type: "button", className: "icon-button", "aria-label": t`Close`, title: t`Close (Esc)`, onclick: () => this.onClose() }, icon("close"));
  }

  /** Measured numbers first, then the rest as the broker gives it; the name is in the title already. */
  #order(names) {
    const rank = (name) => {
      if (isNaming(name)) return 3;
      return { number: 0, geometry: 2 }[this.#rows.get(name).kind] ?? 1;
    };
    const sorted = names.map((name, at) => ({ name, at, rank: rank(name) })).sort((a, b) => a.rank - b.rank || a.at - b.at);
    const signature = sorted.map((one) => one.name).join("\n");
    if (signature === this.#parts.signature) return;
    this.#parts.signature = signature;
    const focused = document.activeElement;
    this.#parts.attributes.append(...sorted.map((one) => this.#rows.get(one.name).element));
    if (this.#parts.attributes.contains(focused)) focused.focus({ preventScroll: true });
  }

  #showJSON(now) {
    this.#jsonAt = now;
    const text = JSON.stringify(this.record.entity, null, 2);
    setText(this.#parts.jsonBox, text.length > JSON_LIMIT ? t`${text.slice(0, JSON_LIMIT)}\n... cut here` : text);
  }
}

const historyLink = (id) => el("a", { className: "text-button", href: `#/history?${new URLSearchParams({ e: id })}`, "aria-label": t`History of this entity` }, icon("chart"), t`History`);
