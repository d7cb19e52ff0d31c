// Parts of a form: fields with their label, hint and error, rows that can be added, and names to choose from.

import { el, setText } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";

let count = 0;
const nextId = () => `field-${(count += 1)}`;

/** A labelled field: `{ element, input, setError(text) }`. */
export function field(label, input, hint = "") {
  const id = nextId();
  input.id ||= id;
  const error = el("p", { id: `${id}-error`, className: "field-error", hidden: true });
  const help = hint ? el("p", { id: `${id}-hint`, className: "hint" }, hint) : null;
  input.setAttribute("aria-describedby", `${help ? `${id}-hint ` : ""}${id}-error`);
  const element = el("div", { className: "field" }, el("label", { htmlFor: input.id }, label), input, help, error);
  const setError = (text) => {
    error.hidden = !text;
    setText(error, text ?? "");
    input.setAttribute("aria-invalid", String(Boolean(text)));
  };
  return { element, input, setError };
}

export const textInput = (properties = {}) => el("input", { type: "text", autocomplete: "off", spellcheck: false, ...properties });

export function select(options, value, properties = {}) {
  return el("select", properties, ...options.map(([key, text]) => el("option", { value: key, selected: key === value }, text)));
}

/** A group with a legend. */
export function group(title, ...children) {
  return el("fieldset", {}, el("legend", {}, title), ...children);
}

/** A row of choices of which one holds: `{ element, value, onChange }`. */
export function choice(label, options, value) {
  const name = nextId();
  const result = { value, onChange: () => {} };
  const inputs = options.map(([key, text]) => el("label", { className: "radio" },
    el("input", { type: "radio", name, value: key, checked: key === value, "aria-label": text, onchange: () => {
      result.value = key;
      result.onChange();
    } }), text));
  result.element = el("div", { className: "choice", role: "radiogroup", "aria-label": label }, ...inputs);
  return result;
}

/** Rows that can be added and removed; `make(value)` gives `{ elements, value() }`. */
export function rows(label, addText, make, onChange) {
  const box = el("div", { className: "rows", role: "group", "aria-label": label });
  const present = [];
  const add = (value, isByHand = false) => {
    const row = make(value);
    const line = el("div", { className: "form-row" }, ...row.elements, el("button", {
      type: "button", className: "icon-button", "aria-label": t`Remove this ${label.toLowerCase()}`, title: t`Remove`,
      onclick: () => {
        present.splice(present.indexOf(row), 1);
        line.remove();
        adder.focus();
        onChange();
      },
    }, icon("close")));
    present.push(row);
    box.insertBefore(line, adder);
    if (isByHand) line.querySelector("input, select")?.focus();
    onChange();
  };
  const adder = el("button", { type: "button", className: "text-button", onclick: () => add(undefined, true) }, icon("plus"), addText);
  box.append(adder);
  return { element: box, add, values: () => present.map((row) => row.value()).filter((one) => one !== null), rows: present };
}

/** Names to choose from, as chips, with a field for others: `{ element, chosen, setOptions(names) }`; `wordsOf` says a name in words. */
export function names(label, chosen, placeholder, onChange, wordsOf = (name) => name) {
  const all = new Set(chosen);
  const result = { chosen: new Set(chosen) };
  const chips = el("div", { className: "form-chips", role: "group", "aria-label": label });
  const other = textInput({ placeholder, "aria-label": t`${label}: another one`, maxLength: 400 });
  const take = () => {
    const name = other.value.trim();
    if (!name) return;
    other.value = "";
    all.add(name);
    result.chosen.add(name);
    draw();
    onChange();
  };
  other.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    take();
  });
  other.addEventListener("change", take);
  const draw = () => {
    chips.replaceChildren(...[...all].map((name) => {
      const chip = el("button", { type: "button", className: "chip form-chip", "aria-pressed": String(result.chosen.has(name)), onclick: () => {
        if (!result.chosen.delete(name)) result.chosen.add(name);
        chip.setAttribute("aria-pressed", String(result.chosen.has(name)));
        onChange();
      } }, wordsOf(name));
      return chip;
    }));
    chips.hidden = all.size === 0;
  };
  result.setOptions = (options) => {
    for (const name of all) if (!result.chosen.has(name)) all.delete(name);
    for (const name of options) all.add(name);
    draw();
  };
  draw();
  result.element = el("div", { className: "names" }, chips, other);
  result.other = other;
  return result;
}
