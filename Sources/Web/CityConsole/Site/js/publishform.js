// The form of a publication: what is published, with whose words, and what everybody would see of it.

import { el, setText } from "./dom.js";
import { shortName } from "./entity.js";
import { field, group, select, textInput } from "./formparts.js";
import { t, tn } from "./language.js";
import { previewPublication, putPublication } from "./publishapi.js";
import { attributesOf, typesIn } from "./typeinfo.js";

const LICENCES = [
  ["https://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"], ["https://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0"],
  ["https://www.etalab.gouv.fr/licence-ouverte-open-licence", "Licence Ouverte / Open Licence 2.0"], ["https://opendatacommons.org/licenses/odbl/1-0/", "ODbL 1.0"],
];
const WAIT = 400;
const SHOWN = 5;

export class PublishForm {
  onDone = () => {};
  /** Whether the city was not known yet when it was made. */
  isBare;
  #store;
  #old;
  #types;
  #boxes = new Map();
  #timer = 0;
  #asked = 0;
  #attributes = el("div", { className: "publish-attributes", role: "group", "aria-label": t`Attributes that are published` });
  #type;
  #id;
  #title;
  #titleFr;
  #description;
  #descriptionFr;
  #q;
  #licence;
  #publisher;
  #email;
  #frequency;
  #theme;
  #colour = el("select", {});
  #sender;
  #seen = el("div", { className: "publish-seen" });
  #problem = el("p", { className: "notice", role: "alert", "data-tone": "bad", hidden: true });

  constructor(store, publication) {
    this.#store = store;
    this.#old = publication;
    const old = publication ?? {};
    this.#types = typesIn(store);
    this.isBare = this.#types.length === 0;
    if (old.type && !this.#types.some(({ name }) => name === old.type)) this.#types.push({ name: old.type, label: shortName(old.type), count: 0 });
    const words = (text, one) => (typeof text === "string" ? (one === "en" ? text : "") : text?.[one] ?? "");
    this.#type = select(this.#types.map(({ name, label, count }) => [name, `${label} (${count})`]), old.type ?? this.#types[0]?.name);
    this.#type.disabled = publication !== null;
    this.#id = textInput({ value: old.id ?? "", maxLength: 64, pattern: "[a-z0-9][a-z0-9-]*", disabled: publication !== null });
    this.#title = textInput({ value: words(old.title, "en"), maxLength: 200 });
    this.#titleFr = textInput({ value: words(old.title, "fr"), maxLength: 200, lang: "fr" });
    this.#description = el("textarea", { rows: 3, maxLength: 2000, value: words(old.description, "en") });
    this.#descriptionFr = el("textarea", { rows: 3, maxLength: 2000, value: words(old.description, "fr"), lang: "fr" });
    this.#q = textInput({ value: old.q ?? "", maxLength: 1000, placeholder: 'status=="open"' });
    const licences = LICENCES.some(([url]) => url === (old.licence ?? LICENCES[0][0])) ? LICENCES : [...LICENCES, [old.licence, old.licence]];
    this.#licence = select(licences, old.licence ?? LICENCES[0][0]);
    this.#publisher = textInput({ value: old.publisher?.name ?? "", maxLength: 200 });
    this.#email = textInput({ value: old.contact?.email ?? "", maxLength: 200, type: "email" });
    this.#frequency = select([["CONT", t`continuously`], ["HOURLY", t`hourly`], ["DAILY", t`daily`], ["WEEKLY", t`weekly`], ["MONTHLY", t`monthly`], ["IRREG", t`irregularly`], ["UNKNOWN", t`not stated`]].concat(
      old.updateFrequency && !["CONT", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "IRREG", "UNKNOWN"].includes(old.updateFrequency) ? [[old.updateFrequency, old.updateFrequency]] : []), old.updateFrequency ?? "CONT");
    this.#theme = select([["", t`none¦theme`], ["ENVI", t`Environment`], ["TRAN", t`Transport`], ["ENER", t`Energy`], ["HEAL", t`Health`], ["GOVE", t`Government`], ["SOCI", t`Population and society`], ["REGI", t`Regions and cities`]], old.themes?.[0] ?? "");
    this.#sender = textInput({ value: old.capSender ?? "", maxLength: 200, placeholder: "alerts@city.example" });
    const sender = field(t`Sender of alerts (CAP)`, this.#sender, t`With a sender, alerts are also in the feed that warning systems read.`);
    this.#type.addEventListener("change", () => {
      this.#drawAttributes();
      sender.element.hidden = shortName(this.#type.value) !== "Alert";
    });
    sender.element.hidden = shortName(this.#type.value ?? "") !== "Alert";
    this.element = el("form", { className: "form card", onsubmit: (event) => { event.preventDefault(); this.#save(); }, oninput: () => this.#later(), onchange: () => this.#later() },
      el("div", { className: "form-head" }, el("h2", { tabIndex: -1 }, publication ? t`Change a publication` : t`Publish something`)),
      el("div", { className: "form-body" },
        el("div", { className: "form-fields" },
          group(t`What¦published`, field(t`Type of entities`, this.#type).element, el("p", { className: "label" }, t`Attributes that are published`), this.#attributes,
            field(t`Only where (q)`, this.#q, t`A query that selects the entities. That an entity is shown then tells what it says.`).element, field(t`Colour by`, this.#colour).element, sender.element),
          group(t`In whose words`, field(t`Title in English`, this.#title).element, field(t`Title in French`, this.#titleFr).element, field(t`Description in English`, this.#description, t`What the data are, and where they come from.`).element,
            field(t`Description in French`, this.#descriptionFr).element, field(t`Name in addresses`, this.#id, t`Small letters, digits and -; it stays.`).element),
          group(t`For the catalogue`, field(t`Published by`, this.#publisher).element, field(t`Mail for questions`, this.#email).element, field(t`Licence`, this.#licence).element,
            field(t`Updated¦how often`, this.#frequency).element, field(t`Theme¦of data`, this.#theme).element)),
        el("div", { className: "form-side", "aria-live": "polite" }, el("h3", {}, t`What everybody would see`), this.#seen)),
      el("div", { className: "form-foot" }, this.#problem, el("button", { type: "submit", className: "button is-main" }, publication ? t`Publish the change` : t`Publish`),
        el("button", { type: "button", className: "button", onclick: () => this.onDone() }, t`Cancel¦publishing`)));
    this.#title.addEventListener("input", () => {
      if (!this.#old && !this.#id.dataset.isTyped) this.#id.value = this.#title.value.normalize("NFD").toLowerCase().replace(/[\u0300-\u036f]/g, "").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 64);
    });
    this.#id.addEventListener("input", () => { this.#id.dataset.isTyped = "yes"; });
    this.#drawAttributes();
    this.#later();
  }

  focus() {
    this.element.querySelector("h2").focus({ preventScroll: true });
  }

  #drawAttributes() {
    const old = this.#old?.type === this.#type.value ? this.#old : null;
    const published = new Map((old?.attributes ?? []).map((one) => [one.name, one]));
    const known = attributesOf(this.#store, this.#type.value);
    const all = [...new Set([...published.keys(), ...known.keys()])];
    this.#boxes.clear();
    this.#attributes.replaceChildren(...all.map((name) => {
      // What is published is chosen, one by one; a first draft has what says what and where an entity is.
      const isOn = old ? published.has(name) : ["name", "location"].includes(shortName(name));
      const box = el("input", { type: "checkbox", checked: isOn });
      this.#boxes.set(name, { box, old: published.get(name) });
      const parts = subAttributesOf(known.get(name)?.example);
      const hint = parts.length > 0 ? el("small", { className: "hint" }, t`its ${parts.join(", ")} stays here`) : null;
      return el("label", { className: "radio" }, box, el("span", {}, shortName(name), " ", hint ?? ""));
    }));
    const colour = old?.colourBy ?? "";
    this.#colour.replaceChildren(el("option", { value: "" }, t`one colour`), ...all.map((name) => el("option", { value: name, selected: name === colour }, shortName(name))));
  }

  /** The publication that the form says; what it has no field for stays as it was. */
  get #publication() {
    const both = (english, french) => Object.fromEntries([["en", english.value.trim()], ["fr", french.value.trim()]].filter(([, text]) => text));
    const attributes = [...this.#boxes].filter(([, { box }]) => box.checked).map(([name, { old }]) => old ?? { name });
    const isOn = (name) => this.#boxes.get(name)?.box.checked === true;
    const optional = {
      q: this.#q.value.trim() || undefined, colourBy: isOn(this.#colour.value) ? this.#colour.value : undefined,
      themes: this.#theme.value ? [this.#theme.value] : undefined, capSender: this.#sender.value.trim() || undefined,
      geometryProperty: this.#old?.geometryProperty && isOn(this.#old.geometryProperty) ? this.#old.geometryProperty : undefined,
      contact: this.#email.value.trim() ? { ...(this.#old?.contact ?? {}), email: this.#email.value.trim() } : undefined,
    };
    return {
      ...(this.#old ?? {}), id: this.#id.value.trim(), title: { ...others(this.#old?.title), ...both(this.#title, this.#titleFr) },
      description: { ...others(this.#old?.description), ...both(this.#description, this.#descriptionFr) }, type: this.#type.value, attributes, licence: this.#licence.value,
      publisher: { ...(this.#old?.publisher ?? {}), name: this.#publisher.value.trim() }, updateFrequency: this.#frequency.value, ...optional,
    };
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#preview(), WAIT);
  }

  async #preview() {
    const turn = (this.#asked += 1);
    const asked = this.#publication;
    if (asked.attributes.length === 0) return this.#seen.replaceChildren(el("p", { className: "hint" }, t`Nothing yet: tick the attributes that are published.`));
    // Words that are still to come do not keep from looking.
    for (const text of ["title", "description"]) if (Object.keys(asked[text]).length === 0) asked[text] = "-";
    asked.id ||= "preview";
    asked.publisher.name ||= "-";
    let seen;
    try {
      seen = await previewPublication(asked);
    } catch (error) {
      if (turn === this.#asked) this.#seen.replaceChildren(el("p", { className: "matches", "data-tone": "bad" }, error.message));
      return;
    }
    if (turn !== this.#asked) return;
    const shown = seen.entities.slice(0, SHOWN).map(({ "@context": _, ...entity }) => el("pre", { className: "detail-json", tabIndex: 0 }, JSON.stringify(entity, null, 2).slice(0, 4_000)));
    this.#seen.replaceChildren(el("p", { className: "matches" }, tn(seen.count, "{0} entity", "{0} entities¦published")), ...shown);
  }

  async #save() {
    this.#problem.hidden = true;
    try {
      await putPublication(this.#publication);
    } catch (error) {
      this.#problem.hidden = false;
      setText(this.#problem, error.message);
      return;
    }
    this.onDone();
  }
}

const others = (text) => Object.fromEntries(Object.entries(typeof text === "object" && text !== null ? text : {}).filter(([one]) => one !== "en" && one !== "fr"));

const MEMBERS = new Set(["type", "value", "object", "languageMap", "vocab", "json", "valueList", "objectList", "unitCode", "observedAt", "datasetId", "createdAt", "modifiedAt", "expiresAt", "instanceId"]);
const subAttributesOf = (instance) => Object.keys(instance ?? {}).filter((name) => !MEMBERS.has(name)).map(shortName);
