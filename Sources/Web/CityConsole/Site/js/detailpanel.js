// The way to the details of an entity. Their code comes from the server when some are first wanted.

import { byId } from "./dom.js";
import { lazily } from "./pages.js";

export class DetailPanel {
  onClose = () => {};
  /** Called with a record whose place the reader wants to see. */
  onLocate = () => {};
  /** The map's parts for fields that choose a place; `null` without a map. */
  mapParts = () => null;
  #store;
  #detail = null;
  /** What is to be opened, `{ id, record }`, while the code is on its way. */
  #wish = null;

  constructor(store) {
    this.#store = store;
  }

  /** What is shown or about to be; `null` when nothing is or when it was deleted. */
  get record() {
    return this.#wish ? this.#wish.record : this.#detail?.record ?? null;
  }

  /** The id in the panel, also of an entity that is not stored or no longer. */
  get id() {
    return this.#wish?.id ?? this.#detail?.id ?? "";
  }

  get isOpen() {
    return this.#wish !== null || !byId("detail").hidden;
  }

  /** Opens an entity; gives whether it is open, and nothing else was wanted meanwhile. */
  open(record) {
    return this.#do({ id: record.id, record }, (detail) => {
      detail.open(record);
      if (this.#store.byIndex.get(record.index) !== record) detail.showDeleted();
    });
  }

  /** Says that no entity of this id is stored; gives what `open` gives. */
  openMissing(id, message) {
    return this.#do({ id, record: null }, (detail) => detail.openMissing(id, message));
  }

  /** Brings the code in, so that a first opening need not wait for it, where one seems to come. */
  async prepare() {
    if (!this.#detail) await this.#load();
  }

  async #do(wish, action) {
    this.#wish = wish;
    await this.prepare();
    if (this.#wish !== wish) return false;
    this.#wish = null;
    if (this.#detail) action(this.#detail);
    return this.#detail !== null;
  }

  async #load() {
    // All at once, not one after the other as they name each other.
    const modules = await lazily(() => Promise.all([import("./detail.js"), import("./attribute.js"), import("./sparkline.js"), import("./savebuttons.js")]), ["detail"]);
    if (!modules || this.#detail) return;
    this.#detail = new modules[0].Detail(this.#store);
    this.#detail.onClose = () => this.onClose();
    this.#detail.onLocate = (record) => this.onLocate(record);
    this.#detail.mapParts = () => this.mapParts();
  }

  close() {
    this.#wish = null;
    this.#detail?.close();
  }

  /** Draws the record as it is now. */
  update() {
    this.#detail?.update();
  }

  tick(now) {
    this.#detail?.tick(now);
  }

  /** The entity was deleted while its panel was open. */
  showDeleted() {
    this.#detail?.showDeleted();
  }
}
