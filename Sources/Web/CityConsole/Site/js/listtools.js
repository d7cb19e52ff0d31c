// Beside the list: a new entity, several to be chosen, and what the list shows as a file.

import { choose } from "./chosen.js";
import { byId, el } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { lazily } from "./pages.js";

export function setUpListTools(list) {
  const tools = byId("list-tools");
  const save = async (format) => (await lazily(() => import("./download.js"), []))?.save(list.fitting, format);
  list.onSelect = async (record, event) => {
    const module = list.selection ? null : await lazily(() => import("./selection.js"), ["selection"]);
    if (module && !list.selection) new module.ListSelection(list, byId("list"), tools);
    if (record) list.selection?.pick(record, event);
  };
  const button = (picture, text, label, onclick) => el("button", { type: "button", className: "text-button", title: label, "aria-label": label, onclick }, icon(picture), text);
  const file = (format, text) => button("save", text, t`Download the list as ${text}`, () => save(format));
  const change = el("a", { href: "#/change", className: "text-button", "aria-label": t`Change what the list shows`, title: t`Change what the list shows`, onclick: () => choose(list.fitting) }, icon("edit"), t`Change`);
  tools.append(el("a", { href: "#/entities/new", className: "text-button", "aria-label": t`New entity` }, icon("plus"), t`New`), button("check", "", t`Choose several`, () => list.onSelect()), change, file("csv", "CSV"), file("geojson", "GeoJSON"));
}
