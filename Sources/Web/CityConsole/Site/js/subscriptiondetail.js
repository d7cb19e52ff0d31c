// One subscription: how it goes, what it says, what was given up, and what can be done about it.

import { copyText } from "./copytext.js";
import { el, setText } from "./dom.js";
import { icon } from "./icons.js";
import { t, tNodes } from "./language.js";
import { rateText } from "./rates.js";
import { sparkline } from "./sparkline.js";
import * as broker from "./subscriptionapi.js";
import { showState, showStatus } from "./subscriptionlist.js";
import {
  definitionOf, formatNames, formatOf, isSecretURI, maskedText, maskedURI, nameOfSubscription, spanText, whatText, whenText,
} from "./subscriptionwords.js";
import { ageText, dateText, exactText, parseTime } from "./time.js";
import { formatCount } from "./units.js";

const LETTERS = 20;

export class SubscriptionDetail {
  element = el("aside", { className: "subs-detail card", "aria-labelledby": "sub-title", hidden: true });
  /** Called when something was done, so that the page reads again. */
  onChange = () => {};
  onClose = () => {};
  onDeleted = () => {};
  id = null;
  #one = null;
  #parts = null;
  #letters = [];
  #lettersKey = "";
  #showsAll = false;

  /** Whether the panel says that there is no such subscription. */
  get isMissing() {
    return this.isOpen && this.#one === null;
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** Opens one `{ subscription, delivery, rate, series }`. */
  open(one) {
    this.id = one.subscription.id;
    this.#one = one;
    this.#showsAll = false;
    this.#lettersKey = "";
    this.#letters = [];
    this.#build();
    this.element.hidden = false;
    this.element.scrollTop = 0;
    this.update(one);
    this.#parts.title.focus({ preventScroll: true });
  }

  openMissing(id) {
    this.id = id;
    this.#one = null;
    const title = el("h2", { id: "sub-title", tabIndex: -1 }, t`No such subscription`);
    this.element.replaceChildren(
      el("div", { className: "detail-head" }, el("div", { className: "detail-names" }, title), this.#closeButton()),
      el("p", { className: "detail-note" }, ...tNodes`It was deleted, or never was: ${el("code", {}, id)}`));
    this.element.hidden = false;
    title.focus({ preventScroll: true });
  }

  close() {
    this.id = null;
    this.#one = null;
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  update(one) {
    this.#one = one;
    const { subscription, delivery, rate, series } = one;
    const parts = this.#parts;
    setText(parts.title, nameOfSubscription(subscription));
    setText(parts.description, subscription.description ?? "");
    parts.description.hidden = !subscription.description;
    showStatus(parts.status, subscription);
    showState(parts.state, delivery);
    const isPaused = subscription.status === "paused";
    if (parts.pause.dataset.paused !== String(isPaused)) {
      parts.pause.dataset.paused = String(isPaused);
      parts.pause.replaceChildren(icon(isPaused ? "play" : "pause"), isPaused ? t`Resume` : t`Pause`);
    }
    parts.pause.hidden = subscription.status === "expired";
    setText(parts.rate, rateText(rate));
    parts.chart.hidden = !series;
    if (series) parts.spark.draw(series, Date.now(), t`Notifications`, t`a minute`);
    const number = (value) => (value === undefined ? "–" : formatCount(value));
    setText(parts.waiting, number(delivery?.waiting));
    setText(parts.taken, number(delivery && delivery.sent - delivery.failed));
    setText(parts.failed, number(delivery?.failed));
    setText(parts.dropped, number(delivery?.dropped));
    setText(parts.success, timeText(delivery?.lastSuccess, "never"));
    parts.success.title = exactText(parseTime(delivery?.lastSuccess));
    setText(parts.failure, timeText(delivery?.lastFailure, "never"));
    parts.failure.title = exactText(parseTime(delivery?.lastFailure));
    parts.error.hidden = !delivery?.lastError;
    setText(parts.errorText, maskedText(delivery?.lastError));
    setText(parts.errorHelp, helpFor(delivery));
    this.#fillDefinition(subscription);
    this.#loadLetters(delivery?.deadLetters ?? 0);
  }

  async test() {
    const { button, box } = { button: this.#parts.testButton, box: this.#parts.testResult };
    const { id } = this;
    button.disabled = true;
    box.hidden = false;
    box.dataset.tone = "plain";
    setText(box, t`Sending a test ...`);
    try {
      const result = await broker.sendTest(id);
      if (this.id !== id) return;
      const what = result.entities === 0 ? t`a notification without entities, since none matches now` : t`a notification of an entity that matches now`;
      box.dataset.tone = result.taken ? "good" : "bad";
      setText(box, result.taken ? t`Taken after ${formatCount(result.milliseconds)} ms: ${what}.` : t`Not taken after ${formatCount(result.milliseconds)} ms: ${maskedText(result.reason)}.`);
    } catch (error) {
      box.dataset.tone = "bad";
      setText(box, error.message);
    } finally {
      button.disabled = false;
    }
  }

  #build() {
    const { id } = this;
    const parts = {};
    this.#parts = parts;
    const button = (className, picture, text, onclick, more = {}) => el("button", { type: "button", className, onclick, ...more }, picture && icon(picture), text);
    parts.title = el("h2", { id: "sub-title", tabIndex: -1 });
    parts.description = el("p", { className: "detail-kind" });
    parts.status = el("span", { className: "pill" });
    parts.state = el("span", { className: "pill" });
    parts.testButton = button("button is-main", "send", t`Send a test`, () => this.test());
    parts.pause = button("button", null, "", () => this.#pause());
    parts.deleteButton = button("button is-danger", "bin", t`Delete`, () => this.#askToDelete());
    parts.testResult = el("p", { className: "notice", role: "status", hidden: true });
    parts.confirm = el("div", { className: "notice confirm", role: "alertdialog", "aria-label": t`Delete the subscription?`, hidden: true });
    parts.problem = el("p", { className: "notice", role: "alert", hidden: true, "data-tone": "bad" });
    parts.spark = sparkline();
    parts.chart = el("span", { className: "sub-chart" }, parts.spark.picture);
    const figure = (name, label) => el("div", {}, el("dt", {}, label), (parts[name] = el("dd")));
    parts.errorText = el("b");
    parts.errorHelp = el("span");
    parts.error = el("p", { className: "notice", "data-tone": "bad" }, parts.errorText, parts.errorHelp);
    parts.definition = el("dl", { className: "sub-definition" });
    parts.json = el("pre", { className: "detail-json", id: "sub-json", hidden: true, tabIndex: 0, "aria-label": t`The subscription as JSON, without what is secret` });
    const jsonButton = el("button", { type: "button", className: "text-button", "aria-expanded": "false", "aria-controls": "sub-json", onclick: () => {
      parts.json.hidden = !parts.json.hidden;
      jsonButton.setAttribute("aria-expanded", String(!parts.json.hidden));
    } }, "JSON");
    parts.letters = el("div", { className: "letters" });
    this.element.replaceChildren(
      el("div", { className: "detail-head" }, el("div", { className: "detail-names" }, parts.title, parts.description, el("p", { className: "pills" }, parts.status, parts.state)), this.#closeButton()),
      el("div", { className: "sub-actions" }, parts.testButton, parts.pause, el("a", { className: "button", href: `#/subscription/${encodeURIComponent(id)}/edit` }, icon("edit"), t`Edit`), parts.deleteButton),
      parts.confirm, parts.testResult, parts.problem, parts.error,
      el("section", { "aria-label": t`Delivery` },
        el("div", { className: "sub-rate-line" }, el("h3", {}, t`Notifications`), parts.rate = el("b"), parts.chart),
        el("dl", { className: "sub-grid" }, figure("waiting", t`Waiting`), figure("taken", t`Taken`), figure("failed", t`Failed attempts`), figure("dropped", t`Dropped`), figure("success", t`Last success`), figure("failure", t`Last failure`))),
      el("section", { "aria-label": t`What it says` },
        el("div", { className: "section-head" }, el("h3", {}, t`What it says`), jsonButton,
          el("button", { type: "button", className: "text-button", onclick: () => copyText(parts.json.textContent) }, icon("copy"), t`Copy JSON`)),
        parts.definition, parts.json),
      el("section", { "aria-label": t`Dead letters` }, parts.letters),
    );
  }

  #closeButton() {
    return el("button", { type: "button", className: "icon-button", "aria-label": t`Close`, title: t`Close (Esc)`, onclick: () => this.onClose() }, icon("close"));
  }

  #fillDefinition(subscription) {
    const text = JSON.stringify(definitionOf(subscription), null, 2);
    if (this.#parts.json.textContent === text) return;
    this.#parts.json.textContent = text;
    const { notification } = subscription;
    const endpoint = notification.endpoint;
    const rows = [[t`What`, whatText(subscription)], [t`When`, whenText(subscription)]];
    rows.push([t`Where¦endpoint`, isSecretURI(endpoint.uri) ? t`${maskedURI(endpoint.uri)} (with a user and password that are not shown)` : maskedURI(endpoint.uri)]);
    rows.push([t`Format`, formatNames[formatOf(subscription)] ?? formatOf(subscription)]);
    const headers = (endpoint.receiverInfo ?? []).map((one) => one.key);
    if (headers.length > 0) rows.push([t`Headers`, t`${headers.join(", ")} (values are not shown)`]);
    for (const { key, value } of endpoint.notifierInfo ?? []) rows.push([key, value]);
    const attributes = notification.attributes ?? notification.pick;
    if (attributes) rows.push([t`Sends`, [attributes].flat().join(", ")]);
    if (notification.omit) rows.push([t`Leaves out`, [notification.omit].flat().join(", ")]);
    if (notification.showChanges) rows.push([t`Also`, t`what attributes were before`]);
    if (endpoint.timeout) rows.push([t`Time-out`, t`${formatCount(endpoint.timeout)} ms`]);
    if (endpoint.cooldown) rows.push([t`Pause after a failure`, spanText(endpoint.cooldown / 1000)]);
    if (subscription.expiresAt) rows.push([t`Until`, dateText(parseTime(subscription.expiresAt))]);
    if (subscription.createdAt) rows.push([t`Created`, dateText(parseTime(subscription.createdAt))]);
    rows.push([t`Id`, subscription.id]);
    this.#parts.definition.replaceChildren(...rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
  }

  // --- Dead letters ------------------------------------------------------------------------------------------------

  async #loadLetters(count) {
    const { id } = this;
    if (count === 0 && this.#letters.length === 0) return this.#drawLetters();
    try {
      const { letters } = await broker.loadDelivery(id);
      if (this.id !== id) return;
      this.#letters = letters ?? [];
    } catch {
      return;
    }
    this.#drawLetters();
  }

  #drawLetters() {
    const letters = this.#letters.toReversed();
    const key = JSON.stringify([letters, this.#showsAll]);
    if (key === this.#lettersKey) return;
    this.#lettersKey = key;
    const { id } = this;
    const head = el("div", { className: "section-head" }, el("h3", {}, letters.length > 0 ? t`Dead letters (${formatCount(letters.length)})` : t`Dead letters`));
    if (letters.length === 0) {
      return this.#parts.letters.replaceChildren(head, el("p", { className: "hint" }, t`None. What an endpoint does not take for good is kept here with its reason.`));
    }
    const small = (picture, text, label, work) => el("button", { type: "button", className: "text-button", "aria-label": label, onclick: (event) => this.#act(event.currentTarget, work) }, icon(picture), text);
    head.append(
      small("again", t`Replay all`, t`Send all dead letters again`, () => broker.replay(id)),
      small("bin", t`Drop all`, t`Delete all dead letters for good`, () => broker.drop(id)));
    const shown = this.#showsAll ? letters : letters.slice(0, LETTERS);
    const rows = shown.map((letter) => el("li", {},
      el("span", { className: "letter-time", title: exactText(parseTime(letter.at)) }, dateText(parseTime(letter.at)), " · ", t`${formatCount(letter.bytes)} bytes`),
      el("span", { className: "letter-reason" }, maskedText(letter.reason)),
      el("span", { className: "letter-tools" },
        letter.replayed ? el("span", { className: "pill", "data-tone": "warn" }, t`Being replayed`) : small("again", t`Replay`, t`Send the one of ${dateText(parseTime(letter.at))} again`, () => broker.replay(id, letter.id)),
        small("bin", t`Drop`, t`Delete the one of ${dateText(parseTime(letter.at))}`, () => broker.drop(id, letter.id)))));
    const list = el("ul", { "aria-label": t`Dead letters, the newest first` }, ...rows);
    const more = shown.length < letters.length ? el("button", { type: "button", className: "text-button", onclick: () => { this.#showsAll = true; this.#drawLetters(); } }, t`Show all ${formatCount(letters.length)}`) : null;
    this.#parts.letters.replaceChildren(head, list, ...(more ? [more] : []));
  }

  // --- What can be done --------------------------------------------------------------------------------------------

  async #act(button, work) {
    button.disabled = true;
    this.#parts.problem.hidden = true;
    try {
      await work();
      await this.onChange();
    } catch (error) {
      setText(this.#parts.problem, error.message);
      this.#parts.problem.hidden = false;
    } finally {
      button.disabled = false;
    }
  }

  #pause() {
    const isActive = this.#one.subscription.status === "paused";
    return this.#act(this.#parts.pause, () => broker.updateSubscription(this.id, { isActive }));
  }

  #askToDelete() {
    const { confirm, deleteButton } = this.#parts;
    const { id } = this;
    const waiting = this.#one.delivery?.waiting ?? 0;
    const keep = el("button", { type: "button", className: "button", onclick: () => {
      confirm.hidden = true;
      deleteButton.focus();
    } }, t`Keep it`);
    const go = el("button", { type: "button", className: "button is-danger", onclick: (event) => this.#act(event.currentTarget, async () => {
      await broker.deleteSubscription(id);
      this.onDeleted(id);
    }) }, t`Delete for good`);
    confirm.replaceChildren(
      el("p", {}, waiting > 0 ? t`Delete this subscription? Nobody is notified by it any more; ${formatCount(waiting)} that wait and its dead letters go with it.` : t`Delete this subscription? Nobody is notified by it any more, and what waits and its dead letters go with it.`),
      el("div", { className: "sub-actions" }, go, keep));
    confirm.hidden = false;
    keep.focus();
  }
}

const timeText = (text, otherwise) => ageText(parseTime(text)) || otherwise;

function helpFor(delivery) {
  if (!delivery?.lastError) return "";
  if (/not allowed|private|loopback|link-local|reserved/.test(delivery.lastError)) return ` ${t`The broker refuses addresses of its own network unless it is started with --allow-private-endpoints.`}`;
  if (delivery.deadLetters > 0 && delivery.waiting === 0) return ` ${t`What it does not take for good is kept below as a dead letter.`}`;
  if (delivery.state === "open") return ` ${t`It failed five times or more in a row; one notification is tried now and then until one is taken.`}`;
  if (delivery.state === "retrying") return ` ${t`It is tried again, with growing pauses.`}`;
  return "";
}
