// The page of subscriptions: reads them every few seconds while it is open, and shows what its address says.
//
// `#/subscriptions` the list, `#/subscriptions/new` the form, `#/subscription/ID` one, `#/subscription/ID/edit` its form.

import { byId, el, setText } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { Rates } from "./rates.js";
import { loadDeliveries, loadSubscriptions } from "./subscriptionapi.js";
import { SubscriptionDetail } from "./subscriptiondetail.js";
import { SubscriptionForm } from "./subscriptionform.js";
import { SubscriptionList } from "./subscriptionlist.js";

const EVERY = 3000;
const EVERY_WITH_MANY = 10_000;
const MANY = 500;

export class SubscriptionPage {
  #store;
  #pages;
  #page = byId("subscriptions");
  #list = new SubscriptionList();
  #detail = new SubscriptionDetail();
  #form = null;
  #rates = new Rates();
  #all = new Map();
  #leftOut = 0;
  #timer = 0;
  #problem = el("p", { className: "notice", role: "alert", "data-tone": "bad", hidden: true });
  #note = el("p", { className: "notice", "data-tone": "warn", hidden: true });
  #testsAfterOpening = null;
  #opening = 0;
  #reading = 0;
  #taken = 0;

  constructor(store, pages) {
    this.#store = store;
    this.#pages = pages;
    const create = el("a", { className: "button is-main", href: "#/subscriptions/new" }, icon("plus"), t`New`);
    create.setAttribute("aria-label", t`New subscription`);
    this.#page.append(
      el("div", { className: "subs-head" }, el("h2", { id: "subs-title", tabIndex: -1 }, t`Subscriptions`), create),
      this.#problem, this.#note,
      el("div", { className: "subs-columns" }, this.#list.element, this.#detail.element),
    );
    this.#detail.onClose = () => this.#pages.goTo("#/subscriptions");
    this.#detail.onChange = () => this.reload();
    this.#detail.onDeleted = (id) => {
      this.#detail.close();
      this.#all.delete(id);
      this.#pages.goTo("#/subscriptions");
    };
    document.addEventListener("visibilitychange", () => { if (!document.hidden && this.isOpen) this.reload(); });
  }

  get isOpen() {
    return !this.#page.hidden;
  }

  /** Opens what the address says. */
  async open(address) {
    const match = /^#\/subscriptions?(?:\/(.+?))?(\/edit)?$/.exec(address) ?? [];
    const opening = (this.#opening += 1);
    const wasOpen = this.isOpen;
    const isForm = address === "#/subscriptions/new" || match[2] !== undefined;
    let id = null;
    try {
      id = match[1] && address.startsWith("#/subscription/") ? decodeURIComponent(match[1]) : null;
    } catch {
      // A broken address opens the list.
    }
    this.#page.hidden = false;
    if (!isForm) this.#closeForm();
    if (!wasOpen || (id && !this.#all.has(id))) await this.reload();
    if (opening !== this.#opening) return;
    if (isForm) this.#openForm(id);
    else if (id) this.#openDetail(id);
    else this.#showList(wasOpen);
  }

  /** Escape: the form, the details, the search, then the page. */
  leave() {
    if (this.#form) this.#pages.goTo(this.#formReturn);
    else if (this.#detail.isOpen) this.#pages.goTo("#/subscriptions");
    else if (this.#list.search.value) this.#list.clearSearch();
    else this.#pages.goTo("#/");
  }

  focusSearch() {
    if (this.#form) return;
    this.#list.search.focus();
    this.#list.search.select();
  }

  /** Reads all again. */
  async reload() {
    clearTimeout(this.#timer);
    const reading = (this.#reading += 1);
    try {
      const [{ list, total }, deliveries] = await Promise.all([loadSubscriptions(), loadDeliveries().catch(() => null)]);
      // What was read before something was done may not take the place of what was read after it.
      if (reading < this.#taken) return;
      this.#taken = reading;
      this.#take(list, total, deliveries);
      this.#problem.hidden = true;
    } catch (error) {
      setText(this.#problem, t`The subscriptions could not be read: ${error.message}`);
      this.#problem.hidden = false;
    }
    clearTimeout(this.#timer);
    if (!this.isOpen || document.hidden) return;
    this.#timer = setTimeout(() => this.reload(), this.#all.size > MANY ? EVERY_WITH_MANY : EVERY);
  }

  #take(list, total, deliveries) {
    const now = Date.now();
    this.#all = new Map(list.map((subscription) => {
      const { id } = subscription;
      const delivery = deliveries?.get(id) ?? null;
      if (delivery) this.#rates.note(id, delivery.sent - delivery.failed, now);
      return [id, { subscription, delivery, rate: this.#rates.perMinute(id), series: this.#rates.series(id) }];
    }));
    this.#rates.keepOnly(new Set(this.#all.keys()));
    this.#leftOut = Math.max(0, total - list.length);
    this.#note.hidden = deliveries !== null;
    setText(this.#note, deliveries === null ? t`How the notifications go is not shown: /admin/notifications is kept from this page.` : "");
    this.#draw();
  }

  #draw() {
    this.#list.update([...this.#all.values()], this.#leftOut);
    const { id, isOpen, isMissing } = this.#detail;
    if (!isOpen) return;
    const one = this.#all.get(id);
    if (one && isMissing) this.#detail.open(one);
    else if (one) this.#detail.update(one);
    else if (!isMissing) this.#detail.openMissing(id);
  }

  #showList(wasOpen) {
    const id = this.#detail.id;
    this.#detail.close();
    this.#list.setOpened(null);
    this.#page.classList.remove("has-one");
    if (id && wasOpen) this.#list.focusRow(id);
    else byId("subs-title").focus({ preventScroll: true });
  }

  #openDetail(id) {
    const one = this.#all.get(id);
    this.#page.classList.add("has-one");
    this.#list.setOpened(id);
    if (!one) return this.#detail.openMissing(id);
    if (this.#detail.id !== id || !this.#detail.isOpen) this.#detail.open(one);
    if (this.#testsAfterOpening === id) this.#detail.test();
    this.#testsAfterOpening = null;
  }

  #formReturn = "#/subscriptions";

  #openForm(id) {
    this.#closeForm();
    const one = id ? this.#all.get(id) : null;
    if (id && !one) return this.#openDetail(id);
    this.#formReturn = id ? `#/subscription/${encodeURIComponent(id)}` : "#/subscriptions";
    this.#form = new SubscriptionForm({ subscription: one?.subscription ?? null, store: this.#store, map: this.#pages.mapParts() });
    this.#form.onCancel = () => this.#pages.goTo(this.#formReturn);
    this.#form.onSaved = async (saved, isToBeTested) => {
      this.#testsAfterOpening = isToBeTested ? saved : null;
      await this.reload();
      this.#pages.goTo(`#/subscription/${encodeURIComponent(saved)}`);
    };
    this.#page.classList.add("has-form");
    this.#page.append(this.#form.element);
    this.#form.focus();
  }

  #closeForm() {
    this.#form?.close();
    this.#form?.element.remove();
    this.#form = null;
    this.#page.classList.remove("has-form");
  }

  close() {
    clearTimeout(this.#timer);
    this.#opening += 1;
    this.#closeForm();
    this.#detail.close();
    this.#page.hidden = true;
    this.#page.classList.remove("has-one");
  }
}
