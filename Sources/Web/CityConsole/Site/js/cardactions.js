// What cards of alerts and of rules have in common: a text that may be missing, and an action whose refusal is told on the card.

import { setText } from "./dom.js";
import { toast } from "./toast.js";

/** Shows a text, or nothing where there is none. */
export function put(element, text) {
  setText(element, text);
  element.hidden = text === "";
}

/** Does something and says that it is done, or puts into `problem` why not; gives whether it is. */
export async function attempt(problem, action, done) {
  problem.hidden = true;
  try {
    await action();
    toast(done);
    return true;
  } catch (error) {
    put(problem, error.message);
    return false;
  }
}
