// Beside a view: the entities that it shows as files, for other programs.

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { lazily } from "./pages.js";

/**
 * The two buttons.
 *
 * @param records gives the records on show when one is pressed
 */
export function saveButtons(records, className = "button") {
  return [["csv", "CSV"], ["geojson", "GeoJSON"]].map(([format, text]) => {
    const label = t`Download what is shown as ${text}`;
    const save = async () => (await lazily(() => import("./download.js"), []))?.save(records().filter(Boolean), format);
    return el("button", { type: "button", className, "aria-label": label, title: label, onclick: save }, icon("save"), text);
  });
}
