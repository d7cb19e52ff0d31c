// A few words at the lower edge, for a moment.

import { byId, setText } from "./dom.js";

/** Shows a few words for a moment. */
export function toast(text, milliseconds = 1600) {
  const box = byId("toast");
  setText(box, text);
  box.classList.add("is-shown");
  clearTimeout(box.timer);
  box.timer = setTimeout(() => box.classList.remove("is-shown"), milliseconds);
}
