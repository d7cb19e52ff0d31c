// Changes many entities in the same way: which, what, and then as an import: preview, run, undo. `#/change`.

import { AttributeInput } from "./attributeinput.js";
import { kindOf, kinds } from "./attributekinds.js";
import { chosen } from "./chosen.js";
import { byId, el, setText } from "./dom.js";
import { attributeNames, mainInstance, shortName } from "./entity.js";
import { field, group, select, textInput } from "./formparts.js";
import { icon } from "./icons.js";
import { createEdit } from "./importapi.js";
import { entitiesText } from "./importwords.js";
import { t } from "./language.js";
import { attributesOf } from "./typeinfo.js";
import { formatCount } from "./units.js";

const SHOWN_MAX = 300;
const SAMPLE = 2000;
const isName = (text) => /^[A-Za-z][A-Za-z0-9_]*$/.test(text) || /^https?:\/\/\S+$/.test(text);

export class BulkEditPage {
  #store;
  #pages;
  #page = byId("change");
  #f = {};
  #input = null;
  #records = [];
  #action = null;
  #isLeftOut = new Set();

  constructor(store, pages) {
    this.#store = store;
    this.#pages = pages;
  }

  get isOpen() {
    return !this.#page.hidden;
  }

  open() {
    this.#clear();
    this.#page.hidden = false;
    this.#pages.mapKnown.then(() => {
      if (!this.isOpen || this.#page.firstChild) return;
      const { records, action } = chosen() ?? { records: [...this.#store.records.values()], action: null };
      this.#records = records;
      this.#action = action;
      this.#build();
      byId("change-title").focus({ preventScroll: true });
    });
  }

  leave() {
    this.#pages.goTo("#/");
  }

  focusSearch() {}

  close() {
    this.#clear();
    this.#page.hidden = true;
  }

  #clear() {
    this.#input?.close();
    this.#input = null;
    this.#isLeftOut.clear();
    this.#page.replaceChildren();
  }

  get #chosen() {
    return this.#records.filter(({ id }) => !this.#isLeftOut.has(id));
  }

  #build() {
    const f = this.#f;
    f.action = field(t`What to do`, select([["set", t`Set an attribute`], ["unit", t`Set the unit of an attribute`], ["remove", t`Remove an attribute`], ["delete", t`Delete the entities`]], this.#action ?? "set"));
    f.attribute = field(t`Attribute`, el("select", {}));
    f.other = field(t`Its name`, textInput({ maxLength: 400 }));
    f.kind = field(t`Kind of value`, select(kinds, "text"));
    f.unit = field(t`Unit`, textInput({ maxLength: 20, placeholder: "CEL" }), t`A UN/CEFACT code, such as CEL, GQ or P1.`);
    f.value = el("div", { className: "field" });
    f.count = el("p", { "aria-live": "polite" });
    f.problem = el("p", { className: "notice", role: "alert", "data-tone": "bad", hidden: true });
    f.list = el("ul", { className: "change-list" }, ...this.#records.slice(0, SHOWN_MAX).map((record) => this.#line(record)));
    const all = (isChosen) => el("button", { type: "button", className: "text-button", onclick: () => {
      this.#isLeftOut = new Set(isChosen ? [] : this.#records.map(({ id }) => id));
      for (const box of f.list.querySelectorAll("input")) box.checked = isChosen;
      this.#chosenChanged();
    } }, isChosen ? t`Choose all` : t`Choose none`);
    const more = this.#records.length - SHOWN_MAX;
    const form = el("form", { className: "form entity-form card", noValidate: true, "aria-labelledby": "change-title", onsubmit: (event) => {
      event.preventDefault();
      this.#preview();
    } },
      el("div", { className: "form-head" }, el("h2", { id: "change-title", tabIndex: -1 }, t`Change many entities`), el("button", { type: "button", className: "icon-button", "aria-label": t`Close`, title: t`Close (Esc)`, onclick: () => this.leave() }, icon("close"))),
      el("div", { className: "form-fields is-alone" },
        group(t`Which`, el("p", { className: "hint" }, this.#action ? t`What you chose in the list.` : t`What the list showed. Search or hide types there to have others here.`), f.count, el("div", { className: "form-row" }, all(true), all(false)), f.list,
          ...(more > 0 ? [el("p", { className: "hint" }, t`${entitiesText(more)} more are not shown here, and chosen with “Choose all”.`)] : [])),
        group(t`What`, el("div", { className: "field-pair" }, f.action.element, f.attribute.element), el("div", { className: "field-pair" }, f.other.element, f.kind.element), f.value, f.unit.element)),
      el("div", { className: "form-foot" }, f.problem, el("button", { type: "submit", className: "button is-main" }, t`Preview`), el("button", { type: "button", className: "button", onclick: () => this.leave() }, t`Cancel`)));
    for (const one of [f.action, f.attribute, f.kind]) one.input.addEventListener("change", () => this.#draw());
    this.#page.append(form);
    this.#fillAttributes();
    this.#chosenChanged();
    this.#draw();
  }

  #line(record) {
    const box = el("input", { type: "checkbox", checked: true, onchange: () => {
      if (box.checked) this.#isLeftOut.delete(record.id);
      else this.#isLeftOut.add(record.id);
      this.#chosenChanged();
    } });
    return el("li", {}, el("label", { className: "radio" }, box, el("span", {}, record.name, " ", el("span", { className: "hint" }, record.type))));
  }

  #chosenChanged() {
    setText(this.#f.count, t`${entitiesText(this.#chosen.length)} chosen`);
  }

  #fillAttributes() {
    const names = new Set();
    for (const record of this.#records.slice(0, SAMPLE)) for (const name of attributeNames(record.entity)) names.add(name);
    const sorted = [...names].sort((a, b) => shortName(a).localeCompare(shortName(b)));
    // Places and names are seldom the same of many.
    const usual = sorted.find((name) => !/^(location|name|id)$|geo/i.test(shortName(name)));
    this.#f.attribute.input.replaceChildren(...sorted.map((name) => el("option", { value: name }, shortName(name))), el("option", { value: "" }, t`Another one …`));
    if (usual) this.#f.attribute.input.value = usual;
  }

  #draw() {
    const f = this.#f;
    const action = f.action.input.value;
    const name = f.attribute.input.value;
    const isOther = name === "" && action === "set";
    f.attribute.element.hidden = action === "delete";
    f.attribute.input.querySelector("option[value='']").hidden = action !== "set";
    if (action !== "set" && name === "" && f.attribute.input.options.length > 1) f.attribute.input.selectedIndex = 0;
    f.other.element.hidden = f.kind.element.hidden = !isOther;
    f.unit.element.hidden = action !== "unit";
    f.value.hidden = action !== "set";
    this.#input?.close();
    this.#input = null;
    if (action !== "set") return f.value.replaceChildren();
    const example = isOther ? null : this.#records.map(({ entity }) => mainInstance(entity[name])).find((one) => one);
    const kind = isOther ? f.kind.input.value : example ? kindOf(example) : "text";
    const info = isOther ? null : attributesOf(this.#store, this.#records.find(({ entity }) => entity[name])?.type).get(name) ?? null;
    this.#input = new AttributeInput({ label: t`New value`, kind, info, infoCount: this.#records.length, store: this.#store, map: this.#pages.mapParts() });
    f.value.replaceChildren(el("p", { className: "label" }, t`New value`), this.#input.element);
    return undefined;
  }

  async #preview() {
    const f = this.#f;
    f.problem.hidden = true;
    const ids = this.#chosen.map(({ id }) => id);
    const action = f.action.input.value;
    const attribute = action === "delete" ? "" : f.attribute.input.value || f.other.input.value.trim();
    f.other.setError(action === "set" && !f.attribute.input.value && !isName(attribute) ? t`A name begins with a letter and has letters, digits and _.` : null);
    f.unit.setError(action === "unit" && !f.unit.input.value.trim() ? t`Give a unit code.` : null);
    if (ids.length === 0) return this.#say(t`Choose at least one entity.`);
    if (action !== "delete" && !isName(attribute)) return f.other.input.focus();
    if (action === "unit" && !f.unit.input.value.trim()) return f.unit.input.focus();
    const instance = action === "set" ? this.#input.read() : null;
    if (action === "set" && !instance) return this.#input.focus();
    try {
      const { id } = await createEdit({ action, attribute, instance: instance ? JSON.stringify(instance) : undefined, unitCode: action === "unit" ? f.unit.input.value.trim() : undefined }, ids);
      this.#pages.goTo(`#/import/${id}`);
    } catch (error) {
      this.#say(error.message);
    }
    return undefined;
  }

  #say(text) {
    setText(this.#f.problem, text);
    this.#f.problem.hidden = false;
  }
}
