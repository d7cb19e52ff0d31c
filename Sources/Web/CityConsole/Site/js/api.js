// Reads from the broker by plain NGSI-LD (CIM 009 clause 6.4): what any client may do.

import { t } from "./language.js";

const PAGE = 1000;
/** The first page fills what is in view of a list, and is here soon; the next ones grow, so that what is clicked meanwhile is answered. */
const FIRST_PAGE = 100;
const entities = "/ngsi-ld/v1/entities";
const headers = { Accept: "application/json" };

/** A refusal of the broker, with its own words. */
export class BrokerError extends Error {}

/** What the server says about itself and this page. */
export async function loadSettings() {
  const fallback = { placeName: "Parvis", entityLimit: 50_000, map: null, tiles: null };
  try {
    const response = await fetch("/console/config.json", { headers });
    return response.ok ? { ...fallback, ...(await response.json()) } : fallback;
  } catch {
    return fallback;
  }
}

/**
 * Reads all entities page by page.
 *
 * @param take gets each page's entities and the total that the broker counts
 * @param limit how many to read at most
 * @param selection parameters that choose among them; then nothing is counted
 */
export async function loadAll(take, limit, signal, selection = null) {
  const chosen = new URLSearchParams(selection ?? { count: true });
  let offset = 0;
  while (offset < limit) {
    const size = Math.min(Math.max(FIRST_PAGE, 2 * offset), PAGE, limit - offset);
    const response = await fetch(`${entities}?local=true&options=sysAttrs&${chosen}&limit=${size}&offset=${offset}`, { headers, signal });
    if (!response.ok) throw new BrokerError(await problemOf(response));
    const total = Number(response.headers.get("NGSILD-Results-Count"));
    const page = await response.json();
    if (!Array.isArray(page)) throw new BrokerError(t`The broker's list of entities is not a JSON array.`);
    take(page, total);
    offset += page.length;
    if (page.length < size) break;
  }
}

/** What there is: `{ count, bounds, types: [{ type, count }] }`, at the cost of its types; `null` where that is not told. */
export async function loadExtent() {
  const response = await fetch("/tiles.json", { headers });
  if (!response.ok) return null;
  const { count, bounds = null, types } = await response.json();
  return { count, bounds, types };
}

/** One entity, or `null` when the broker has none of this id. */
export async function loadOne(id) {
  const response = await fetch(`${entities}/${encodeURIComponent(id)}?local=true&options=sysAttrs`, { headers });
  if (response.status === 404) return null;
  if (!response.ok) throw new BrokerError(await problemOf(response));
  return response.json();
}

/** Why the broker refused, in its own words. */
export async function problemOf(response) {
  try {
    const problem = await response.json();
    return problem.detail || problem.title || `HTTP ${response.status}`;
  } catch {
    return `HTTP ${response.status}`;
  }
}
