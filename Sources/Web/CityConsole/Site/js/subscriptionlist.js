// The list of subscriptions: search, filter, order, and how each one goes. Rows stay while their figures change.

import { el, setText } from "./dom.js";
import { icon } from "./icons.js";
import { t, tn } from "./language.js";
import { rateText } from "./rates.js";
import { sparkline } from "./sparkline.js";
import { endpointState, endpointStates, maskedText, maskedURI, nameOfSubscription, whatText, whenText } from "./subscriptionwords.js";
import { ageText, exactText, parseTime } from "./time.js";
import { formatCount } from "./units.js";

const STEP = 100;

const filters = [
  ["all", t`All¦subscriptions`, () => true],
  ["active", t`Active`, (one) => one.subscription.status === "active"],
  ["paused", t`Paused`, (one) => one.subscription.status === "paused"],
  ["expired", t`Expired`, (one) => one.subscription.status === "expired"],
  ["failing", t`Failing`, (one) => ["retrying", "open"].includes(one.delivery?.state)],
  ["letters", t`Dead letters`, (one) => (one.delivery?.deadLetters ?? 0) > 0],
];

const byText = (text) => (a, b) => text(a).localeCompare(text(b), undefined, { numeric: true });
const byNumber = (number) => (a, b) => number(b) - number(a);
const severity = (one) => ({ open: 3, retrying: 2 })[one.delivery?.state] ?? ((one.delivery?.deadLetters ?? 0) > 0 ? 1 : 0);
const orders = [
  ["name", t`Name`, byText((one) => nameOfSubscription(one.subscription))],
  ["trouble", t`Trouble first`, byNumber(severity)],
  ["rate", t`Notifications a minute`, byNumber((one) => one.rate ?? -1)],
  ["waiting", t`Waiting`, byNumber((one) => one.delivery?.waiting ?? -1)],
  ["letters", t`Dead letters`, byNumber((one) => one.delivery?.deadLetters ?? -1)],
  ["success", t`Last success`, byNumber((one) => parseTime(one.delivery?.lastSuccess) || 0)],
  ["created", t`Newest`, byNumber((one) => parseTime(one.subscription.createdAt) || 0)],
];

export class SubscriptionList {
  element = el("div", { className: "subs-list" });
  search = el("input", {
    id: "subs-search", type: "search", "aria-label": t`Search subscriptions by name, what is watched, or endpoint`, placeholder: t`Name, what, endpoint`,
    autocomplete: "off", spellcheck: false, maxLength: 200,
  });
  #order = el("select", { id: "subs-order", "aria-label": t`Order` }, ...orders.map(([id, name]) => el("option", { value: id }, name)));
  #chips = new Map();
  #line = el("p", { className: "subs-line", role: "status" });
  #box = el("ul", { className: "subs-rows", "aria-label": t`Subscriptions` });
  #more = el("button", { type: "button", className: "text-button", hidden: true });
  #empty = el("div", { className: "subs-empty card", hidden: true });
  #rows = new Map();
  #filter = "all";
  #shown = STEP;
  #all = [];
  #leftOut = 0;
  #opened = null;

  constructor() {
    const chips = el("div", { className: "subs-chips", role: "group", "aria-label": t`Show` });
    for (const [id, name] of filters) {
      const count = el("span", { className: "chip-count" });
      const chip = el("button", { type: "button", className: "chip subs-chip", "aria-pressed": String(id === "all"), onclick: () => this.#setFilter(id) }, name, count);
      this.#chips.set(id, { chip, count });
      chips.append(chip);
    }
    this.search.addEventListener("input", () => this.#anew());
    this.#order.addEventListener("change", () => this.#anew());
    this.#more.addEventListener("click", () => {
      this.#shown += STEP;
      this.#layOut();
    });
    const glass = el("span", { className: "search subs-search" }, icon("search"), this.search);
    const order = el("label", { className: "subs-order" }, el("span", {}, t`Order`), this.#order);
    this.#tools = el("div", { className: "subs-tools" }, glass, order, chips);
    this.element.append(this.#tools, this.#line, this.#box, this.#more, this.#empty);
  }

  #tools;

  /** Draws all anew: `[{ subscription, delivery, rate, series }]`, and how many there are beyond. */
  update(all, leftOut) {
    this.#all = all;
    this.#leftOut = leftOut;
    this.#layOut();
  }

  setOpened(id) {
    this.#opened = id;
    for (const [key, row] of this.#rows) markCurrent(row.link, key === id);
  }

  focusRow(id) {
    (this.#rows.get(id)?.link ?? this.search).focus({ preventScroll: true });
  }

  clearSearch() {
    this.search.value = "";
    this.#setFilter("all");
  }

  #setFilter(id) {
    this.#filter = id;
    for (const [key, { chip }] of this.#chips) chip.setAttribute("aria-pressed", String(key === id));
    this.#anew();
  }

  #anew() {
    this.#shown = STEP;
    this.#layOut();
  }

  #layOut() {
    for (const [id, , fits] of filters) {
      const { chip, count } = this.#chips.get(id);
      const number = this.#all.filter(fits).length;
      setText(count, formatCount(number));
      chip.hidden = number === 0 && id !== "all" && id !== this.#filter;
    }
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = filters.find(([id]) => id === this.#filter)[2];
    const chosen = this.#all.filter((one) => fits(one) && words.every((word) => searchText(one).includes(word)));
    chosen.sort(orders.find(([id]) => id === this.#order.value)[2]);
    const shown = chosen.slice(0, this.#shown);
    this.#say(chosen.length);
    this.#more.hidden = chosen.length <= shown.length;
    setText(this.#more, t`Show ${formatCount(Math.min(STEP, chosen.length - shown.length))} more`);
    const present = new Set(shown.map((one) => one.subscription.id));
    for (const [id, row] of this.#rows) {
      if (present.has(id)) continue;
      row.element.remove();
      this.#rows.delete(id);
    }
    shown.forEach((one, at) => {
      const { id } = one.subscription;
      let row = this.#rows.get(id);
      if (!row) this.#rows.set(id, row = makeRow(id));
      fill(row, one);
      markCurrent(row.link, id === this.#opened);
      // Only what is out of place moves: a moved element loses the focus.
      if (this.#box.children[at] !== row.element) this.#box.insertBefore(row.element, this.#box.children[at] ?? null);
    });
    this.#tools.hidden = this.#line.hidden = this.#all.length === 0;
    this.#box.hidden = shown.length === 0;
    this.#showEmpty(chosen.length);
  }

  #say(count) {
    const total = this.#all.length;
    let text = count === total ? tn(total, "{0} subscription", "{0} subscriptions") : t`${formatCount(count)} of ${formatCount(total)} subscriptions`;
    if (this.#leftOut > 0) text = t`${text}; ${formatCount(this.#leftOut)} more are not loaded`;
    setText(this.#line, text);
  }

  #showEmpty(count) {
    this.#empty.hidden = count > 0;
    if (count > 0) return;
    const state = this.#all.length === 0 ? "none" : "no match";
    if (this.#empty.dataset.state === state) return;
    this.#empty.dataset.state = state;
    if (state === "none") {
      this.#empty.replaceChildren(
        el("h3", {}, t`Be told when something changes`),
        el("p", {}, t`A subscription watches entities: a station whose air turns bad, a car park that fills up, a bus that leaves its district. Whenever that happens, Parvis sends a notification to an address of yours, over HTTP or MQTT, at least once and in order, also across restarts.`),
        el("a", { className: "button is-main", href: "#/subscriptions/new" }, icon("plus"), t`Create a subscription`),
      );
    } else {
      this.#empty.replaceChildren(
        el("h3", {}, t`Nothing fits`), el("p", {}, t`No subscription has these words and this state.`),
        el("button", { type: "button", className: "text-button", onclick: () => this.clearSearch() }, t`Show all`),
      );
    }
  }
}

function markCurrent(link, isCurrent) {
  if (isCurrent) link.setAttribute("aria-current", "true");
  else link.removeAttribute("aria-current");
}

const searchText = ({ subscription }) =>
  `${nameOfSubscription(subscription)}\n${subscription.id}\n${whatText(subscription)}\n${subscription.description ?? ""}\n${maskedURI(subscription.notification?.endpoint?.uri)}`.toLowerCase();

function makeRow(id) {
  const parts = {};
  const part = (name, tag = "span", className = `sub-${name}`) => (parts[name] = el(tag, { className }));
  const spark = sparkline();
  const figure = (name, label) => el("span", { className: "sub-figure" }, (parts[name] = el("b")), el("span", {}, label));
  parts.spark = spark;
  const link = el("a", { className: "sub-row card", href: `#/subscription/${encodeURIComponent(id)}` },
    el("span", { className: "sub-main" }, part("name"), part("what"), part("endpoint")),
    el("span", { className: "sub-states" }, part("status", "span", "pill"), part("state", "span", "pill")),
    el("span", { className: "sub-rate" }, parts.chart = el("span", { className: "sub-chart" }, spark.picture), part("perMinute")),
    el("span", { className: "sub-counts" },
      el("span", { className: "sub-figures" }, figure("waiting", t`waiting`), figure("sent", t`taken`), figure("failed", t`failed`), figure("letters", t`dead letters`)),
      part("last")),
    part("error"),
  );
  return { ...parts, link, element: el("li", {}, link) };
}

function fill(row, { subscription, delivery, rate, series }) {
  setText(row.name, nameOfSubscription(subscription));
  setText(row.what, `${whatText(subscription)}, ${whenText(subscription)}`);
  setText(row.endpoint, maskedURI(subscription.notification?.endpoint?.uri));
  showStatus(row.status, subscription);
  showState(row.state, delivery);
  setText(row.perMinute, rateText(rate));
  row.chart.hidden = !series;
  if (series) row.spark.draw(series, Date.now(), t`Notifications`, t`a minute`);
  setText(row.waiting, delivery ? formatCount(delivery.waiting) : "–");
  setText(row.sent, delivery ? formatCount(delivery.sent - delivery.failed) : "–");
  setText(row.failed, delivery ? formatCount(delivery.failed) : "–");
  setText(row.letters, delivery ? formatCount(delivery.deadLetters) : "–");
  row.letters.parentElement.classList.toggle("is-bad", (delivery?.deadLetters ?? 0) > 0);
  const success = parseTime(delivery?.lastSuccess);
  setText(row.last, Number.isFinite(success) ? t`taken ${ageText(success)}` : t`nothing taken yet`);
  row.last.title = exactText(success);
  const error = delivery?.lastError;
  row.error.hidden = !error;
  if (error) setText(row.error, maskedText(error));
}

export function showStatus(pill, { status }) {
  pill.dataset.tone = { active: "good", paused: "plain", expired: "plain" }[status] ?? "plain";
  setText(pill, { active: t`Active¦subscription`, paused: t`Paused`, expired: t`Expired¦subscription` }[status] ?? String(status));
}

export function showState(pill, delivery) {
  const state = endpointState(delivery);
  pill.hidden = state === null;
  if (state === null) return;
  pill.dataset.tone = endpointStates[state][0];
  setText(pill, endpointStates[state][1]);
}
