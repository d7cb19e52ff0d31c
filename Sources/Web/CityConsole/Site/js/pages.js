// The pages beside the city. Each comes from the server when its address is first opened, so that a first view of the
// city does not load it.
//
// A page is a class made with the store and this `Pages`: `isOpen`, `open(address)`, `close()`, `leave()` for Escape,
// `focusSearch()`; where it wants them `redraw()` for another theme, `update(dirty)` for what changed, `tick(now)`.

import { byId, el } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { addStyle } from "./maploader.js";
import { toast } from "./toast.js";

const kinds = [
  {
    name: "alerts", title: t`Alerts`, picture: "alert", pattern: /^#\/alerts(\/|\?|$)/, styles: ["pages", "cityview", "forms", "alerts"],
    script: () => import("./alertspage.js").then(({ AlertsPage }) => AlertsPage),
  },
  {
    name: "air", title: t`Air`, picture: "wind", pattern: /^#\/air(\?|$)/, styles: ["pages", "history", "cityview", "air"],
    script: () => import("./airpage.js").then(({ AirPage }) => AirPage),
  },
  {
    name: "traffic", title: t`Traffic`, picture: "car", pattern: /^#\/traffic(\?|$)/, styles: ["pages", "history", "cityview", "traffic"],
    script: () => import("./trafficpage.js").then(({ TrafficPage }) => TrafficPage),
  },
  {
    name: "boards", title: t`Boards¦in the header`, picture: "board", pattern: /^#\/boards(\/|\?|$)/, styles: ["pages", "history", "cityview", "forms", "entityedit", "boards"],
    script: () => import("./boardspage.js").then(({ BoardsPage }) => BoardsPage),
  },
  {
    name: "entityform", isHidden: true, pattern: /^#\/entities\/new(\?|$)/, styles: ["pages", "forms", "entityedit"],
    script: () => import("./entityform.js").then(({ EntityFormPage }) => EntityFormPage),
  },
  {
    name: "history", title: t`History`, picture: "chart", pattern: /^#\/history(\?|$)/, styles: ["pages", "history"],
    script: () => import("./historypage.js").then(({ HistoryPage }) => HistoryPage),
  },
  {
    name: "subscriptions", heading: "subs", title: t`Subscriptions`, picture: "bell", pattern: /^#\/subscriptions?(\/|$)/, styles: ["pages", "detail", "forms", "subscriptions"],
    script: () => import("./subscriptions.js").then(({ SubscriptionPage }) => SubscriptionPage),
  },
  {
    name: "import", title: t`Import`, picture: "save", pattern: /^#\/import(\/|\?|$)/, styles: ["pages", "cityview", "forms", "import"],
    script: () => import("./importpage.js").then(({ ImportPage }) => ImportPage),
  },
  {
    name: "change", isHidden: true, pattern: /^#\/change(\?|$)/, styles: ["pages", "forms", "entityedit", "import"],
    script: () => import("./bulkedit.js").then(({ BulkEditPage }) => BulkEditPage),
  },
  {
    name: "publish", title: t`Publish`, picture: "send", pattern: /^#\/publish(\/|$)/, styles: ["pages", "detail", "cityview", "forms", "publish"],
    script: () => import("./publishpage.js").then(({ PublishPage }) => PublishPage),
  },
  {
    name: "operations", heading: "ops", title: t`Operations`, picture: "server", pattern: /^#\/operations(\?|$)/, styles: ["pages", "operations"],
    script: () => import("./operationspage.js").then(({ OperationsPage }) => OperationsPage),
  },
  {
    name: "signin", isHidden: true, pattern: /^#\/(sign-in|welcome|enter)(\/|\?|$)/, styles: ["pages", "forms", "access"],
    script: () => import("./signinpage.js").then(({ SignInPage }) => SignInPage),
  },
  {
    name: "access", isHidden: true, pattern: /^#\/access(\?|$)/, styles: ["pages", "forms", "access"],
    script: () => import("./accesspage.js").then(({ AccessPage }) => AccessPage),
  },
];
const styles = new Map();

/** Brings in a module and its style sheets, once; `null`, and a word to the reader, when the server does not give them. */
export async function lazily(script, names) {
  try {
    const sheets = names.map((name) => {
      if (!styles.has(name)) styles.set(name, addStyle(`/console/css/${name}.css`));
      return styles.get(name);
    });
    return (await Promise.all([script(), ...sheets]))[0];
  } catch {
    for (const name of names) styles.delete(name);
    toast(t`This part of the page could not be read from the server; try again.`, 4000);
    return null;
  }
}

export class Pages {
  /** Goes to an address. */
  goTo = () => {};
  /** The map's parts for pages that draw one, `{ maplibre, theme, tiles }`; `null` without a map, and until it has come. */
  mapParts = () => null;
  /** The state of the live stream: `connecting`, `loading`, `live` or `reconnecting`. */
  connection = "connecting";
  /** Fulfilled once it is known whether there is a map. */
  mapKnown;
  #mapIsKnown;
  #store;
  #made = new Map();

  constructor(store) {
    this.#store = store;
    document.querySelector("main").append(...kinds.map(({ name, heading = name }) => el("section", { className: "page", id: name, hidden: true, "aria-labelledby": `${heading}-title` })));
    this.mapKnown = new Promise((resolve) => { this.#mapIsKnown = resolve; });
    const links = [{ name: "city", title: t`City`, picture: "map" }, ...kinds.filter((kind) => !kind.isHidden)].map(({ name, title, picture }) =>
      el("a", { href: name === "city" ? "#/" : `#/${name}`, title, "data-page": name }, icon(picture), el("span", {}, title)));
    byId("nav").replaceChildren(...links);
  }

  setMapParts(mapParts) {
    this.mapParts = mapParts;
    this.#mapIsKnown();
  }

  isPage = (address) => kinds.some(({ pattern }) => pattern.test(address));

  /** The page on show, or `undefined` for the city. */
  get current() {
    return [...this.#made.values()].find((page) => page.isOpen);
  }

  /** Opens the page that an address belongs to, closes any other, and marks it in the header. */
  open(address) {
    const kind = kinds.find(({ pattern }) => pattern.test(address));
    for (const [name, page] of this.#made) if (name !== kind?.name && page.isOpen) page.close();
    document.body.classList.toggle("has-page", kind !== undefined);
    for (const link of byId("nav").children) {
      const isCurrent = link.dataset.page === (kind?.name ?? "city");
      if (isCurrent && !link.hasAttribute("aria-current")) link.parentElement.scrollLeft = link.offsetLeft - link.parentElement.offsetLeft - link.parentElement.clientWidth / 2;
      if (isCurrent) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (kind) this.#show(kind, address);
  }

  /** Brings a file in, on the page of imports. */
  async takeFile(file) {
    const kind = kinds.find(({ name }) => name === "import");
    if (!this.#made.get(kind.name)?.isOpen) {
      this.goTo("#/import");
      await this.#show(kind, "#/import");
    }
    this.#made.get(kind.name)?.take(file);
  }

  async #show(kind, address) {
    const page = this.#made.get(kind.name);
    if (page) return page.open(address);
    const Page = await lazily(kind.script, kind.styles);
    if (!Page || !kind.pattern.test(location.hash)) return;
    if (!this.#made.has(kind.name)) this.#made.set(kind.name, new Page(this.#store, this));
    this.#made.get(kind.name).open(location.hash);
  }

  redraw() {
    for (const page of this.#made.values()) page.redraw?.();
  }

  update(dirty) {
    this.current?.update?.(dirty);
  }

  tick(now) {
    this.current?.tick?.(now);
  }

  /** A key that is not for the city; gives whether a page took it. */
  key(event, isTyping) {
    const page = this.current;
    if (!page) return this.isPage(location.hash);
    if (event.key === "Escape") page.leave();
    if (event.key === "/" && !isTyping) {
      event.preventDefault();
      page.focusSearch();
    }
    return true;
  }
}
