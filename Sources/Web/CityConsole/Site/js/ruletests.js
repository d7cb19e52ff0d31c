// The tests of a rule as rows of a form, each a sentence with gaps.

import { AreaField } from "./areadraw.js";
import { durationOf, parseDuration } from "./durations.js";
import { el, setText } from "./dom.js";
import { select, textInput } from "./formparts.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { comparisons, isNumeric, isRange } from "./rulewords.js";
import { choicesOf } from "./typeinfo.js";
import { formatNumber, unitSymbol, withUnit } from "./units.js";

const kinds = [["threshold", t`A value`], ["rate", t`How fast a value changes`], ["absence", t`Nothing comes`], ["area", t`Where it is`]];
const OTHER = "\u0000other";
const units = [["1", t`seconds`], ["60", t`minutes`], ["3600", t`hours`], ["86400", t`days`]];

/** A length of time as a number and a unit: `{ elements, seconds() }`. */
export function lengthInput(label, seconds, isEmptyAllowed = false) {
  const known = Number.isFinite(seconds);
  const size = known ? [...units].reverse().find(([one]) => seconds % Number(one) === 0)?.[0] ?? "1" : "60";
  const count = textInput({ inputMode: "decimal", className: "short", "aria-label": label, value: known ? String(seconds / Number(size)) : "" });
  const unit = select(units, size, { "aria-label": t`${label}: unit` });
  const read = () => {
    const text = count.value.trim().replace(",", ".");
    if (text === "") return isEmptyAllowed ? 0 : NaN;
    const length = Number(text) * Number(unit.value);
    return length > 0 && length <= 366 * 86_400 ? length : NaN;
  };
  return { elements: [count, unit], input: count, seconds: read };
}

/** A number that people wrote, with a comma or a point; NaN where it is none. */
export function numberIn(input) {
  const text = input.value.trim().replace(",", ".");
  return text === "" ? NaN : Number(text);
}

let count = 0;

export class RuleTests {
  element = el("div", { className: "rule-tests", role: "group", "aria-label": t`Tests` });
  onChange = () => {};
  #rows = [];
  #infos = new Map();
  #entityCount = 0;
  #options;
  #adder;

  /** @param options `{ map, store }` */
  constructor(tests, options) {
    this.#options = options;
    this.#adder = el("button", { type: "button", className: "text-button", onclick: () => this.add({ kind: "threshold" }, true) }, icon("plus"), t`Add a test`);
    this.element.append(this.#adder);
    for (const test of tests) this.add(test);
  }

  get length() {
    return this.#rows.length;
  }

  /** The attributes to choose from, as `attributesOf` gives them. */
  setAttributes(infos, entityCount) {
    this.#infos = infos;
    this.#entityCount = entityCount;
    for (const row of this.#rows) row.setAttributes(infos, entityCount);
  }

  add(test, isByHand = false) {
    const row = new TestRow(test, this.#options);
    row.setAttributes(this.#infos, this.#entityCount);
    row.onChange = () => this.onChange();
    row.onRemove = () => {
      this.#rows.splice(this.#rows.indexOf(row), 1);
      row.close();
      row.element.remove();
      this.#adder.focus();
      this.onChange();
    };
    this.#rows.push(row);
    this.element.insertBefore(row.element, this.#adder);
    if (isByHand) row.element.querySelector("select").focus();
    this.onChange();
  }

  values = () => this.#rows.map((row) => row.value());
  check = () => this.#rows.flatMap((row) => row.check());
  close() {
    for (const row of this.#rows) row.close();
  }
}

class TestRow {
  element;
  onChange = () => {};
  onRemove = () => {};
  #given;
  #infos = new Map();
  #entityCount = 0;
  #p = {};
  #area = null;
  #options;
  #error = el("p", { className: "field-error", hidden: true });
  #sentence = el("div", { className: "rule-sentence" });

  constructor(test, options) {
    this.#given = test;
    this.#options = options;
    const p = this.#p;
    const changed = () => this.#changed();
    p.kind = select(kinds, kinds.some(([key]) => key === test.kind) ? test.kind : "threshold", { "aria-label": t`What is tested`, onchange: changed });
    p.attribute = el("select", { "aria-label": t`Attribute`, onchange: changed });
    p.other = textInput({ placeholder: t`attribute`, "aria-label": t`Name of the attribute`, maxLength: 400, value: test.attribute ?? "" });
    const rateKind = isRange(test.comparison) ? "both" : test.value < 0 ? "falls" : "rises";
    p.rate = select([["rises", t`rises faster than`], ["falls", t`falls faster than`], ["both", t`changes faster than`]], rateKind, { "aria-label": t`How it changes`, onchange: changed });
    p.comparison = select(comparisons, test.comparison ?? "above", { "aria-label": t`Comparison`, onchange: changed });
    const listId = `rule-values-${(count += 1)}`;
    p.texts = el("datalist", { id: listId });
    const shown = (value) => (value === undefined || value === null ? "" : String(value));
    const isRate = test.kind === "rate";
    p.value = textInput({ "aria-label": t`Value`, className: "short", maxLength: 400, value: isRate ? shown(Math.abs(test.high ?? test.value)) : shown(test.value) });
    p.value.setAttribute("list", listId);
    p.low = textInput({ "aria-label": t`From`, className: "short", inputMode: "decimal", value: shown(isRate ? undefined : test.low) });
    p.high = textInput({ "aria-label": t`To`, className: "short", inputMode: "decimal", value: shown(isRate ? undefined : test.high) });
    p.clear = textInput({ "aria-label": t`Ends at`, className: "short", inputMode: "decimal", value: shown(test.clear), placeholder: t`same` });
    p.per = lengthInput(t`For each`, parseDuration(test.per ?? "PT1H"));
    p.after = lengthInput(t`For how long`, parseDuration(test.after ?? "PT15M"));
    p.event = select([["inside", t`inside of`], ["outside", t`outside of`]], test.event ?? "inside", { "aria-label": t`Inside or outside`, onchange: changed });
    p.unit = el("span", { className: "rule-unit" });
    p.hint = el("p", { className: "hint" });
    p.areaBox = el("div", {});
    const remove = el("button", { type: "button", className: "icon-button", "aria-label": t`Remove this test`, title: t`Remove`, onclick: () => this.onRemove() }, icon("close"));
    this.element = el("div", { className: "rule-test" }, el("div", { className: "rule-test-head" }, p.kind, remove), this.#sentence, p.hint, p.areaBox, p.texts, this.#error);
    this.element.addEventListener("input", changed);
    this.#draw();
  }

  setAttributes(infos, entityCount) {
    this.#infos = infos;
    const p = this.#p;
    const chosen = p.attribute.options.length > 0 ? this.#attribute : this.#given.attribute ?? "";
    const all = [...infos.values()].filter(({ kind }) => ["number", "text", "time"].includes(kind));
    const options = all.map(({ name, label, unitCode }) => [name, unitSymbol(unitCode) ? `${label} (${unitSymbol(unitCode)})` : label]);
    if (chosen && !infos.has(chosen)) options.unshift([chosen, chosen]);
    p.attribute.replaceChildren(...[["", p.kind.value === "absence" ? t`any attribute` : t`attribute …`], ...options, [OTHER, t`another one …`]].map(([key, text]) => el("option", { value: key, selected: key === chosen }, String(text).slice(0, 120))));
    this.#entityCount = entityCount;
    this.#draw();
  }

  get #attribute() {
    const { attribute, other } = this.#p;
    return attribute.value === OTHER ? other.value.trim() : attribute.value;
  }

  #changed() {
    this.#draw();
    if (!this.#error.hidden) this.check();
    this.onChange();
  }

  /** The sentence with the gaps that its kind has. Elements stay, so that the focus does. */
  #draw() {
    const p = this.#p;
    const info = this.#infos.get(this.#attribute);
    const word = (text) => el("span", {}, text);
    const attribute = p.attribute.value === OTHER ? [p.attribute, p.other] : [p.attribute];
    const unit = unitSymbol(info?.unitCode);
    setText(p.unit, unit);
    const comparison = p.comparison.value;
    const parts = {
      threshold: () => {
        if (isRange(comparison)) return [...attribute, p.comparison, p.low, word(t`to¦the end of a range`), p.high, p.unit];
        if (!isNumeric(comparison) || info?.kind === "text") return [...attribute, p.comparison, p.value, p.unit];
        return [...attribute, p.comparison, p.value, p.unit, word(["above", "atLeast"].includes(comparison) ? t`ends below` : t`ends above`), p.clear];
      },
      rate: () => [...attribute, p.rate, p.value, p.unit, word(t`per`), ...p.per.elements],
      absence: () => [...attribute, word(t`has not come for`), ...p.after.elements],
      area: () => [word(t`It is`), p.event, word(t`this area:`)],
    }[p.kind.value]();
    const signature = parts.map((one) => one.getAttribute("aria-label") ?? one.textContent).join("|") + p.kind.value;
    if (this.#sentence.dataset.parts !== signature) {
      this.#sentence.dataset.parts = signature;
      const focused = document.activeElement;
      this.#sentence.replaceChildren(...parts);
      if (this.#sentence.contains(focused)) focused.focus({ preventScroll: true });
    }
    p.texts.replaceChildren(...choicesOf(info, this.#entityCount).map((text) => el("option", { value: text })));
    const range = info?.kind === "number" && info.low <= info.high ? t`Now from ${withUnit(formatNumber(info.low), unit)} to ${withUnit(formatNumber(info.high), unit)}.` : "";
    setText(p.hint, p.kind.value === "area" ? "" : range);
    p.hint.hidden = p.hint.textContent === "";
    if (p.kind.value === "area" && !this.#area) {
      this.#area = new AreaField(t`Area`, this.#given.area ?? null, { ...this.#options, isRequired: true });
      this.#area.onChange = () => this.onChange();
      p.areaBox.replaceChildren(this.#area.element);
    }
    p.areaBox.hidden = p.kind.value !== "area";
  }

  value() {
    const p = this.#p;
    const kind = p.kind.value;
    const attribute = this.#attribute;
    if (kind === "area") return { kind, event: p.event.value, area: this.#area?.value() ?? null };
    if (kind === "absence") return { kind, ...(attribute ? { attribute } : {}), after: Number.isFinite(p.after.seconds()) ? durationOf(p.after.seconds()) : undefined };
    if (kind === "rate") {
      const value = numberIn(p.value);
      const change = { rises: { comparison: "above", value }, falls: { comparison: "below", value: -value }, both: { comparison: "outside", low: -value, high: value } }[p.rate.value];
      return { kind, attribute, ...change, per: Number.isFinite(p.per.seconds()) ? durationOf(p.per.seconds()) : undefined };
    }
    const comparison = p.comparison.value;
    if (isRange(comparison)) return { kind, attribute, comparison, low: numberIn(p.low), high: numberIn(p.high) };
    if (!isNumeric(comparison)) return { kind, attribute, comparison, value: this.#literal() };
    const clear = numberIn(p.clear);
    return { kind, attribute, comparison, value: numberIn(p.value), ...(Number.isFinite(clear) ? { clear } : {}) };
  }

  /** What `is` compares with: of the kind that the attribute has; a text that looks like a number stays one where it was. */
  #literal() {
    const text = this.#p.value.value.trim();
    if (text === "true" || text === "false") return text === "true";
    const isText = this.#infos.get(this.#attribute)?.kind === "text" || (typeof this.#given.value === "string" && this.#given.value === text);
    return text !== "" && Number.isFinite(Number(text)) && !isText ? Number(text) : text;
  }

  check() {
    const p = this.#p;
    const kind = p.kind.value;
    const test = this.value();
    const fault = (input, text) => ({ input, text });
    const isUp = ["above", "atLeast"].includes(test.comparison);
    let found = null;
    if (kind === "area") {
      this.#error.hidden = true;
      return this.#area.check();
    }
    if (kind !== "absence" && !test.attribute) found = fault(p.attribute.value === OTHER ? p.other : p.attribute, t`Choose an attribute.`);
    else if (kind === "absence" && !test.after) found = fault(p.after.input, t`Write how long, as a number above 0.`);
    else if (kind === "rate" && !(numberIn(p.value) > 0)) found = fault(p.value, t`Write a number above 0.`);
    else if (kind === "rate" && !test.per) found = fault(p.per.input, t`Write a length above 0.`);
    else if (kind === "threshold" && isRange(test.comparison) && !(test.low < test.high)) found = fault(p.low, t`Write two numbers, the lower one first.`);
    else if (kind === "threshold" && !isRange(test.comparison) && isNumeric(test.comparison) && !Number.isFinite(test.value)) found = fault(p.value, t`Write a number.`);
    else if (kind === "threshold" && !isNumeric(test.comparison) && test.value === "") found = fault(p.value, t`Write what it is compared with.`);
    else if (p.clear.isConnected && p.clear.value.trim() !== "" && !Number.isFinite(numberIn(p.clear))) found = fault(p.clear, t`Write a number, or leave it empty.`);
    else if (kind === "threshold" && test.clear !== undefined && (isUp ? test.clear > test.value : test.clear < test.value)) found = fault(p.clear, isUp ? t`It must end at or below the value at which it begins.` : t`It must end at or above the value at which it begins.`);
    setText(this.#error, found?.text ?? "");
    this.#error.hidden = !found;
    return found ? [found.input] : [];
  }

  close() {
    this.#area?.close();
  }
}
