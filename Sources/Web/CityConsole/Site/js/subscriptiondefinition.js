// What the form of a subscription says: the subscription as NGSI-LD has it, and what is wrong with it.

import { writeConditions } from "./conditions.js";
import { setText } from "./dom.js";
import { t } from "./language.js";
import { maskedURI } from "./subscriptionwords.js";

const list = (value) => [value ?? []].flat();
export const isMQTT = (uri) => /^mqtts?:/i.test(uri.trim());

/** The circle that the form says, or `null`. */
export function circleIn(f) {
  if (f.keepsArea || !f.hasArea.checked) return null;
  const [latitude, longitude, metres] = [f.latitude, f.longitude, f.metres].map(({ input }) => (input.value.trim() === "" ? NaN : Number(input.value)));
  const isCircle = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && metres > 0;
  return isCircle ? { latitude, longitude, metres } : null;
}

/** The whole subscription as the form has it; with `null` for members of the one that is changed that are to go. */
export function definitionIn(f, old) {
  const result = {};
  const put = (name, value) => {
    if (value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0)) result[name] = value;
    else if (old?.[name] !== undefined) result[name] = null;
  };
  put("subscriptionName", f.name.input.value.trim());
  put("description", f.description.input.value.trim());
  put("entities", f.keepsEntities ? old.entities : entitiesIn(f));
  if (f.condition) put("q", f.condition.input.value.trim());
  else put("q", writeConditions(f.terms.values().filter((term) => term.attribute)));
  const circle = circleIn(f);
  if (!f.keepsArea) {
    put("geoQ", circle ? { georel: `near;maxDistance==${circle.metres}`, geometry: "Point", coordinates: [circle.longitude, circle.latitude] } : undefined);
  }
  const isByClock = f.rhythm.value === "time";
  put("watchedAttributes", isByClock ? undefined : [...f.watched.chosen]);
  put("throttling", isByClock ? undefined : numberOf(f.throttling));
  const minutes = numberOf(f.minutes);
  put("timeInterval", isByClock && minutes !== undefined ? Math.round(minutes * 60) : undefined);
  put("expiresAt", f.expires.input.value ? new Date(f.expires.input.value).toISOString() : undefined);
  result.notification = notificationIn(f, old);
  return result;
}

function entitiesIn(f) {
  const selector = {};
  const ids = f.ids.input.value.split(",").map((id) => id.trim()).filter(Boolean);
  if (f.idKind.value === "id" && ids.length > 0) selector.id = ids.length === 1 ? ids[0] : ids;
  if (f.idKind.value === "pattern" && f.pattern.input.value.trim()) selector.idPattern = f.pattern.input.value.trim();
  const types = [...f.types.chosen];
  if (types.length === 0 && Object.keys(selector).length === 0) return [];
  return [{ type: types.length > 0 ? types.join("|") : "*", ...selector }];
}

function notificationIn(f, subscription) {
  const old = subscription?.notification ?? {};
  const notification = structuredClone(old);
  for (const name of ["status", "timesSent", "timesFailed", "lastNotification", "lastSuccess", "lastFailure"]) delete notification[name];
  const endpoint = notification.endpoint ?? {};
  for (const name of ["status", "timesSent", "timesFailed", "lastSuccess", "lastFailure"]) delete endpoint[name];
  const uri = f.uri.input.value.trim();
  endpoint.uri = old.endpoint && uri === maskedURI(old.endpoint.uri) ? old.endpoint.uri : uri;
  const format = f.format.input.value;
  delete notification.format;
  if (format === "geojson") endpoint.accept = "application/geo+json";
  else {
    if (format !== "normalized") notification.format = format;
    if (!endpoint.accept || endpoint.accept === "application/geo+json") endpoint.accept = "application/json";
  }
  delete endpoint.receiverInfo;
  const headers = f.headers.values();
  if (headers.length > 0) endpoint.receiverInfo = headers;
  const others = list(endpoint.notifierInfo).filter((one) => one.key !== "MQTT-QoS");
  if (isMQTT(uri) && f.quality.input.value !== "0") others.push({ key: "MQTT-QoS", value: f.quality.input.value });
  delete endpoint.notifierInfo;
  if (others.length > 0) endpoint.notifierInfo = others;
  return { ...notification, endpoint };
}

/** What the page itself can tell is missing is said beside its field; gives the inputs where something is. */
export function faultsIn(f, definition) {
  const faults = [];
  const check = (target, isFault, text) => {
    target.setError(isFault ? text : null);
    if (isFault) faults.push(target.input);
  };
  const isByClock = f.rhythm.value === "time";
  const hasNothing = !definition.entities && (isByClock || !definition.watchedAttributes);
  check(f.typesField, hasNothing, isByClock ? t`Choose a type, or say which ids.` : t`Choose a type, or name attributes to watch.`);
  check(f.ids, f.idKind.value === "id" && f.ids.input.value.trim() === "", t`Name at least one id, or choose all of them.`);
  check(f.pattern, f.idKind.value === "pattern" && !isPattern(f.pattern.input.value), t`Write a regular expression, such as ^urn:ngsi-ld:Room:`);
  const uri = f.uri.input.value.trim();
  check(f.uri, !/^((https?|mqtts?):\/\/[^/\s]+|parvis:stream$)/i.test(uri), uri ? t`Begin with http://, https://, mqtt:// or mqtts:// and a host.` : t`Say where notifications go.`);
  if (isMQTT(uri) && !/^mqtts?:\/\/[^/]+\/./i.test(uri)) check(f.uri, true, t`Name the topic behind the host: mqtt://host/topic`);
  check(f.throttling, !isByClock && isBadNumber(f.throttling), t`Write a number of seconds above 0, or leave it empty.`);
  check(f.minutes, isByClock && (isBadNumber(f.minutes) || f.minutes.input.value.trim() === ""), t`Write a number of minutes above 0.`);
  check(f.expires, f.expires.input.value !== "" && Date.parse(f.expires.input.value) <= Date.now(), t`This has passed; name a later time.`);
  if (!f.keepsArea && f.hasArea.checked) {
    const isOff = ({ input }, most) => input.value.trim() === "" || !(Math.abs(Number(input.value)) <= most);
    check(f.latitude, isOff(f.latitude, 90), t`Between -90 and 90.`);
    check(f.longitude, isOff(f.longitude, 180), t`Between -180 and 180.`);
    check(f.metres, !(Number(f.metres.input.value) > 0), t`Above 0.`);
  }
  if (!f.condition) {
    const isHalf = f.terms.values().some((term) => !term.attribute || (term.comparison && term.value.trim() === ""));
    tell(f.termsError, isHalf ? t`Each condition needs an attribute and a value; remove those you do not need.` : null);
    if (isHalf) faults.push(f.terms.element.querySelector("input"));
  }
  const isEmptyHeader = f.headers.values().some((one) => one.value === "");
  tell(f.headersError, isEmptyHeader ? t`Each header needs a value.` : null);
  if (isEmptyHeader) faults.push(f.headers.element.querySelector("input"));
  return faults;
}

/** A text below a part of the form, or none. */
export function tell(element, text) {
  element.hidden = !text;
  setText(element, text ?? "");
}

function numberOf({ input }) {
  const text = input.value.trim();
  return text === "" || !Number.isFinite(Number(text)) ? undefined : Number(text);
}

const isBadNumber = ({ input }) => input.value.trim() !== "" && !(Number(input.value) > 0);

function isPattern(text) {
  try {
    return text.trim() !== "" && Boolean(new RegExp(text, "u"));
  } catch {
    // The broker's regular expressions know more than the browser's; it judges.
    return true;
  }
}
