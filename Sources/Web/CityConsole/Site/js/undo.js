// Offers to take back what was just done, for a while.

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { toast } from "./toast.js";

const OFFERED_FOR = 20_000;
let present = null;

/** Says what was done, with a button that takes it back; `undo` gives a promise. */
export function offerUndo(text, undo) {
  present?.close();
  const button = el("button", { type: "button", className: "undo-button" }, icon("undo"), t`Undo`);
  const bar = el("div", { className: "undo", role: "status" }, el("span", {}, text), button);
  const close = () => {
    clearTimeout(timer);
    bar.remove();
    if (present?.bar === bar) present = null;
  };
  const timer = setTimeout(close, OFFERED_FOR);
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await undo();
      close();
      toast(t`As it was`);
    } catch (error) {
      button.disabled = false;
      toast(error.message, 6000);
    }
  });
  present = { bar, close };
  document.body.append(bar);
}
