// What the list says when there is nothing in it.

import { el } from "./dom.js";
import { copyText } from "./copytext.js";
import { icon } from "./icons.js";
import { t } from "./language.js";

export function copyButton(text) {
  return el("button", { type: "button", className: "icon-button", "aria-label": t`Copy the command`, title: t`Copy`, onclick: () => copyText(text) }, icon("copy"));
}

/** Entities, but none that fit. */
export function noMatches(box, onClear) {
  box.replaceChildren(
    el("h2", {}, t`Nothing fits`),
    el("p", {}, t`No entity has these words in its name, type or id, or its type is hidden.`),
    el("button", { type: "button", className: "text-button", onclick: onClear }, t`Clear the search`),
  );
}

/** A part of a large city that has nothing. */
export function noneInView(box) {
  box.replaceChildren(
    el("h2", {}, t`Nothing in this view`),
    el("p", {}, t`Move the map, or show the types that are hidden. The search looks in the whole city.`),
  );
}

export function problem(box, text) {
  box.replaceChildren(el("h2", {}, t`The entities could not be read`), el("p", {}, text), el("p", {}, t`Trying again every five seconds.`));
}
