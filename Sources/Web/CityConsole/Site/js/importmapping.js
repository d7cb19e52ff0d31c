// What the columns of a file mean: as guessed, and as somebody corrects it. `choices` is what the server takes.

import { el, setText } from "./dom.js";
import { choice, field, group, select, textInput } from "./formparts.js";
import { roles, timeFormats } from "./importwords.js";
import { t } from "./language.js";
import { typesIn } from "./typeinfo.js";
import { unitSymbol } from "./units.js";

const units = ["CEL", "P1", "GQ", "GP", "A97", "MTS", "KMH", "MTR", "KMT", "MMT", "2N", "DD", "KWT", "KWH", "VLT", "AMP", "LTR", "MTQ", "KGM", "TNE", "SEC", "MIN", "HUR", "59", "61", "LUX"];
const withAttribute = ["number", "text", "boolean", "link", "geometry", "id", "longitude"];
const columnWord = /^[\p{L}_][\p{L}\p{N}_:./#-]*$/u;

export class ImportMapping {
  element;
  #choices;
  #lines = [];
  #f = {};

  /** @param guess as the server has it; @param onChange called when something was corrected */
  constructor(guess, format, store, onChange) {
    const choices = structuredClone(guess.choices);
    this.#choices = choices;
    const f = this.#f;
    f.type = field(t`Type of the entities`, textInput({ value: choices.type, maxLength: 400 }), t`One word for what a row is, such as AirQualityObserved.`);
    f.type.input.setAttribute("list", "import-types");
    f.id = field(t`Ids`, textInput({ value: choices.id, maxLength: 1000, placeholder: this.#pattern() }), t`Empty: made of the column that names the thing.`);
    f.rows = choice(t`What a row is`, [["state", t`A thing as it is now`], ["history", t`A moment in the past of a thing`]], choices.isHistory ? "history" : "state");
    f.format = field(t`Times are written like`, select(this.#formats(), choices.timeFormat));
    f.zone = field(t`Time zone`, textInput({ value: choices.zone, maxLength: 60, placeholder: "UTC" }), t`Of times that tell none, such as Europe/Paris.`);
    f.missing = field(t`Cells that mean nothing`, textInput({ value: choices.missing.join(", "), maxLength: 400 }), t`With commas, such as NA, -999. Empty cells always do.`);
    f.times = el("div", { className: "field-row" }, f.format.element, f.zone.element);
    const list = el("ul", { className: "import-columns" }, ...choices.columns.map((column, at) => this.#line(column, guess.columns[at])));
    const types = el("datalist", { id: "import-types" }, ...typesIn(store).map(({ name, label }) => el("option", { value: name }, label)));
    const codes = el("datalist", { id: "import-units" }, ...units.map((code) => el("option", { value: code }, unitSymbol(code))));
    this.element = el("div", {}, types, codes,
      group(t`What the file holds`, el("div", { className: "field-pair" }, f.type.element, f.id.element), f.rows.element, f.times,
        el("div", { className: "field-row" }, f.missing.element)),
      group(t`What its columns mean`, el("p", { className: "hint" }, format === "csv" ? t`Guessed from the first rows. Correct what is wrong.` : t`Guessed from the first features. Correct what is wrong.`), list));
    this.element.addEventListener("input", () => this.#changed(onChange));
    this.element.addEventListener("change", () => this.#changed(onChange));
    f.rows.onChange = () => this.#changed(onChange);
    this.#changed(() => {});
  }

  /** The choices, or `null` with words beside the fields. */
  read() {
    let isFine = true;
    const check = (target, fault) => {
      target.setError(fault || null);
      if (fault && isFine) {
        isFine = false;
        target.input.focus();
      }
    };
    check(this.#f.type, /^\S+$/.test(this.#choices.type) ? "" : t`Say of which type the entities are, in a word.`);
    const seen = new Map();
    for (const line of this.#lines) {
      const { column } = line;
      let fault = "";
      const isNamed = withAttribute.includes(column.role) && !["id", "longitude", "geometry"].includes(column.role);
      if (isNamed && !columnWord.test(column.attribute)) fault = t`A name begins with a letter and has no spaces.`;
      else if (["id", "type", "scope"].includes(column.attribute)) fault = t`This name is taken; choose another.`;
      const name = column.attribute || (["longitude", "geometry"].includes(column.role) ? "location" : "");
      if (!fault && name && withAttribute.includes(column.role)) {
        if (seen.has(name)) fault = t`${seen.get(name)} has this name already.`;
        seen.set(name, column.name);
      }
      check(line.name, fault);
    }
    return isFine ? structuredClone(this.#choices) : null;
  }

  /** The choices as they are, right or not. */
  get choices() {
    return structuredClone(this.#choices);
  }

  #formats() {
    const known = timeFormats.some(([format]) => format === this.#choices.timeFormat);
    return known ? timeFormats : [[this.#choices.timeFormat, this.#choices.timeFormat], ...timeFormats];
  }

  #line(column, { samples }) {
    const role = select(roles, column.role, { "aria-label": t`${column.name} means` });
    const name = field(t`Attribute`, textInput({ value: column.attribute, maxLength: 400, "aria-label": t`Attribute that ${column.name} becomes` }));
    const unit = textInput({ value: column.unit, maxLength: 20, placeholder: t`unit`, "aria-label": t`Unit of ${column.name} (UN/CEFACT code)` });
    unit.setAttribute("list", "import-units");
    const symbol = el("span", { className: "hint" });
    const line = { column, role, name, unit, symbol };
    this.#lines.push(line);
    line.element = el("li", { className: "import-column" },
      el("div", { className: "import-column-name" }, el("b", {}, column.name || t`(no name)`), el("span", { className: "hint import-samples" }, samples.join(" · ") || t`always empty`)),
      role, name.element, el("div", { className: "import-unit" }, unit, symbol));
    return line.element;
  }

  #pattern() {
    const word = this.#choices.type.split(/[/#:]/).at(-1);
    const parts = this.#choices.columns.filter(({ role }) => role === "id");
    if (parts.length === 1 && parts[0].isURI) return `{${parts[0].name}}`;
    return `urn:ngsi-ld:${word}:${parts.length > 0 ? parts.map(({ name }) => `{${name}}`).join(":") : "{file}:{row}"}`;
  }

  #changed(onChange) {
    const choices = this.#choices;
    const f = this.#f;
    choices.type = f.type.input.value.trim();
    choices.id = f.id.input.value.trim();
    choices.isHistory = f.rows.value === "history";
    choices.timeFormat = f.format.input.value;
    choices.zone = f.zone.input.value.trim();
    choices.missing = f.missing.input.value.split(",").map((one) => one.trim()).filter(Boolean);
    for (const { column, role, name, unit, symbol, element } of this.#lines) {
      column.role = role.value;
      column.attribute = name.input.value.trim();
      column.unit = unit.value.trim();
      name.input.placeholder = column.role === "id" ? t`no attribute` : "";
      name.element.style.visibility = withAttribute.includes(column.role) ? "" : "hidden";
      unit.parentElement.style.visibility = column.role === "number" ? "" : "hidden";
      element.dataset.role = column.role;
      setText(symbol, column.unit ? unitSymbol(column.unit) : "");
    }
    f.times.hidden = !choices.columns.some(({ role }) => ["time", "year"].includes(role));
    f.format.element.hidden = !choices.columns.some(({ role }) => role === "time");
    f.id.input.placeholder = this.#pattern();
    onChange();
  }
}
