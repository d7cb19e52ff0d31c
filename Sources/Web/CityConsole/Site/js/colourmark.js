// A colour with its word: whoever does not see the colour reads it.

import { el } from "./dom.js";
import { inkOn } from "./ink.js";

/** @param colour `#rrggbb`; `null` where there is nothing to colour */
export function colourMark(colour, text = "") {
  const mark = el("span", { className: colour ? "view-mark" : "view-mark is-none" }, text);
  if (colour) {
    mark.style.background = colour;
    mark.style.color = inkOn(colour);
  }
  if (text === "") mark.setAttribute("aria-hidden", "true");
  return mark;
}
