// Makes a subscription, or changes one, without JSON. What the form cannot say of an existing one stays as it is.

import { areaPicker } from "./areapicker.js";
import { comparisons, parseConditions } from "./conditions.js";
import { el, setText } from "./dom.js";
import { choice, field, group, names, rows, select, textInput } from "./formparts.js";
import { icon } from "./icons.js";
import { t, tn } from "./language.js";
import { parseTime } from "./time.js";
import * as broker from "./subscriptionapi.js";
import { circleIn, definitionIn, faultsIn, isMQTT, tell } from "./subscriptiondefinition.js";
import { areaText, circleOf, formatNames, formatOf, isSecretURI, masked, maskedURI, nameOfSubscription } from "./subscriptionwords.js";

const COUNT_AFTER = 400;
const list = (value) => [value ?? []].flat();

export class SubscriptionForm {
  element = el("form", { className: "subs-form card", noValidate: true, "aria-labelledby": "form-title" });
  /** Called with the id, and whether a test is to be sent. */
  onSaved = () => {};
  onCancel = () => {};
  #old;
  #store;
  #fields = {};
  #area = null;
  #counting = null;
  #countTimer = 0;
  #isWritten = false;
  /** Whether faults are told at once: after the first attempt to save. */
  #isChecked = false;

  /** @param map `{ maplibre, theme, tiles }`, or `null` where there is no map */
  constructor({ subscription = null, store, map }) {
    this.#old = subscription;
    this.#store = store;
    this.#build(map);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
    this.element.addEventListener("input", () => this.#changed());
    this.element.addEventListener("change", () => this.#changed());
    this.#isWritten = true;
    this.#loadTypes();
    this.#changed();
  }

  focus() {
    this.element.querySelector("#form-title").focus({ preventScroll: true });
  }

  close() {
    this.#area?.close();
    this.#counting?.abort();
    clearTimeout(this.#countTimer);
  }

  // --- The parts ---------------------------------------------------------------------------------------------------

  #build(map) {
    const old = this.#old;
    const f = this.#fields;
    const changed = () => this.#changed();
    const title = el("h2", { id: "form-title", tabIndex: -1 }, old ? t`Edit ${nameOfSubscription(old)}` : t`New subscription`);
    f.name = field(t`Name`, textInput({ value: old?.subscriptionName ?? "", maxLength: 200, placeholder: t`For people, such as: Bad air in the north` }));
    f.description = field(t`Description`, textInput({ value: old?.description ?? "", maxLength: 1000 }));

    const what = this.#buildWhat(old, changed, map);
    const when = this.#buildWhen(old, changed);
    const where = this.#buildWhere(old, changed);

    f.problem = el("p", { className: "notice", role: "alert", hidden: true, "data-tone": "bad" });
    f.matches = el("p", { className: "matches", role: "status" });
    f.preview = el("pre", { className: "detail-json", tabIndex: 0, "aria-label": t`The subscription as JSON, without what is secret` });
    f.test = el("input", { type: "checkbox", checked: true, "aria-label": t`Send a test afterwards` });
    f.submit = el("button", { type: "submit", className: "button is-main" }, old ? t`Save` : t`Create`);
    const cancel = el("button", { type: "button", className: "button", onclick: () => this.onCancel() }, t`Cancel`);
    this.element.append(
      el("div", { className: "form-head" }, title, el("button", { type: "button", className: "icon-button", "aria-label": t`Close`, title: t`Close (Esc)`, onclick: () => this.onCancel() }, icon("close"))),
      el("div", { className: "form-body" },
        el("div", { className: "form-fields" }, group(t`What it is called`, f.name.element, f.description.element), what, when, where),
        el("div", { className: "form-side" }, el("h3", {}, t`Matches now`), f.matches, el("h3", {}, t`As JSON`), f.preview)),
      el("div", { className: "form-foot" }, f.problem, f.submit, cancel, el("label", { className: "radio" }, f.test, t`Send a test afterwards`)),
    );
  }

  #buildWhat(old, changed, map) {
    const f = this.#fields;
    const selectors = list(old?.entities);
    f.keepsEntities = selectors.length > 1 || selectors.some((one) => /[;()]/.test(one.type ?? ""));
    const one = selectors[0] ?? {};
    f.types = names(t`Types`, one.type && one.type !== "*" ? one.type.split("|") : [], t`Another type`, () => this.#typesChanged());
    const types = field(t`Types of entities`, f.types.other, t`Choose one or more. None: any type, then name attributes to watch, or an id.`);
    types.element.insertBefore(f.types.element, types.element.children[1]);
    f.typesField = types;
    const ids = list(one.id);
    f.idKind = choice(t`Which of them`, [["all", t`All of them`], ["id", t`By id`], ["pattern", t`By a pattern of ids`]], ids.length > 0 ? "id" : one.idPattern ? "pattern" : "all");
    f.ids = field(t`Ids`, textInput({ value: ids.join(", "), placeholder: "urn:ngsi-ld:Room:1, urn:ngsi-ld:Room:2" }), t`One or more, with commas.`);
    f.pattern = field(t`Pattern of ids`, textInput({ value: one.idPattern ?? "", placeholder: "^urn:ngsi-ld:Room:north-" }), t`A regular expression.`);
    const showIds = () => {
      f.ids.element.hidden = f.idKind.value !== "id";
      f.pattern.element.hidden = f.idKind.value !== "pattern";
    };
    f.idKind.onChange = showIds;
    showIds();
    const entityParts = [types.element, f.idKind.element, f.ids.element, f.pattern.element];
    const kept = el("p", { className: "hint" }, t`Its entities are chosen in a way that this form cannot show; that stays as it is.`);

    const terms = parseConditions(old?.q);
    f.condition = terms === null ? field(t`Condition`, textInput({ value: old.q }), t`In the query language, as it was written.`) : null;
    f.attributeNames = el("datalist", { id: "attribute-names" });
    f.terms = rows(t`Condition`, t`Add a condition`, (term) => this.#makeTerm(term), changed);
    for (const term of terms ?? []) f.terms.add(term);
    f.termsError = el("p", { className: "field-error", hidden: true });
    const condition = f.condition?.element ?? el("div", { className: "field" }, el("p", { className: "label" }, t`Only while all of this holds`), f.terms.element, f.termsError);
    return group(t`What is watched`, ...(f.keepsEntities ? [kept] : entityParts), f.attributeNames, condition, this.#buildArea(old, map));
  }

  #makeTerm(term = { attribute: "", comparison: ">", value: "", isText: false }) {
    const attribute = textInput({ value: term.attribute, placeholder: t`attribute`, "aria-label": t`Attribute`, maxLength: 400 });
    attribute.setAttribute("list", "attribute-names");
    const comparison = select(comparisons, term.comparison, { "aria-label": t`Comparison` });
    const value = textInput({ value: term.value, placeholder: t`value`, "aria-label": t`Value`, maxLength: 1000 });
    const show = () => { value.hidden = comparison.value === ""; };
    comparison.addEventListener("change", show);
    show();
    return {
      elements: [attribute, comparison, value],
      value: () => ({
        attribute: attribute.value.trim(), comparison: comparison.value, value: value.value,
        // What was a text stays one, also where it looks like a number.
        isText: term.isText && value.value === term.value,
      }),
    };
  }

  #buildArea(old, map) {
    const f = this.#fields;
    const circle = circleOf(old?.geoQ);
    f.keepsArea = Boolean(old?.geoQ) && (!circle || Boolean(old.geoQ.geoproperty));
    if (f.keepsArea) return el("p", { className: "hint" }, t`Where they are (${areaText(old.geoQ)}) stays as it is.`);
    const number = (value, more) => textInput({ value: value === undefined ? "" : String(value), inputMode: "decimal", ...more });
    f.latitude = field(t`Latitude`, number(circle?.latitude));
    f.longitude = field(t`Longitude`, number(circle?.longitude));
    f.metres = field(t`Radius in metres`, number(circle?.metres ?? 500));
    f.hasArea = el("input", { type: "checkbox", checked: circle !== null, "aria-label": t`Only in an area` });
    const box = el("div", { className: "area-map", role: "group", "aria-label": t`Area on the map` });
    const parts = el("div", { className: "area" }, map ? el("p", { className: "hint" }, t`Click on the map to set the middle, or write it down.`) : null, map ? box : null,
      el("div", { className: "field-row" }, f.latitude.element, f.longitude.element, f.metres.element));
    const pick = ([longitude, latitude]) => {
      f.longitude.input.value = longitude.toFixed(5);
      f.latitude.input.value = latitude.toFixed(5);
      this.#changed();
    };
    const show = () => {
      parts.hidden = !f.hasArea.checked;
      if (f.hasArea.checked && map && !this.#area) this.#area = areaPicker({ ...map, store: this.#store, box, onPick: pick });
      this.#area?.show(circleIn(this.#fields));
    };
    f.hasArea.addEventListener("change", show);
    // A map needs its place in the page before it can draw.
    requestAnimationFrame(show);
    return el("div", { className: "field" }, el("label", { className: "radio" }, f.hasArea, t`Only in an area`), parts);
  }

  #buildWhen(old, changed) {
    const f = this.#fields;
    f.rhythm = choice(t`When`, [["change", t`When something changes`], ["time", t`By the clock`]], old?.timeInterval ? "time" : "change");
    f.watched = names(t`Watched attributes`, list(old?.watchedAttributes), t`Another attribute`, changed);
    const watched = field(t`Watched attributes`, f.watched.other, t`Only changes of these count. None: of any.`);
    watched.element.insertBefore(f.watched.element, watched.element.children[1]);
    f.throttling = field(t`At most every so many seconds`, textInput({ value: String(old?.throttling ?? ""), inputMode: "decimal", placeholder: t`no limit` }));
    const minutes = old?.timeInterval ? String(old.timeInterval / 60) : "5";
    f.minutes = field(t`Every so many minutes`, textInput({ value: minutes, inputMode: "decimal" }), t`Tells of all that match, changed or not.`);
    const until = parseTime(old?.expiresAt);
    f.expires = field(t`Until`, el("input", { type: "datetime-local", value: Number.isFinite(until) ? localText(until) : "" }), t`Empty: for good.`);
    const show = () => {
      watched.element.hidden = f.throttling.element.hidden = f.rhythm.value !== "change";
      f.minutes.element.hidden = f.rhythm.value !== "time";
    };
    f.rhythm.onChange = show;
    show();
    return group(t`When it notifies`, f.rhythm.element, watched.element, f.throttling.element, f.minutes.element, f.expires.element);
  }

  #buildWhere(old, changed) {
    const f = this.#fields;
    const endpoint = old?.notification?.endpoint;
    const secret = endpoint && isSecretURI(endpoint.uri);
    f.uri = field(t`Address`, textInput({ type: "url", value: maskedURI(endpoint?.uri), placeholder: "https://...", maxLength: 2000 }),
      secret ? t`Its user and password are not shown; they stay while the address stays.` : t`http://, https://, mqtt:// or mqtts:// (mqtt://host/topic), or parvis:stream to read them from Parvis.`);
    f.format = field(t`Format`, select(Object.entries(formatNames), old ? formatOf(old) : "normalized"));
    const quality = list(endpoint?.notifierInfo).find((one) => one.key === "MQTT-QoS")?.value ?? "0";
    f.quality = field(t`MQTT quality of service`, select([["0", t`0: at most once`], ["1", t`1: at least once`], ["2", t`2: exactly once`]], quality));
    f.headers = rows(t`Header`, t`Add a header`, (header = { key: "", value: "" }) => {
      const key = textInput({ value: header.key, placeholder: t`name`, "aria-label": t`Name of the header`, maxLength: 200 });
      const isKept = Boolean(header.value);
      const value = el("input", { type: "password", autocomplete: "new-password", placeholder: isKept ? t`stays as it is` : t`value`, "aria-label": t`Value of the header`, maxLength: 4000 });
      return {
        elements: [key, value],
        value: () => (key.value.trim() === "" ? null : { key: key.value.trim(), value: value.value || (isKept ? header.value : "") }),
      };
    }, changed);
    for (const header of list(endpoint?.receiverInfo)) f.headers.add(header);
    f.headersError = el("p", { className: "field-error", hidden: true });
    return group(t`Where it goes`, f.uri.element, f.format.element, f.quality.element,
      el("div", { className: "field" }, el("p", { className: "label" }, t`Headers`), f.headers.element, f.headersError));
  }

  // --- Names to choose from ----------------------------------------------------------------------------------------

  async #loadTypes() {
    try {
      this.#fields.types.setOptions(await broker.loadTypes());
    } catch {
      // Then they are written by hand.
    }
    this.#typesChanged();
  }

  async #typesChanged() {
    this.#changed();
    const f = this.#fields;
    const chosen = [...f.types.chosen].slice(0, 20);
    const lists = await Promise.all(chosen.map((type) => broker.loadAttributes(type).catch(() => [])));
    const all = [...new Set(lists.flat())].sort();
    f.attributeNames.replaceChildren(...all.map((name) => el("option", { value: name })));
    f.watched.setOptions(all);
  }

  // --- Live --------------------------------------------------------------------------------------------------------

  #changed() {
    if (!this.#isWritten) return;
    const f = this.#fields;
    f.quality.element.hidden = !isMQTT(f.uri.input.value);
    this.#area?.show(circleIn(this.#fields));
    if (this.#isChecked) faultsIn(this.#fields, definitionIn(this.#fields, this.#old));
    const definition = this.#shown();
    setText(f.preview, JSON.stringify(masked(definition), null, 2));
    clearTimeout(this.#countTimer);
    this.#countTimer = setTimeout(() => this.#count(definition), COUNT_AFTER);
  }

  /** Without what is to go. */
  #shown() {
    const kept = this.#old && this.#fields.keepsArea ? { geoQ: this.#old.geoQ } : {};
    const entries = Object.entries({ ...kept, ...definitionIn(this.#fields, this.#old) }).filter(([, value]) => value !== null);
    return { type: "Subscription", ...Object.fromEntries(entries) };
  }

  async #count(definition) {
    this.#counting?.abort();
    const counting = new AbortController();
    this.#counting = counting;
    const box = this.#fields.matches;
    if (!definition.entities && !definition.watchedAttributes) return setText(box, t`Choose what is watched.`);
    try {
      const count = await broker.countMatches(definition, counting.signal);
      box.dataset.tone = "plain";
      setText(box, tn(count, "{0} entity", "{0} entities"));
    } catch (error) {
      if (counting.signal.aborted) return;
      box.dataset.tone = "bad";
      setText(box, error.message);
    }
  }

  async #save() {
    const f = this.#fields;
    f.problem.hidden = true;
    const definition = definitionIn(this.#fields, this.#old);
    this.#isChecked = true;
    const faults = faultsIn(this.#fields, definition);
    if (faults.length > 0) return faults[0]?.focus();
    f.submit.disabled = true;
    try {
      let id = this.#old?.id;
      if (this.#old) await broker.updateSubscription(id, definition);
      else id = await broker.createSubscription({ type: "Subscription", ...definition });
      this.onSaved(id, f.test.checked);
    } catch (error) {
      this.#showRefusal(error.message);
    } finally {
      f.submit.disabled = false;
    }
  }

  /** The broker's words, beside the field that they are about where that can be told. */
  #showRefusal(text) {
    const f = this.#fields;
    const about = [[/"?idPattern"?/, f.pattern], [/"uri"|endpoint|MQTT|topic/i, f.uri], [/throttling/, f.throttling], [/timeInterval/, f.minutes], [/expiresAt/, f.expires], [/georel|geoQ|coordinates|maxDistance/, f.metres]];
    about.find(([pattern, target]) => target && pattern.test(text))?.[1].setError(text);
    if (/"q"|\bq\b|query/.test(text)) tell(f.condition ? f.problem : f.termsError, text);
    setText(f.problem, text);
    f.problem.hidden = false;
    f.problem.scrollIntoView({ block: "nearest" });
  }
}

/** The local time as a field of dates has it. */
function localText(time) {
  const date = new Date(time - new Date(time).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 16);
}
