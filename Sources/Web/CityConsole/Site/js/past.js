// The way to what was: charts and time travel. Both come from the server when they are first wanted.

import { byId, setText } from "./dom.js";
import { icon } from "./icons.js";
import { addStyle } from "./maploader.js";
import { parseTime } from "./time.js";

const HISTORY = /^#\/history(\?|$)/;
const MOMENT = /^#\/at\/(.+)$/;

export class Past {
  /** Goes to an address. */
  goTo = () => {};
  /** Called with whether the page left the present, or came back. */
  onTravel = () => {};
  /** What keeps the store at the present; absent while the page starts. */
  sync = null;
  /** The page of charts, once it was opened. */
  history = null;
  #store;
  #travel = null;
  #style = null;

  constructor(store) {
    this.#store = store;
    byId("travel-open").append(icon("history"));
    byId("travel-open").addEventListener("click", () => {
      if (this.isTravelling) this.#travel.leave();
      else this.#enter(NaN);
    });
  }

  isPage = (address) => HISTORY.test(address);

  get isTravelling() {
    return this.#travel?.isOn ?? false;
  }

  /** Opens or closes what the address asks for. */
  open(address) {
    if (!this.isPage(address)) {
      if (this.history?.isOpen) this.history.close();
      const moment = parseTime(decoded(MOMENT.exec(address)?.[1]));
      if (Number.isFinite(moment) && this.#store.size > 0) this.#enter(moment);
      return;
    }
    if (this.history) return this.history.open(address);
    this.#load(() => import("./historypage.js"), ({ HistoryPage }) => {
      this.history ??= new HistoryPage(this.#store);
      this.history.goTo = (to) => this.goTo(to);
      if (this.isPage(location.hash)) this.history.open(location.hash);
    });
  }

  #enter(moment) {
    if (!this.sync) return;
    this.#load(() => import("./travel.js"), ({ Travel }) => {
      if (!this.#travel) {
        this.#travel = new Travel(this.#store);
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
    });
  }

  async #load(script, then) {
    let module;
    try {
      this.#style ??= addStyle("/console/css/history.css");
      [module] = await Promise.all([script(), this.#style]);
    } catch {
      this.#style = null;
      const toast = byId("toast");
      setText(toast, "This part of the page could not be read from the server; try again.");
      toast.classList.add("is-shown");
      setTimeout(() => toast.classList.remove("is-shown"), 4000);
      return;
    }
    then(module);
  }
}

function decoded(text) {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
