// Beside the list: a new entity, and what the list shows as a file.

import { choose } from "./chosen.js";
import { byId, el } from "./dom.js";
import { icon } from "./icons.js";
import { t, tn } from "./language.js";
import { lazily } from "./pages.js";
import { toast } from "./toast.js";
import { formatCount } from "./units.js";

/** @param fitting gives the entities that the list shows */
export function setUpListTools(fitting) {
  const save = async (format) => {
    const module = await lazily(() => import("./download.js"), []);
    if (!module) return;
    const records = fitting();
    const count = module.download(records, format);
    const left = records.length - count;
    const saved = tn(count, "{0} entity in the file", "{0} entities in the file");
    toast(left > 0 ? t`${saved}; ${formatCount(left)} without a place are left out` : saved, 3000);
  };
  const button = (format, text) => el("button", { type: "button", className: "text-button", title: t`What the list shows, as ${text}`, "aria-label": t`Download the list as ${text}`, onclick: () => save(format) }, icon("save"), text);
  const change = el("a", { href: "#/change", className: "text-button", "aria-label": t`Change what the list shows`, title: t`Change what the list shows`, onclick: () => choose(fitting()) }, icon("edit"), t`Change`);
  byId("list-tools").append(el("a", { href: "#/entities/new", className: "text-button", "aria-label": t`New entity` }, icon("plus"), t`New`), change, button("csv", "CSV"), button("geojson", "GeoJSON"));
}
