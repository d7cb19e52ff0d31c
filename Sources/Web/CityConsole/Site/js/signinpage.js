// Where people come in: `#/sign-in` by name and password, `#/welcome/TOKEN` as the first administrator, `#/enter/TOKEN` by a link;
// `#/sign-in/password` for another password. Who comes back from a provider is at `#/sign-in/done`, or where it says why not.

import { byId, el, setText } from "./dom.js";
import { field } from "./formparts.js";
import { t } from "./language.js";
import { askSession, goBack, session } from "./session.js";

const input = (type, name, autocomplete) => el("input", { type, name, autocomplete, required: true, maxLength: 200, autocapitalize: "off", spellcheck: false });

export class SignInPage {
  #pages;
  #page = byId("signin");

  constructor(store, pages) {
    this.#pages = pages;
  }

  get isOpen() {
    return !this.#page.hidden;
  }

  open(address) {
    this.#page.hidden = false;
    document.body.classList.toggle("is-entrance", address !== "#/sign-in/password");
    const [, kind, token] = /^#\/(sign-in|welcome|enter)(?:\/(.*))?$/.exec(address) ?? [];
    // The token is not left in the history of the browser.
    if (kind !== "sign-in") history.replaceState(null, "", `#/${kind}/`);
    if (kind === "welcome") this.#showWelcome(token);
    else if (kind === "enter") this.#enter(token);
    else if (token === "password") this.#showPassword();
    else if (token === "done") goBack();
    else this.#showSignIn(token);
  }

  close() {
    document.body.classList.remove("is-entrance");
    this.#page.hidden = true;
    this.#page.replaceChildren();
  }

  leave() {
    if (location.hash === "#/sign-in/password") this.#pages.goTo("#/");
  }

  focusSearch() {}

  #show(title, words, fields, action, send, other = null) {
    const problem = el("p", { className: "notice", role: "alert", "data-tone": "bad", hidden: true });
    const button = el("button", { type: "submit", className: "button is-main" }, action);
    const fail = (text) => {
      setText(problem, text);
      problem.hidden = !text;
    };
    const form = el("form", { className: "signin card", noValidate: true, onsubmit: async (event) => {
      event.preventDefault();
      fail("");
      const empty = fields.find((one) => !one.input.value);
      for (const one of fields) one.setError(one === empty ? t`Fill this in.` : "");
      if (empty) return empty.input.focus();
      button.disabled = true;
      try {
        const refusal = await send();
        if (refusal) fail(refusal);
      } catch (error) {
        fail(t`The server does not answer: ${error.message}`);
      }
      button.disabled = false;
    } }, el("h2", { id: "signin-title", tabIndex: -1 }, title), ...words.map((text) => el("p", { className: "hint" }, text)),
    ...fields.map((one) => one.element), problem, fields.length > 0 ? button : null);
    this.#page.replaceChildren(form);
    if (other) button.after(other);
    (fields[0]?.input ?? byId("signin-title")).focus();
    return { fail };
  }

  /** Another way in, where there is one. */
  #provider() {
    if (!session?.provider) return null;
    return el("a", { className: "button", href: "/session/provider" }, t`Sign in with ${session.provider}`);
  }

  /** @param {string} ended How an attempt to sign in elsewhere ended. */
  #showSignIn(ended) {
    const name = field(t`Name`, input("text", "username", "username"));
    const password = field(t`Password`, input("password", "password", "current-password"));
    const { fail } = this.#show(t`Sign in`, [], [name, password], t`Sign in`, async () => {
      const refusal = await askSession("POST", { name: name.input.value.trim(), password: password.input.value });
      if (refusal) {
        password.input.value = "";
        password.input.focus();
        return refusal;
      }
      goBack();
      return null;
    }, this.#provider());
    const words = {
      refused: () => t`You were not signed in there. Try again, or ask who runs this Parvis.`,
      unavailable: () => t`The other server cannot be asked. Try again in a minute.`,
      wait: () => t`Too many attempts failed. Try again later.`,
    };
    if (Object.hasOwn(words, ended ?? "")) fail(words[ended]());
  }

  #newPassword() {
    const first = field(t`New password`, input("password", "new-password", "new-password"), t`At least 10 characters; a few words make a good one.`);
    const again = field(t`The same again`, input("password", "new-password-again", "new-password"));
    const isSame = () => {
      const same = first.input.value === again.input.value;
      again.setError(same ? "" : t`This is not the same password.`);
      if (!same) again.input.focus();
      return same;
    };
    return { first, again, isSame };
  }

  #showWelcome(token) {
    const name = field(t`Name`, input("text", "username", "username"), t`What you will sign in with, such as anna.`);
    const { first, again, isSame } = this.#newPassword();
    const words = [t`Nobody can sign in to this Parvis yet. You become its administrator, who decides who may do what.`];
    this.#show(t`Welcome`, words, [name, first, again], t`Become the administrator`, async () => {
      if (!isSame()) return null;
      const refusal = await askSession("POST", { welcome: token, name: name.input.value.trim(), password: first.input.value });
      if (refusal) return refusal;
      goBack();
      return null;
    });
  }

  async #enter(token) {
    const { fail } = this.#show(t`Signing in`, [], [], "", async () => null);
    try {
      const refusal = await askSession("POST", { link: token });
      if (!refusal) return goBack();
      fail(refusal);
    } catch (error) {
      fail(t`The server does not answer: ${error.message}`);
    }
  }

  #showPassword() {
    const current = field(t`Present password`, input("password", "current-password", "current-password"));
    const { first, again, isSame } = this.#newPassword();
    this.#show(t`Change the password`, [t`It signs you out everywhere else.`], [current, first, again], t`Change it`, async () => {
      if (!isSame()) return null;
      const refusal = await askSession("PUT", { current: current.input.value, new: first.input.value }, "/password");
      if (refusal) return refusal;
      goBack();
      return null;
    });
  }
}
