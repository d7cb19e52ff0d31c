// The alerts that are raised, in their own words.

import { el, setText } from "./dom.js";
import { t, tn } from "./language.js";
import { dateText } from "./time.js";

const ALERTS_MAX = 50;
const OPEN_MAX = 3;
const LINKS_MAX = 5;
const words = { critical: t`critical`, high: t`high`, medium: t`medium`, low: t`low`, informational: t`informational` };
const tones = { critical: "bad", high: "bad", medium: "warn" };

export class AlertList {
  /** Gives what an alert is about, `[{ name, href }]`. */
  linksOf = () => [];
  #list = el("ul", {});
  #more = el("p", { className: "hint" });
  #summary = el("summary", {});
  #shown = "";
  element = el("details", { className: "view-alerts card", hidden: true }, this.#summary, this.#list, this.#more);

  /** @param alerts as `raisedAlert` reads them */
  show(alerts) {
    const items = alerts.slice(0, ALERTS_MAX).map((alert) => ({ ...alert, links: this.linksOf(alert).slice(0, LINKS_MAX) }));
    const key = JSON.stringify([alerts.length, items]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.element.hidden = alerts.length === 0;
    this.element.open = alerts.length <= OPEN_MAX;
    setText(this.#summary, tn(alerts.length, "{0} alert is raised", "{0} alerts are raised"));
    this.#list.replaceChildren(...items.map(alertItem));
    setText(this.#more, alerts.length > ALERTS_MAX ? t`${alerts.length - ALERTS_MAX} more are not listed.` : "");
  }
}

function alertItem({ severity, headline, text, instruction, from, until, links }) {
  const times = [Number.isFinite(from) ? t`since ${dateText(from)}` : "", Number.isFinite(until) ? t`until ${dateText(until)}` : ""].filter(Boolean).join(", ");
  return el("li", {}, el("p", {}, el("span", { className: "pill", "data-tone": tones[severity] ?? "" }, severity ? words[severity] ?? severity : t`alert`), " ", el("b", {}, headline || text)),
    headline && text !== headline ? el("p", {}, text) : null, instruction ? el("p", {}, instruction) : null,
    el("p", { className: "hint" }, times, ...links.flatMap(({ name, href }) => [" ", el("a", { href }, name)])));
}
