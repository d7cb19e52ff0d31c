// Reads what Parvis tells operators. Each reading gives `{ value }`, or `{ refusal }`: why not, in words. Nothing is written.

import { t } from "./language.js";
import { maskedText } from "./subscriptionwords.js";
import { list, object, text } from "./operationswords.js";

const PAGE = 1000;
/** Subscriptions of which the deliveries are read. */
export const DELIVERIES_MAX = 2000;
const BYTES_MAX = 8 * 1024 * 1024;
const PATIENCE = 15_000;

/** The text of an answer, read up to a bound: what is longer is no answer of Parvis. */
async function readText(response) {
  const reader = response.body?.getReader();
  if (!reader) return "";
  const decoder = new TextDecoder();
  const parts = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return parts.join("") + decoder.decode();
    bytes += value.length;
    if (bytes > BYTES_MAX) {
      await reader.cancel();
      throw new RangeError(t`The answer is longer than ${BYTES_MAX / 1024 / 1024} MiB`);
    }
    parts.push(decoder.decode(value, { stream: true }));
  }
}

/** Reads an address; `take` makes of the text what is wanted. */
async function read(address, take, signal) {
  const name = address.split("?")[0];
  let response;
  try {
    response = await fetch(address, { headers: { Accept: "application/json, text/plain" }, signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]) });
    if (response.ok) return { value: take(await readText(response)) };
  } catch (error) {
    if (signal.aborted) throw error;
    if (error.name === "TimeoutError") return { refusal: t`${name} did not answer within ${PATIENCE / 1000} s.` };
    return { refusal: response ? t`What ${name} answered could not be read: ${text(error.message, 200)}.` : t`Parvis does not answer.` };
  }
  const { status } = response;
  if (status === 404) return { refusal: t`This Parvis has no ${name} (status 404).`, status };
  if (status === 401 || status === 403) return { refusal: t`${name} is kept from this page (status ${status}).`, status };
  return { refusal: t`${name} was refused with status ${status}${await detailOf(response)}.`, status };
}

async function detailOf(response) {
  try {
    const problem = object(JSON.parse(await readText(response)));
    const detail = text(problem.detail ?? problem.title);
    return detail ? t`: ${maskedText(detail).replace(/\.$/, "")}` : "";
  } catch {
    return "";
  }
}

const json = (address, signal) => read(address, (body) => JSON.parse(body), signal);
const jsonList = (address, signal) => read(address, (body) => {
  const value = JSON.parse(body);
  if (!Array.isArray(value)) throw new TypeError(t`it is not a list`);
  return value.map(object);
}, signal);

export const loadHealth = (signal) => json("/health", signal);
export const loadReadiness = (signal) => json("/ready", signal);
export const loadMetrics = (parse, signal) => read("/metrics", parse, signal);
export const loadPolicies = (signal) => jsonList("/admin/history", signal);
export const loadRules = (signal) => jsonList("/admin/rules", signal);
export const loadIngest = (signal) => read("/admin/ingest", (body) => object(JSON.parse(body)), signal);
export const loadIdentity = (signal) => read("/ngsi-ld/v1/info/sourceIdentity", (body) => object(JSON.parse(body)), signal);
export const loadAPIVersion = (signal) => read("/openapi.json", (body) => text(object(object(JSON.parse(body)).info).version, 40), signal);

/** The deliveries of all subscriptions of all tenants, up to a bound. */
export async function loadDeliveries(signal) {
  const all = [];
  while (all.length < DELIVERIES_MAX) {
    const page = await jsonList(`/admin/notifications?limit=${PAGE}&offset=${all.length}`, signal);
    if (!page.value) return page;
    all.push(...page.value.slice(0, PAGE));
    if (page.value.length < PAGE) break;
  }
  return { value: all };
}

/** The names of the default tenant's subscriptions, by id; empty where they cannot be read. */
export async function loadSubscriptionNames(signal) {
  const { value } = await jsonList(`/ngsi-ld/v1/subscriptions?limit=${PAGE}`, signal);
  return new Map(list(value).filter((one) => typeof one.id === "string").map((one) => [one.id, text(one.subscriptionName, 100)]));
}

/** When values of some entities of a type were observed last, by id: `Map(id -> times)`. */
export async function loadTimes(type, sources, now, most, signal) {
  const query = new URLSearchParams({
    type, id: sources.map(({ record }) => record.id).join(","), attrs: [...new Set(sources.map(({ attribute }) => attribute))].join(","),
    timerel: "before", timeAt: new Date(now).toISOString(), lastN: String(most), options: "temporalValues", limit: String(sources.length),
  });
  const { value, refusal } = await jsonList(`/ngsi-ld/v1/temporal/entities?${query}`, signal);
  if (!value) return { refusal };
  const byID = new Map(value.filter((one) => typeof one.id === "string").map((one) => [one.id, one]));
  return { value: new Map(sources.map(({ record, attribute }) => [record.id, timesOf(object(byID.get(record.id)), attribute, most)])) };
}

function timesOf(entity, attribute, most) {
  if (!Object.hasOwn(entity, attribute)) return [];
  const series = [entity[attribute]].flat().map(object).find((one) => Array.isArray(one.values) || Array.isArray(one.objects) || Array.isArray(one.jsons));
  const rows = list(series?.values ?? series?.objects ?? series?.jsons);
  return rows.slice(-most).map((row) => Date.parse(list(row)[1]));
}
