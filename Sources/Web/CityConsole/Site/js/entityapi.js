// Writes entities by plain NGSI-LD (CIM 009 clauses 6.4 to 6.7); a refusal comes as an error in words.

import { BrokerError, problemOf } from "./api.js";
import { t } from "./language.js";

const entities = "/ngsi-ld/v1/entities";
const accept = { Accept: "application/json" };
const content = { ...accept, "Content-Type": "application/json" };
const segment = encodeURIComponent;

/** What the status means to whoever sees it, before the broker's own words. */
const meanings = {
  400: t`Parvis does not accept this`, 401: t`You are not signed in`, 403: t`You may not do this`, 404: t`It is not there any more`,
  409: t`This clashes with what is there`, 413: t`This is too much at once`, 429: t`Too many requests; wait a moment`, 503: t`Parvis is busy; try again`,
};

/** Sends a request; gives the answer, or throws with what was refused and why. */
export async function ask(address, options = {}) {
  let response;
  try {
    response = await fetch(address, { headers: accept, ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new BrokerError(t`Parvis does not answer. What you entered is still here; try again when the header says Live.`);
  }
  if (response.ok && response.status !== 207) return response;
  const words = await problemOf(response);
  const refusal = new BrokerError(meanings[response.status] && words ? `${meanings[response.status]}: ${words}` : words);
  refusal.status = response.status;
  throw refusal;
}

export const createEntity = (entity) => ask(entities, { method: "POST", headers: content, body: JSON.stringify(entity) });

export const deleteEntity = (id) => ask(`${entities}/${segment(id)}`, { method: "DELETE" });

/** Adds attributes, or puts them in the place of those that are there. A value of several members is replaced as a whole. */
export const writeAttributes = (id, attributes) =>
  ask(`${entities}/${segment(id)}/attrs`, { method: "POST", headers: content, body: JSON.stringify(attributes) });

/** Deletes an attribute; one that is not there is as good as deleted. */
export async function deleteAttribute(id, name) {
  try {
    await ask(`${entities}/${segment(id)}/attrs/${segment(name)}`, { method: "DELETE" });
  } catch (error) {
    if (error.status !== 404) throw error;
  }
}

/** Writes those that have a value, and deletes those that are `null` where `had` says that they are there. */
export async function changeAttributes(id, attributes, had = () => true) {
  const kept = Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== null));
  await writeAttributes(id, kept);
  for (const [name, value] of Object.entries(attributes)) if (value === null && had(name)) await deleteAttribute(id, name);
}

/** The entity as it is now, or `null` where it is not there. */
export async function readIfThere(id) {
  try {
    return await readEntity(id);
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

/** The entity as it can be created again: without what the broker keeps itself. */
export async function readEntity(id) {
  const response = await ask(`${entities}/${segment(id)}?local=true`);
  return response.json();
}

export const postJSON = async (address, body, signal) => (await ask(address, { method: "POST", headers: content, body: JSON.stringify(body), signal })).json();
export const getJSON = async (address, signal) => (await ask(address, { signal })).json();
