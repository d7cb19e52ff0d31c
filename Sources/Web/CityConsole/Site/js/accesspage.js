// The page of people, keys and policies, for administrators: `#/access`.

import { copyText } from "./copytext.js";
import { byId, el, setText } from "./dom.js";
import { field, group, names, select, textInput } from "./formparts.js";
import { icon } from "./icons.js";
import { t, tn, locale } from "./language.js";
import { addPolicyForm, wordsOfPolicy } from "./accesspolicy.js";
import { session } from "./session.js";

const base = "/admin/access";
const dates = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const date = (text) => dates.format(new Date(text));
const path = (kind, id) => `${base}/${kind}/${encodeURIComponent(id)}`;

/** Asks, and gives the JSON of the answer; throws what the server says against it. */
async function ask(method, address, body) {
  const response = await fetch(address, {
    method, headers: { Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}) }, body: body && JSON.stringify(body),
  });
  const answer = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw new Error(answer?.detail ?? `HTTP ${response.status}`);
  return answer;
}

export class AccessPage {
  #pages;
  #page = byId("access");
  #problem = el("p", { className: "notice", role: "alert", "data-tone": "bad", hidden: true });
  #shown = el("div", { className: "access-shown", role: "status" });
  #people = el("div", { className: "access-list" });
  #keys = el("div", { className: "access-list" });
  #policies = el("div", { className: "access-list" });
  #roles = [];

  constructor(store, pages) {
    this.#pages = pages;
    this.#page.append(
      el("h2", { id: "access-title", className: "access-title", tabIndex: -1 }, t`People and keys`), this.#problem, this.#shown,
      this.#part("people", t`People`, t`They sign in with a name and a password.`, t`Add a person`, () => this.#personForm(), this.#people),
      this.#part("keys", t`Keys`, t`Programs show one with each request.`, t`Make a key`, () => this.#keyForm(), this.#keys),
      this.#part("policies", t`Policies`, t`What roles may do beyond the built-in ones: administrator (everything), operator (all data), reader (reading).`, t`Add a policy`, () => this.#policyForm(), this.#policies),
    );
  }

  get isOpen() {
    return !this.#page.hidden;
  }

  async open() {
    const wasOpen = this.isOpen;
    this.#page.hidden = false;
    await this.#load();
    if (!wasOpen) byId("access-title").focus({ preventScroll: true });
  }

  close() {
    this.#page.hidden = true;
    this.#shown.replaceChildren();
    for (const place of this.#page.querySelectorAll(".access-form")) place.replaceChildren();
  }

  leave() {
    const form = [...this.#page.querySelectorAll(".access-form")].find((place) => place.childElementCount > 0);
    if (form) form.replaceChildren();
    else this.#pages.goTo("#/");
  }

  focusSearch() {}

  #part(name, title, words, action, makeForm, list) {
    const place = el("div", { className: "access-form", id: `access-form-${name}` });
    const button = el("button", { type: "button", className: "button", onclick: () => {
      place.replaceChildren(makeForm());
      place.querySelector("input")?.focus();
    } }, icon("plus"), action);
    return el("section", { className: "card access-part", "aria-labelledby": `access-${name}` },
      el("div", { className: "access-head" }, el("div", {}, el("h3", { id: `access-${name}` }, title), el("p", { className: "hint" }, words)), button),
      place, list);
  }

  async #load() {
    try {
      const [people, keys, policies, roles] = await Promise.all(["people", "keys", "policies", "roles"].map((kind) => ask("GET", `${base}/${kind}`)));
      this.#roles = roles.map(({ name }) => name).filter((name) => name !== "anyone");
      this.#people.replaceChildren(...people.map((person) => this.#personRow(person)));
      const newest = [...keys].reverse().sort((one, other) => Number(Boolean(one.revokedAt)) - Number(Boolean(other.revokedAt)));
      this.#keys.replaceChildren(...(newest.length > 0 ? newest.map((key) => this.#keyRow(key)) : [el("p", { className: "hint access-none" }, t`There are no keys yet.`)]));
      this.#policies.replaceChildren(...(policies.length > 0 ? policies.map((policy) => this.#policyRow(policy)) : [el("p", { className: "hint access-none" }, t`There are no policies of your own: the built-in roles are all there is.`)]));
      this.#tell("");
    } catch (error) {
      this.#tell(t`This could not be read: ${error.message}`);
    }
  }

  #tell(text) {
    setText(this.#problem, text);
    this.#problem.hidden = !text;
  }

  async #do(work) {
    try {
      await work();
      await this.#load();
    } catch (error) {
      this.#tell(error.message);
    }
  }

  /** A button that asks once more before it does something. */
  #careful(words, name, sure, work) {
    const button = el("button", { type: "button", className: "button is-small", "aria-label": `${words}: ${name}`, onclick: () => {
      if (button.dataset.sure) return this.#do(work);
      button.dataset.sure = "true";
      setText(button, sure);
      button.setAttribute("aria-label", `${sure} ${name}`);
    }, onblur: () => {
      delete button.dataset.sure;
      setText(button, words);
      button.setAttribute("aria-label", `${words}: ${name}`);
    } }, words);
    return button;
  }

  #row(title, pills, lines, ...buttons) {
    return el("div", { className: "access-row" },
      el("div", { className: "access-what" }, el("p", {}, el("b", {}, title), " ", ...pills.map(([text, tone]) => el("span", { className: "pill", "data-tone": tone }, text))), ...lines.map((line) => el("p", { className: "hint" }, line))),
      el("div", { className: "access-do" }, ...buttons));
  }

  #personRow(person) {
    const isSelf = session?.id === `person:${person.name}`;
    const lines = [person.roles.join(", ") || t`no role, so nothing is permitted`];
    return this.#row(person.name, [...(isSelf ? [[t`you`, "good"]] : []), ...(person.hasPassword ? [] : [[t`no password`, "warn"]])], lines,
      el("button", { type: "button", className: "button is-small", "aria-label": t`Change ${person.name}`, onclick: () => {
        byId("access-form-people").replaceChildren(this.#personForm(person));
        byId("access-form-people").querySelector("input")?.focus();
      } }, t`Change`),
      this.#careful(t`Remove`, person.name, t`Really remove?`, () => ask("DELETE", path("people", person.name))));
  }

  #keyRow(key) {
    const lines = [
      key.roles.join(", "),
      [t`made ${date(key.createdAt)}`, key.expiresAt && t`ends ${date(key.expiresAt)}`, key.lastUsedAt ? t`last used ${date(key.lastUsedAt)}` : t`never used`].filter(Boolean).join(" · "),
    ];
    const hasEnded = key.expiresAt && new Date(key.expiresAt) < new Date();
    const pills = key.revokedAt ? [[t`revoked`, "bad"]] : hasEnded ? [[t`expired`, "warn"]] : [];
    return this.#row(key.name, pills, lines, key.revokedAt
      ? this.#careful(t`Forget`, key.name, t`Really forget?`, () => ask("DELETE", `${path("keys", key.id)}?forget=true`))
      : this.#careful(t`Revoke`, key.name, t`Really revoke?`, () => ask("DELETE", path("keys", key.id))));
  }

  #policyRow(policy) {
    return this.#row(policy.id, [], [policy.description, wordsOfPolicy(policy)].filter(Boolean),
      this.#careful(t`Remove`, policy.id, t`Really remove?`, () => ask("DELETE", path("policies", policy.id))));
  }

  #form(title, parts, action, send) {
    const problem = el("p", { className: "notice", role: "alert", "data-tone": "bad", hidden: true });
    const form = el("form", { noValidate: true, className: "access-fields", onsubmit: async (event) => {
      event.preventDefault();
      problem.hidden = true;
      try {
        await send();
        form.remove();
        await this.#load();
      } catch (error) {
        setText(problem, error.message);
        problem.hidden = false;
      }
    } }, group(title, ...parts), problem, el("div", { className: "access-foot" },
      el("button", { type: "submit", className: "button is-main" }, action),
      el("button", { type: "button", className: "text-button", onclick: () => form.remove() }, t`Cancel`)));
    return form;
  }

  #rolesField(chosen) {
    const roles = names(t`Roles`, chosen, t`Another role`, () => {});
    roles.setOptions(this.#roles);
    return { element: el("div", { className: "field" }, el("span", { className: "label" }, t`Roles`), roles.element), chosen: () => [...roles.chosen] };
  }

  #personForm(person) {
    const name = field(t`Name`, textInput({ maxLength: 64, autocapitalize: "off" }), t`What they sign in with, such as anna.`);
    const password = field(person ? t`New password` : t`Password`, el("input", { type: "password", autocomplete: "new-password", maxLength: 200 }),
      person ? t`Leave it empty to keep the present one.` : t`At least 10 characters; they can change it.`);
    const roles = this.#rolesField(person?.roles ?? []);
    if (!person) {
      return this.#form(t`A new person`, [name.element, password.element, roles.element], t`Add`, () =>
        ask("POST", `${base}/people`, { name: name.input.value.trim(), password: password.input.value, roles: roles.chosen() }));
    }
    return this.#form(t`Change ${person.name}`, [password.element, roles.element], t`Change`, () =>
      ask("PATCH", path("people", person.name), { roles: roles.chosen(), ...(password.input.value ? { password: password.input.value } : {}) }));
  }

  #keyForm() {
    const name = field(t`What it is for`, textInput({ maxLength: 100 }), t`Such as: air stations north.`);
    const days = select([["30", tn(30, "{0} day", "{0} days")], ["90", tn(90, "{0} day", "{0} days")], ["365", t`a year`], ["", t`until it is revoked`]], "90");
    const end = field(t`Holds for`, days);
    const roles = this.#rolesField(["reader"]);
    return this.#form(t`A new key`, [name.element, end.element, roles.element], t`Make`, async () => {
      const expiresAt = days.value ? new Date(Date.now() + Number(days.value) * 86_400_000).toISOString() : undefined;
      const made = await ask("POST", `${base}/keys`, { name: name.input.value.trim(), roles: roles.chosen(), expiresAt });
      this.#showKey(made);
    });
  }

  #showKey({ name, key }) {
    const text = el("code", { className: "access-secret", tabIndex: 0 }, key);
    this.#shown.replaceChildren(el("div", { className: "notice access-made", "data-tone": "good" },
      el("p", {}, t`The key for ${name}. Copy it now: it is not shown again.`), text,
      el("div", { className: "access-foot" },
        el("button", { type: "button", className: "button is-main", onclick: () => copyText(key) }, icon("copy"), t`Copy`),
        el("button", { type: "button", className: "text-button", onclick: () => this.#shown.replaceChildren() }, t`I have it`))));
    this.#shown.querySelector("button").focus();
  }

  #policyForm() {
    const { parts, policy } = addPolicyForm(this.#roles);
    return this.#form(t`A new policy`, parts, t`Add`, () => ask("POST", `${base}/policies`, policy()));
  }
}
