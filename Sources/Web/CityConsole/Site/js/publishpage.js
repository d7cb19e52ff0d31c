// The page of what everybody may see: `#/publish` the list, `#/publish/new` and `#/publish/edit/ID` the form.

import { copyText } from "./copytext.js";
import { byId, el, setText } from "./dom.js";
import { shortName } from "./entity.js";
import { icon } from "./icons.js";
import { language, t } from "./language.js";
import { deletePublication, loadPublications } from "./publishapi.js";
import { PublishForm } from "./publishform.js";

export class PublishPage {
  #store;
  #pages;
  #page = byId("publish");
  #title = el("h2", { id: "publish-title", tabIndex: -1 }, t`Published for everybody`);
  #problem = el("p", { className: "notice", role: "alert", "data-tone": "bad", hidden: true });
  #list = el("ul", { className: "publish-list" });
  #empty = el("div", { className: "view-empty card", hidden: true }, el("h3", {}, t`Nothing is published`),
    el("p", {}, t`What you publish is read by anybody without a login: on a site, on other sites, as open data. You name the attributes; nothing else of an entity leaves.`),
    el("a", { className: "button is-main", href: "#/publish/new" }, icon("plus"), t`Publish something`));
  #frame = el("section", { className: "publish-frame card", hidden: true, "aria-label": t`As everybody sees it` });
  #form = null;

  constructor(store, pages) {
    this.#store = store;
    this.#pages = pages;
    this.#page.append(
      el("div", { className: "publish-head" }, this.#title, el("span", { className: "grow" }),
        el("a", { className: "button", href: "/public/", target: "_blank", rel: "noopener" }, t`Open the site`),
        el("a", { className: "button is-main", href: "#/publish/new" }, icon("plus"), t`Publish something`)),
      this.#problem, this.#empty, this.#list, this.#frame);
  }

  get isOpen() {
    return !this.#page.hidden;
  }

  async open(address) {
    this.#page.hidden = false;
    this.#closeForm();
    this.#frame.hidden = true;
    this.#say(null);
    const edited = /^#\/publish\/edit\/([^/?]+)$/.exec(address)?.[1];
    let found = null;
    try {
      found = await loadPublications();
    } catch (error) {
      this.#say(error.message);
    }
    if (location.hash !== address) return;
    if (address === "#/publish/new") this.#openForm(null);
    else if (edited && found?.publications.some(({ id }) => id === edited)) this.#openForm(found.publications.find(({ id }) => id === edited));
    else {
      if (found) this.#draw(found);
      else this.#empty.hidden = this.#list.hidden = true;
      this.#title.focus({ preventScroll: true });
    }
  }

  leave() {
    this.#pages.goTo(this.#form ? "#/publish" : "#/");
  }

  focusSearch() {}

  update(dirty) {
    // The form offers the types that there are, which come after the page.
    if (dirty.membership && this.#form?.isBare) this.open(location.hash);
  }

  close() {
    this.#closeForm();
    this.#frame.replaceChildren();
    this.#page.hidden = true;
  }

  #say(text) {
    this.#problem.hidden = text === null;
    setText(this.#problem, text ?? "");
  }

  #draw({ publications, faulty }) {
    this.#list.hidden = false;
    this.#empty.hidden = publications.length + faulty.length > 0;
    this.#list.replaceChildren(
      ...faulty.map(({ id, reason }) => el("li", { className: "publish-item card" }, el("h3", {}, id), el("p", { className: "notice", "data-tone": "bad" }, t`This publication cannot be used: ${reason}`), el("div", { className: "publish-actions" }, ...this.#takeBack(id, id)))),
      ...publications.map((one) => this.#item(one)));
  }

  #item(publication) {
    const names = publication.attributes.map(({ name, subAttributes = [] }) => [name, ...subAttributes.map((sub) => `${name}.${sub}`)].join(", ")).join(", ");
    return el("li", { className: "publish-item card", "data-id": publication.id },
      el("h3", {}, textIn(publication.title)),
      el("p", { className: "hint" }, `${shortName(publication.type)}: ${names}`),
      publication.capSender ? el("p", {}, el("span", { className: "pill", "data-tone": "good" }, t`in the feed of alerts`)) : null,
      el("div", { className: "publish-actions" },
        el("button", { type: "button", className: "button", onclick: () => this.#show(publication) }, t`Look at it`),
        el("button", { type: "button", className: "button", onclick: () => copyText(snippetOf(publication)) }, t`Copy the embed code`),
        el("a", { className: "button", href: `#/publish/edit/${publication.id}` }, t`Change¦a publication`),
        ...this.#takeBack(publication.id, textIn(publication.title))));
  }

  /** The button, and the question that it asks. */
  #takeBack(id, title) {
    const question = el("div", { className: "notice confirm", "data-tone": "bad", hidden: true, role: "alertdialog", "aria-label": t`Take it back?` });
    const ask = el("button", { type: "button", className: "button is-danger", onclick: () => {
      question.hidden = false;
      keep.focus();
    } }, t`Take back at once`);
    const close = () => {
      question.hidden = true;
      ask.focus();
    };
    const keep = el("button", { type: "button", className: "button", onclick: close }, t`Leave it published`);
    const go = el("button", { type: "button", className: "button is-danger", onclick: async () => {
      try {
        await deletePublication(id);
      } catch (error) {
        return this.#say(error.message);
      }
      await this.open("#/publish");
    } }, t`Take it back`);
    question.append(el("p", {}, t`Take “${title}” back? The site, frames on other sites and links to its data no longer show it.`), el("div", { className: "publish-actions" }, go, keep));
    question.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close();
    });
    return [ask, question];
  }

  #show(publication) {
    const snippet = snippetOf(publication);
    this.#frame.hidden = false;
    this.#frame.replaceChildren(
      el("h3", {}, t`As everybody sees it: ${textIn(publication.title)}`),
      el("iframe", { src: `/public/embed?layer=${publication.id}&lang=${language === "fr" ? "fr" : "en"}`, title: t`As everybody sees it: ${textIn(publication.title)}` }),
      el("label", { className: "label", htmlFor: "publish-snippet" }, t`To put it on another site:`),
      el("textarea", { id: "publish-snippet", readOnly: true, rows: 3, value: snippet }));
    this.#frame.scrollIntoView({ block: "nearest" });
  }

  #openForm(publication) {
    for (const one of [this.#list, this.#empty]) one.hidden = true;
    this.#form = new PublishForm(this.#store, publication);
    this.#form.onDone = () => this.#pages.goTo("#/publish");
    this.#page.append(this.#form.element);
    this.#form.focus();
  }

  #closeForm() {
    this.#form?.element.remove();
    this.#form = null;
  }
}

export const textIn = (text) => (typeof text === "string" ? text : text?.[language] ?? text?.en ?? Object.values(text ?? {})[0] ?? "");

function snippetOf(publication) {
  const escaped = textIn(publication.title).replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  return `<iframe src="${location.origin}/public/embed?layer=${publication.id}" title="${escaped}" width="100%" height="640" loading="lazy" referrerpolicy="no-referrer" frameborder="0"></iframe>`;
}
