// The header: where this is, whether it is alive, how much there is and how fast it moves.

import { byId, setText } from "./dom.js";
import { locale, t, tn } from "./language.js";
import { formatCount, formatTenths } from "./units.js";

const WINDOW = 5;
const texts = { connecting: t`Connecting`, loading: t`Loading`, live: t`Live`, reconnecting: t`Reconnecting`, past: t`Past` };
const clockFormat = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

export class Header {
  #store;
  #counts = [];

  constructor(store) {
    this.#store = store;
  }

  setPlace(name) {
    setText(byId("place"), name);
    document.title = name === "Parvis" ? name : `${name} · Parvis`;
  }

  setState(state) {
    byId("state").dataset.state = state;
    setText(byId("state-text"), texts[state]);
  }

  /** Why loading does not succeed, for those who point at the state; `null` when it does. */
  setProblem(text) {
    byId("state").title = text ?? "";
  }

  updateCount() {
    const count = this.#store.size + this.#store.leftOut;
    setText(byId("entity-count"), formatCount(count));
    setText(byId("entity-count").nextElementSibling, tn(count, "entity¦in the header", "entities¦in the header"));
  }

  /** The clock and the rate, once a second. */
  tick(now) {
    this.#counts.push(this.#store.changeCount);
    if (this.#counts.length > WINDOW + 1) this.#counts.shift();
    const seconds = Math.max(1, this.#counts.length - 1);
    const rate = (this.#counts[this.#counts.length - 1] - this.#counts[0]) / seconds;
    setText(byId("change-rate"), rate > 0 && rate < 10 ? formatTenths(rate) : formatCount(Math.round(rate)));
    const clock = byId("clock");
    clock.dateTime = new Date(now).toISOString();
    setText(clock, clockFormat.format(now));
  }
}
