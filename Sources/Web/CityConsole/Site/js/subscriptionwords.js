// What a subscription says, in words; and what of it nobody should read over a shoulder.

import { conditionText, parseConditions } from "./conditions.js";
import { shortId } from "./entity.js";
import { t } from "./language.js";
import { formatCount } from "./units.js";

const list = (value) => [value ?? []].flat();
const orList = (names) => (names.length > 4 ? t`${names.slice(0, 3).join(", ")} or ${names.length - 3} others` : joined(names, t`or`));
const joined = (names, word) => (names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} ${word} ${names.at(-1)}`);

export const nameOfSubscription = (subscription) => subscription.subscriptionName || shortId(subscription.id);

/** What is watched: `AirQualityObserved where no2 is above 100`. */
export function whatText(subscription) {
  const selectors = list(subscription.entities);
  const parts = selectors.map((one) => {
    const types = one.type === "*" || !one.type ? t`any entity` : orList(one.type.split("|"));
    if (one.id) return `${types} ${orList(list(one.id).map(shortId))}`;
    return one.idPattern ? t`${types} with an id like ${one.idPattern}` : types;
  });
  let text = parts.length > 0 ? joined(parts, t`or`) : t`Any entity`;
  if (subscription.q) {
    const terms = parseConditions(subscription.q);
    text += ` ${t`where ${terms ? joined(terms.map(conditionText), t`and`) : subscription.q}`}`;
  }
  const area = areaText(subscription.geoQ);
  if (area) text += `, ${area}`;
  if (subscription.scopeQ) text += `, ${t`in ${subscription.scopeQ}`}`;
  return text[0].toUpperCase() + text.slice(1);
}

/** `within 500 m of 47.15, -1.96`; other geo-queries by their own words. */
export function areaText(geoQ) {
  if (!geoQ) return "";
  const circle = circleOf(geoQ);
  if (circle) return t`within ${distanceText(circle.metres)} of ${circle.latitude.toFixed(4)}, ${circle.longitude.toFixed(4)}`;
  return t`${geoQ.georel.replace(/;.*/, "")} a ${geoQ.geometry}`;
}

const distanceText = (metres) => (metres >= 10_000 ? t`${formatCount(Math.round(metres / 1000))} km` : t`${formatCount(Math.round(metres))} m`);

/** The circle of a geo-query `{ longitude, latitude, metres }`, or `null`. */
export function circleOf(geoQ) {
  const match = /^near;maxDistance==(\d+(?:\.\d+)?)$/.exec(geoQ?.georel ?? "");
  if (!match || geoQ.geometry !== "Point") return null;
  let at = geoQ.coordinates;
  try {
    if (typeof at === "string") at = JSON.parse(at);
  } catch {
    return null;
  }
  return Array.isArray(at) && at.length >= 2 ? { longitude: at[0], latitude: at[1], metres: Number(match[1]) } : null;
}

/** When it notifies: `when no2 or pm10 changes, at most every 60 s`. */
export function whenText(subscription) {
  if (subscription.timeInterval) return everyText(subscription.timeInterval);
  const watched = list(subscription.watchedAttributes);
  // The broker names the usual triggers too; they are what "changes" means.
  const named = list(subscription.notificationTrigger);
  const isUsual = named.length === 2 && ["attributeCreated", "attributeUpdated"].every((one) => named.includes(one));
  const triggers = isUsual ? [] : named;
  let when = watched.length > 0 ? t`when ${orList(watched)} changes` : t`when anything changes`;
  if (triggers.length > 0) when = watched.length > 0 ? t`on ${orList(triggers)} of ${orList(watched)}` : t`on ${orList(triggers)}`;
  return subscription.throttling ? t`${when}, at most ${everyText(subscription.throttling)}` : when;
}

export function spanText(seconds) {
  return seconds >= 60 && seconds % 60 === 0 ? t`${formatCount(seconds / 60)} min` : t`${formatCount(seconds)} s`;
}

const everyText = (seconds) => (seconds === 60 ? t`every minute` : seconds === 1 ? t`every second` : t`every ${spanText(seconds)}¦by the clock`);

/** An address without a user and a password. */
export const maskedURI = (uri) => String(uri ?? "").replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1");

export const isSecretURI = (uri) => maskedURI(uri) !== uri;

/** A text of the broker's, without what could be credentials. */
export const maskedText = (text) => String(text ?? "").replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#]*@/gi, "$1");

export const HIDDEN = "(hidden)";

/** The definition as it may be shown: what stands in headers and before the @ of an address is hidden. */
export function masked(subscription) {
  const copy = structuredClone(subscription);
  const endpoint = copy.notification?.endpoint;
  if (!endpoint) return copy;
  endpoint.uri = maskedURI(endpoint.uri);
  for (const header of endpoint.receiverInfo ?? []) if (header.value) header.value = HIDDEN;
  return copy;
}

/** Only what was asked for: no counters, no times of the broker's own. */
export function definitionOf(subscription) {
  const copy = masked(subscription);
  for (const name of ["status", "createdAt", "modifiedAt"]) delete copy[name];
  for (const name of ["status", "timesSent", "timesFailed", "lastNotification", "lastSuccess", "lastFailure"]) delete copy.notification?.[name];
  for (const name of ["status", "timesSent", "timesFailed", "lastSuccess", "lastFailure"]) delete copy.notification?.endpoint?.[name];
  return copy;
}

export const formatNames = { normalized: t`Normalized`, concise: t`Concise`, simplified: t`Simplified`, geojson: "GeoJSON" };

export function formatOf(subscription) {
  const { format, endpoint } = subscription.notification ?? {};
  if (endpoint?.accept === "application/geo+json") return "geojson";
  return format === "keyValues" ? "simplified" : format ?? "normalized";
}

export const endpointStates = {
  ok: ["good", t`Endpoint OK`], retrying: ["warn", t`Retrying`], open: ["bad", t`Endpoint down`], idle: ["plain", t`Not tried yet`],
};

/** The state of the endpoint as a key of `endpointStates`; `null`: unknown. */
export function endpointState(delivery) {
  if (!delivery) return null;
  return delivery.state === "ok" && delivery.sent === 0 ? "idle" : delivery.state;
}
