// The alerts about the air that are raised, in their own words.

import { el, setText } from "./dom.js";
import { dateText } from "./time.js";

const ALERTS_MAX = 50;
const OPEN_MAX = 3;
const tones = { critical: "bad", high: "bad", medium: "warn" };

export class AirAlerts {
  /** Gives the address of a station. */
  addressOf = () => "#/air";
  #list = el("ul", {});
  #more = el("p", { className: "hint" });
  #summary = el("summary", {});
  #shown = "";
  element = el("details", { className: "air-alerts card", hidden: true }, this.#summary, this.#list, this.#more);

  /** @param stations by id, for their names */
  show(alerts, stations) {
    const key = JSON.stringify(alerts);
    if (key === this.#shown) return;
    this.#shown = key;
    this.element.hidden = alerts.length === 0;
    this.element.open = alerts.length <= OPEN_MAX;
    setText(this.#summary, alerts.length === 1 ? "1 alert is raised" : `${alerts.length} alerts are raised`);
    this.#list.replaceChildren(...alerts.slice(0, ALERTS_MAX).map((alert) => this.#item(alert, stations)));
    setText(this.#more, alerts.length > ALERTS_MAX ? `${alerts.length - ALERTS_MAX} more are not listed.` : "");
  }

  #item({ severity, headline, text, instruction, from, until, stations: ids }, stations) {
    const links = ids.slice(0, 5).flatMap((id) => [" ", el("a", { href: this.addressOf(id) }, stations.get(id)?.name ?? id)]);
    const times = [[from, "since"], [until, "until"]].filter(([time]) => Number.isFinite(time)).map(([time, word]) => `${word} ${dateText(time)}`).join(", ");
    return el("li", {}, el("p", {}, el("span", { className: "pill", "data-tone": tones[severity] ?? "" }, severity || "alert"), " ", el("b", {}, headline || text)),
      headline && text !== headline ? el("p", {}, text) : null, instruction ? el("p", {}, instruction) : null,
      el("p", { className: "hint" }, times, ...links));
  }
}
