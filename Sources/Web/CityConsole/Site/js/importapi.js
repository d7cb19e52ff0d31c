// Files that the server brings in (docs/import-wizard.md): sent in pieces, looked at, tried, run, undone.

import { ask, getJSON, postJSON } from "./entityapi.js";

const imports = "/admin/imports";
const at = (id, ...parts) => [imports, encodeURIComponent(id), ...parts].join("/");
const TRIES = 4;

export const listImports = () => getJSON(imports);
export const readImport = (id) => getJSON(at(id));
export const createImport = (name, size) => postJSON(imports, { name, size });
export const createEdit = (edit, ids) => postJSON(imports, { edit, ids });
export const correctReading = (id, reading) => postJSON(at(id, "reading"), reading);
export const previewImport = (id, mapping) => postJSON(at(id, "preview"), mapping);
export const runImport = (id, mapping) => postJSON(at(id, "run"), mapping);
export const undoImport = (id, force) => postJSON(at(id, "undo"), { force });
export const controlImport = (id, action) => ask(at(id, action), { method: "POST" });
export const deleteImport = (id) => ask(at(id), { method: "DELETE" });

/**
 * Sends the pieces that the server has not got yet. A piece that fails is sent again, a few times.
 *
 * @param told gets the share that is there, 0 to 1
 */
export async function sendPieces(state, file, told, signal) {
  const there = new Set(state.received);
  for (let number = 0; number < state.pieces; number += 1) {
    if (there.has(number)) continue;
    const piece = file.slice(number * state.pieceBytes, (number + 1) * state.pieceBytes);
    for (let tried = 1; ; tried += 1) {
      try {
        await ask(at(state.id, "pieces", number), { method: "PUT", headers: { "Content-Type": "application/octet-stream" }, body: piece, signal });
        break;
      } catch (error) {
        if (error.name === "AbortError" || tried === TRIES || (error.status >= 400 && error.status < 500)) throw error;
        await new Promise((resolve) => { setTimeout(resolve, 500 * 2 ** tried); });
      }
    }
    there.add(number);
    told(there.size / state.pieces);
  }
}
