// Publications by /admin/publications. A refusal comes as an error in words.

import { ask, getJSON, postJSON } from "./entityapi.js";

const ROOT = "/admin/publications";
const address = (id) => `${ROOT}/${encodeURIComponent(id)}`;

/** `{ publications, faulty }`. */
export const loadPublications = () => getJSON(ROOT);
export const putPublication = (publication) =>
  ask(address(publication.id), { method: "PUT", headers: { Accept: "application/json", "Content-Type": "application/json" }, body: JSON.stringify(publication) });
export const deletePublication = (id) => ask(address(id), { method: "DELETE" });
/** What everybody would see: `{ count, isCountAtLeast, hasTiles, entities }`. */
export const previewPublication = (publication) => postJSON(`${ROOT}/preview`, publication);
