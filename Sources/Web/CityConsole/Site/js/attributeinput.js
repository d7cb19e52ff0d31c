// The fields for one value, as its kind needs them; used by the details and by the form for a new entity.

import { areaPicker } from "./areapicker.js";
import { enteredOf, instanceOf, kindOf } from "./attributekinds.js";
import { el, setText } from "./dom.js";
import { select, textInput } from "./formparts.js";
import { t } from "./language.js";
import { choicesOf } from "./typeinfo.js";
import { unitSymbol } from "./units.js";

const OFFERED = 50;
let count = 0;

export class AttributeInput {
  element = el("div", { className: "value-input" });
  kind;
  #label;
  #old;
  #input = null;
  #unit = null;
  #place = null;
  #picker = null;
  #error = el("p", { className: "field-error", role: "alert", hidden: true });

  /**
   * @param label what is entered
   * @param old the instance that it takes the place of, or `null`
   * @param info of the attribute among its type, as `attributesOf` gives it, or `null`; `infoCount` how many there are
   * @param map as `Pages.mapParts` gives it, or `null`
   */
  constructor({ label, kind, old = null, info = null, infoCount = 0, store, map }) {
    this.#label = label;
    this.#old = old;
    this.kind = kind ?? (old ? kindOf(old) : info ? kindOf(info.example) : "text");
    const entered = old ? enteredOf(this.kind, old) : null;
    this.element.append(...this.#make(entered, info, infoCount, store, map), this.#error);
    this.element.addEventListener("input", () => this.say(null));
  }

  get isEmpty() {
    if (this.#place) return this.#place.every((one) => one.value.trim() === "");
    return this.#input.value === "";
  }

  focus() {
    (this.#place?.[0] ?? this.#input).focus();
  }

  /** The instance as entered, or `null` with a word beside the field. */
  read() {
    const entered = this.#place ? [this.#place[1].value, this.#place[0].value] : this.#input.value;
    const { instance, fault } = instanceOf(this.kind, entered, this.#old, { unitCode: this.#unit?.value.trim() });
    this.say(fault ?? null);
    return instance ?? null;
  }

  say(text) {
    setText(this.#error, text ?? "");
    this.#error.hidden = !text;
    (this.#place?.[0] ?? this.#input).setAttribute("aria-invalid", String(Boolean(text)));
  }

  close() {
    this.#picker?.close();
    this.#picker = null;
  }

  #make(entered, info, infoCount, store, map) {
    const label = { "aria-label": this.#label };
    switch (this.kind) {
      case "number": return this.#makeNumber(entered, info, label);
      case "boolean":
        this.#input = select(entered === null ? [["", "–"], ["true", t`yes`], ["false", t`no`]] : [["true", t`yes`], ["false", t`no`]], entered ?? "", label);
        return [this.#input];
      case "date":
        this.#input = el("input", { type: "datetime-local", step: 1, value: entered ?? "", ...label });
        return [this.#input];
      case "position": return this.#makePosition(entered, store, map);
      case "relationship": return this.#makeRelationship(entered, info, store, label);
      case "json":
        this.#input = el("textarea", { rows: 5, value: entered ?? "", spellcheck: false, ...label });
        return [this.#input];
      default: return this.#makeText(entered, choicesOf(info, infoCount), label);
    }
  }

  #makeNumber(entered, info, label) {
    this.#input = textInput({ inputMode: "decimal", value: entered ?? "", maxLength: 60, ...label });
    const code = this.#old?.unitCode ?? info?.unitCode ?? "";
    this.#unit = textInput({ value: typeof code === "string" ? code : "", maxLength: 20, placeholder: t`unit code`, className: "value-unit", "aria-label": t`${this.#label}: unit code (UN/CEFACT)` });
    const symbol = el("span", { className: "hint" });
    const show = () => setText(symbol, unitSymbol(this.#unit.value.trim() || undefined));
    this.#unit.addEventListener("input", show);
    show();
    return [el("div", { className: "value-row" }, this.#input, symbol, this.#unit)];
  }

  #makeText(entered, choices, label) {
    if (choices.length > 0 && (entered === null || choices.includes(entered))) {
      this.#input = select([...(entered === null ? [["", "–"]] : []), ...choices.map((one) => [one, one])], entered ?? "", label);
      const other = el("button", { type: "button", className: "text-button", onclick: () => {
        const free = textInput({ value: this.#input.value, maxLength: 10_000, ...label });
        this.#input.replaceWith(free);
        this.#input = free;
        other.remove();
        free.focus();
      } }, t`Another word`);
      return [el("div", { className: "value-row" }, this.#input, other)];
    }
    const isLong = (entered ?? "").length > 60 || /\n/.test(entered ?? "");
    this.#input = isLong ? el("textarea", { rows: 4, value: entered, ...label }) : textInput({ value: entered ?? "", maxLength: 10_000, ...label });
    return [this.#input];
  }

  #makePosition(entered, store, map) {
    const number = (name, value) => textInput({ inputMode: "decimal", value: value ?? "", placeholder: name, "aria-label": t`${this.#label}: ${name.toLowerCase()}`, maxLength: 40 });
    this.#place = [number(t`Latitude`, entered?.[1]), number(t`Longitude`, entered?.[0])];
    const row = el("div", { className: "value-row" }, ...this.#place);
    if (!map) return [row];
    const box = el("div", { className: "area-map value-map", role: "group", "aria-label": t`Place on the map`, hidden: true });
    const shown = () => {
      const { instance } = instanceOf("position", [this.#place[1].value, this.#place[0].value]);
      return instance?.value ?? null;
    };
    const open = el("button", { type: "button", className: "text-button", "aria-expanded": "false", onclick: () => {
      box.hidden = !box.hidden;
      open.setAttribute("aria-expanded", String(!box.hidden));
      if (box.hidden || this.#picker) return;
      this.#picker = areaPicker({ ...map, store, box, title: t`Map on which a click sets the place. The fields above do the same.`, onPick: ([longitude, latitude]) => {
        this.#place[0].value = latitude.toFixed(6);
        this.#place[1].value = longitude.toFixed(6);
        this.say(null);
        this.#picker.showShape(shown());
      } });
      this.#picker.showShape(shown());
    } }, t`Choose on the map`);
    for (const one of this.#place) one.addEventListener("input", () => this.#picker?.showShape(shown()));
    return [row, open, box];
  }

  #makeRelationship(entered, info, store, label) {
    this.#input = textInput({ value: entered ?? "", maxLength: 5000, placeholder: "urn:ngsi-ld:…", ...label });
    const list = el("datalist", { id: `entities-${(count += 1)}` });
    // What the others link to is likelier meant than anything else that fits the words.
    const types = new Set([info?.example?.object ?? []].flat().map((id) => store.records.get(id)?.type).filter(Boolean));
    const offer = () => {
      const words = this.#input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const found = [];
      for (const record of store.records.values()) {
        if ((types.size === 0 || types.has(record.type)) && words.every((word) => record.search.includes(word))) found.push(record);
        if (found.length >= OFFERED) break;
      }
      list.replaceChildren(...found.map((record) => el("option", { value: record.id }, record.name.slice(0, 100))));
    };
    this.#input.setAttribute("list", list.id);
    this.#input.addEventListener("input", offer);
    this.#input.addEventListener("focus", offer, { once: true });
    return [this.#input, list, el("p", { className: "hint" }, t`Type a name to find it; several with commas.`)];
  }
}
