// Reads and writes subscriptions (CIM 009 clause 6.10, 6.11) and what the broker tells operators about their delivery.

import { BrokerError, problemOf } from "./api.js";
import { t } from "./language.js";

const PAGE = 1000;
/** Subscriptions that the page holds; what is beyond is only counted. */
export const SUBSCRIPTION_LIMIT = 2000;
const subscriptions = "/ngsi-ld/v1/subscriptions";
const notifications = "/admin/notifications";
const accept = { Accept: "application/json" };
const content = { ...accept, "Content-Type": "application/json" };
const segment = encodeURIComponent;

async function ask(address, options = {}) {
  let response;
  try {
    response = await fetch(address, { headers: accept, ...options });
  } catch {
    throw new BrokerError(t`Parvis does not answer. Is it running?`);
  }
  if (!response.ok) throw new BrokerError(await problemOf(response));
  return response;
}

/** The default tenant's subscriptions as they were given: `{ list, total }`. */
export async function loadSubscriptions() {
  const list = [];
  let total = 0;
  while (list.length < SUBSCRIPTION_LIMIT) {
    const response = await ask(`${subscriptions}?options=sysAttrs&count=true&limit=${PAGE}&offset=${list.length}`);
    total = Number(response.headers.get("NGSILD-Results-Count")) || 0;
    const page = await response.json();
    list.push(...page);
    if (page.length < PAGE) break;
  }
  return { list, total: Math.max(total, list.length) };
}

/** How the notifications of each go, by id; `null` where `/admin` is kept from this page. */
export async function loadDeliveries() {
  const byID = new Map();
  for (let offset = 0; offset < SUBSCRIPTION_LIMIT; offset += PAGE) {
    const response = await fetch(`${notifications}?limit=${PAGE}&offset=${offset}`, { headers: accept });
    if (!response.ok) return null;
    const page = await response.json();
    // The list is over all tenants, the default one first.
    for (const one of page) if (one.tenant === "") byID.set(one.subscription, one);
    if (page.length < PAGE) break;
  }
  return byID;
}

const json = async (address, options) => (await ask(address, options)).json();

/** One with its dead letters. */
export const loadDelivery = (id) => json(`${notifications}/${segment(id)}`);

/** The id that the new subscription was given. */
export async function createSubscription(definition) {
  const response = await ask(subscriptions, { method: "POST", headers: content, body: JSON.stringify(definition) });
  return decodeURIComponent(response.headers.get("Location").split("/").pop());
}

export const updateSubscription = (id, fragment) =>
  ask(`${subscriptions}/${segment(id)}`, { method: "PATCH", headers: content, body: JSON.stringify(fragment) });

export const deleteSubscription = (id) => ask(`${subscriptions}/${segment(id)}`, { method: "DELETE" });

export const sendTest = (id) => json(`${notifications}/${segment(id)}/test`, { method: "POST" });

/** Sends dead letters again, one or all; gives how many. */
export const replay = async (id, letter) =>
  (await json(`${notifications}/${segment(id)}${letter ? `/${segment(letter)}` : ""}/replay`, { method: "POST" })).replayed;

export const drop = async (id, letter) =>
  (await json(`${notifications}/${segment(id)}${letter ? `/${segment(letter)}` : ""}`, { method: "DELETE" })).dropped;

/** The names of the types that there are. */
export async function loadTypes() {
  const { typeList } = await json("/ngsi-ld/v1/types");
  return [typeList ?? []].flat();
}

/** The names of the attributes that entities of a type have. */
export async function loadAttributes(type) {
  const { attributeDetails } = await json(`/ngsi-ld/v1/types/${segment(type)}`);
  return [attributeDetails ?? []].flat().map((one) => one.attributeName ?? one.id);
}

/** How many entities a subscription would tell of now. */
export async function countMatches(definition, signal) {
  const selectors = definition.entities ?? [{}];
  let count = 0;
  for (const selector of selectors) {
    const query = new URLSearchParams({ local: "true", limit: "0", count: "true" });
    if (selector.type && selector.type !== "*") query.set("type", selector.type);
    if (selector.id) query.set("id", [selector.id].flat().join(","));
    else if (selector.idPattern) query.set("idPattern", selector.idPattern);
    if (definition.watchedAttributes) query.set("attrs", definition.watchedAttributes.join(","));
    if (definition.q) query.set("q", definition.q);
    if (definition.scopeQ) query.set("scopeQ", definition.scopeQ);
    if (definition.geoQ) {
      query.set("georel", definition.geoQ.georel);
      query.set("geometry", definition.geoQ.geometry);
      query.set("coordinates", JSON.stringify(definition.geoQ.coordinates));
      if (definition.geoQ.geoproperty) query.set("geoproperty", definition.geoQ.geoproperty);
    }
    // A space is %20: in some values + is a plus.
    const response = await ask(`/ngsi-ld/v1/entities?${String(query).replaceAll("+", "%20")}`, { signal });
    count += Number(response.headers.get("NGSILD-Results-Count"));
  }
  return count;
}
