// On a narrow screen the panels are a sheet over the map, in three heights: `peek`, `half`, `full`.

import { byId } from "./dom.js";

const heights = ["peek", "half", "full"];
const narrow = matchMedia("(max-width: 699px)");

export class Sheet {
  /** Called when the part of the map that is not covered changed. */
  onChange = () => {};
  #handle = byId("sheet-handle");

  constructor() {
    let from = null;
    this.#handle.addEventListener("pointerdown", (event) => {
      from = event.clientY;
      this.#handle.setPointerCapture(event.pointerId);
    });
    this.#handle.addEventListener("pointerup", (event) => {
      const way = event.clientY - from;
      from = null;
      if (Math.abs(way) > 24) this.#step(way < 0 ? 1 : -1);
    });
    this.#handle.addEventListener("click", (event) => {
      // A drag ends in a click too; only a press that stayed in place, or a key, turns the sheet round.
      if (event.detail === 0 || !this.#isDragged) this.set(this.height === "full" ? "peek" : heights[heights.indexOf(this.height) + 1]);
      this.#isDragged = false;
    });
    narrow.addEventListener("change", () => this.onChange());
    this.set(this.height);
  }

  #isDragged = false;

  get isNarrow() {
    return narrow.matches;
  }

  get height() {
    return document.body.dataset.sheet;
  }

  set(height) {
    document.body.dataset.sheet = height;
    this.#handle.setAttribute("aria-expanded", String(height !== "peek"));
    this.onChange();
  }

  /** At least this high; a sheet that is higher stays. */
  raise(height) {
    if (heights.indexOf(this.height) < heights.indexOf(height)) this.set(height);
  }

  #step(by) {
    this.#isDragged = true;
    const next = heights[heights.indexOf(this.height) + by];
    if (next) this.set(next);
  }
}
