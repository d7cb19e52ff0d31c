// Makes an entity: its type, its id, and the attributes that others of the type have. `#/entities/new?type=TYPE`.

import { AttributeInput } from "./attributeinput.js";
import { kindOf, kinds } from "./attributekinds.js";
import { byId, el, setText } from "./dom.js";
import { createEntity } from "./entityapi.js";
import { field, group, select, textInput } from "./formparts.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { attributesOf, recordsOf, typesIn } from "./typeinfo.js";

const ATTRIBUTES_MAX = 60;
const skipped = ["AlertRule", "Alert"];
const isName = (text) => /^[A-Za-z][A-Za-z0-9_]*$/.test(text) || /^https?:\/\/\S+$/.test(text);

export class EntityFormPage {
  #store;
  #pages;
  #page = byId("entityform");
  #f = {};
  #inputs = [];
  #others = [];
  #proposed = "";

  constructor(store, pages) {
    this.#store = store;
    this.#pages = pages;
  }

  get isOpen() {
    return !this.#page.hidden;
  }

  open(address) {
    this.#clear();
    this.#page.hidden = false;
    const type = new URLSearchParams(address.split("?")[1] ?? "").get("type") ?? "";
    this.#pages.mapKnown.then(() => {
      if (!this.isOpen || this.#page.firstChild) return;
      this.#build(type);
      byId("entityform-title").focus({ preventScroll: true });
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
    for (const { input } of [...this.#inputs, ...this.#others]) input.close();
    this.#inputs = [];
    this.#others = [];
    this.#proposed = "";
    this.#page.replaceChildren();
  }

  #build(type) {
    const f = this.#f;
    const types = typesIn(this.#store).filter(({ name }) => !skipped.includes(name));
    f.type = field(t`Type`, textInput({ value: type, maxLength: 400, placeholder: "AirQualityObserved" }), t`One that there is, or a new one.`);
    f.type.input.setAttribute("list", "entity-types");
    f.id = field(t`Id`, textInput({ maxLength: 1000 }), t`A URI that no other entity has.`);
    f.attributes = el("div", { className: "entity-attributes" });
    f.others = el("div", { className: "entity-attributes" });
    f.otherName = textInput({ placeholder: t`name`, "aria-label": t`Name of the attribute`, maxLength: 400 });
    f.otherKind = select(kinds, "number", { "aria-label": t`Kind of value` });
    f.otherError = el("p", { className: "field-error", role: "alert", hidden: true });
    f.problem = el("p", { className: "notice", role: "alert", "data-tone": "bad", hidden: true });
    f.submit = el("button", { type: "submit", className: "button is-main" }, t`Create`);
    const cancel = () => this.leave();
    const add = el("button", { type: "button", className: "button", onclick: () => this.#addOther() }, icon("plus"), t`Add`);
    const form = el("form", { className: "form entity-form card", noValidate: true, "aria-labelledby": "entityform-title", onsubmit: (event) => {
      event.preventDefault();
      this.#save();
    } },
      el("div", { className: "form-head" }, el("h2", { id: "entityform-title", tabIndex: -1 }, t`New entity`), el("button", { type: "button", className: "icon-button", "aria-label": t`Close`, title: t`Close (Esc)`, onclick: cancel }, icon("close"))),
      el("div", { className: "form-fields is-alone" }, el("datalist", { id: "entity-types" }, ...types.map(({ name, label }) => el("option", { value: name }, label))),
        group(t`What it is`, el("div", { className: "field-pair" }, f.type.element, f.id.element)),
        group(t`What is known of it`, el("p", { className: "hint" }, t`Attributes that others of its type have; what is left empty is left out.`), f.attributes),
        group(t`Other attributes`, f.others, el("div", { className: "form-row" }, f.otherName, f.otherKind, add), f.otherError)),
      el("div", { className: "form-foot" }, f.problem, f.submit, el("button", { type: "button", className: "button", onclick: cancel }, t`Cancel`)));
    f.type.input.addEventListener("change", () => this.#typeChanged());
    f.otherName.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.#addOther();
    });
    this.#page.append(form);
    this.#typeChanged();
  }

  #typeChanged() {
    const f = this.#f;
    const type = f.type.input.value.trim();
    const word = type.slice(Math.max(type.lastIndexOf("/"), type.lastIndexOf("#")) + 1).replace(/[^A-Za-z0-9_-]/g, "") || "Entity";
    // What somebody wrote stays; a proposal gives way to the next.
    if (f.id.input.value === this.#proposed) f.id.input.value = this.#proposed = `urn:ngsi-ld:${word}:${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;
    for (const { input } of this.#inputs) input.close();
    const infos = [...attributesOf(this.#store, type).values()];
    // A name is what people look for, so it comes first.
    infos.sort((a, b) => (b.label === "name") - (a.label === "name"));
    if (infos.length === 0) infos.push({ name: "name", label: "name", example: { type: "Property", value: "" } }, { name: "location", label: "location", example: { type: "GeoProperty", value: { type: "Point", coordinates: [0, 0] } } });
    const infoCount = recordsOf(this.#store, type).length;
    this.#inputs = infos.filter(({ example }) => kindOf(example) !== "json").slice(0, ATTRIBUTES_MAX).map((info) => {
      const kind = info.label === "name" ? "text" : undefined;
      return { name: info.name, input: new AttributeInput({ label: info.label, kind, info: info.label === "name" ? null : info, infoCount, store: this.#store, map: this.#pages.mapParts() }) };
    });
    f.attributes.replaceChildren(...this.#inputs.map(({ input }, at) => el("div", { className: "field" }, el("p", { className: "label" }, infos.find(({ name }) => name === this.#inputs[at].name).label), input.element)));
  }

  #addOther() {
    const f = this.#f;
    const name = f.otherName.value.trim();
    const isKnown = [...this.#inputs, ...this.#others].some((one) => one.name === name) || ["id", "type", "scope", "@context"].includes(name);
    const fault = !isName(name) ? t`A name begins with a letter and has letters, digits and _.` : isKnown ? t`There is one of this name already.` : "";
    setText(f.otherError, fault);
    f.otherError.hidden = fault === "";
    if (fault) return f.otherName.focus();
    const input = new AttributeInput({ label: name, kind: f.otherKind.value, store: this.#store, map: this.#pages.mapParts() });
    const one = { name, input };
    const line = el("div", { className: "field" }, el("p", { className: "label" }, name), input.element, el("button", { type: "button", className: "text-button", onclick: () => {
      this.#others.splice(this.#others.indexOf(one), 1);
      input.close();
      line.remove();
      f.otherName.focus();
    } }, icon("close"), t`Leave it out`));
    this.#others.push(one);
    f.others.append(line);
    f.otherName.value = "";
    input.focus();
  }

  async #save() {
    const f = this.#f;
    f.problem.hidden = true;
    const type = f.type.input.value.trim();
    const id = f.id.input.value.trim();
    const faults = [];
    const check = (target, isFault, text) => {
      target.setError(isFault ? text : null);
      if (isFault) faults.push(target.input);
    };
    check(f.type, !isName(type), type ? t`A type begins with a letter and has letters, digits and _; or it is an IRI.` : t`Say of which type it is.`);
    check(f.id, !/^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(id), t`Ids are URIs, such as urn:ngsi-ld:Room:1.`);
    const entity = { id, type };
    for (const { name, input } of [...this.#inputs, ...this.#others]) {
      if (input.isEmpty) continue;
      const instance = input.read();
      if (instance) entity[name] = instance;
      else faults.push(input);
    }
    if (faults.length > 0) return faults[0].focus();
    f.submit.disabled = true;
    try {
      await createEntity(entity);
      this.#pages.goTo(`#/entity/${encodeURIComponent(id)}`);
    } catch (error) {
      if (error.status === 409) f.id.setError(t`There is an entity of this id already; choose another.`);
      setText(f.problem, error.message);
      f.problem.hidden = false;
    } finally {
      f.submit.disabled = false;
    }
  }
}
