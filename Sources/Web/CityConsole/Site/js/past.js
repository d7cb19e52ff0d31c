// The way to the city as it was. Time travel comes from the server when it is first wanted.

import { byId } from "./dom.js";
import { icon } from "./icons.js";
import { lazily } from "./pages.js";
import { parseTime } from "./time.js";

const MOMENT = /^#\/at\/(.+)$/;

export class Past {
  /** Goes to an address. */
  goTo = () => {};
  /** Called with whether the page left the present, or came back. */
  onTravel = () => {};
  /** Whether the page holds a part of the city only. */
  isPart = () => false;
  /** What keeps the store at the present; absent while the page starts. */
  sync = null;
  #store;
  #travel = null;

  constructor(store) {
    this.#store = store;
    byId("travel-open").append(icon("history"));
    byId("travel-open").addEventListener("click", () => {
      if (this.isTravelling) this.#travel.leave();
      else this.#enter(NaN);
    });
  }

  get isTravelling() {
    return this.#travel?.isOn ?? false;
  }

  /** Another part of the city is in view: its entities as they are now. */
  look(entities) {
    this.#travel?.look(entities);
  }

  /** Goes to the moment that an address names. */
  open(address) {
    const moment = parseTime(decoded(MOMENT.exec(address)?.[1]));
    if (Number.isFinite(moment) && this.#store.size > 0) this.#enter(moment);
  }

  async #enter(moment) {
    if (!this.sync) return;
    const module = await lazily(() => import("./travel.js"), ["history"]);
    if (!module) return;
    if (!this.#travel) {
      this.#travel = new module.Travel(this.#store);
      this.#travel.isPart = () => this.isPart();
      this.#travel.onLeave = () => {
        byId("travel-open").setAttribute("aria-pressed", "false");
        this.onTravel(false);
        this.sync.resume();
      };
    }
    this.sync.pause();
    byId("travel-open").setAttribute("aria-pressed", "true");
    if (!/^#\/entity\//.test(location.hash)) this.goTo("#/");
    this.#travel.enter(moment);
    this.onTravel(true);
  }
}

function decoded(text) {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
