// What needs someone's attention, as sentences with links. Pure: the page hands in what it read, with nothing where it could not be read.

import { roughLength } from "./durations.js";
import { shortId } from "./entity.js";
import { t, tn } from "./language.js";
import { sumOf } from "./operationsmetrics.js";
import { countText, list, object, text } from "./operationswords.js";
import { maskedText } from "./subscriptionwords.js";

/** Sentences of one kind that stand one by one; the rest is summed up in one more. */
const EACH_MAX = 5;

/** The sentences `{ tone, words }`, some with a way on: `href` and `link`, or the `part` of the page. The gravest first. `bad`: something is lost or stands still; `warn`: look at it. */
export function attentionOf({ health, readiness, metrics, deliveries, names, rules, ingest, sources }, now) {
  const found = [
    ...ofServer(health, readiness, metrics), ...ofDeliveries(list(deliveries), names ?? new Map(), metrics), ...ofRules(list(rules)),
    ...ofIngest(object(ingest)), ...ofSources(list(sources?.types), now),
  ];
  return [...found.filter(({ tone }) => tone === "bad"), ...found.filter(({ tone }) => tone !== "bad")];
}

function ofServer(health, readiness, metrics) {
  if (health?.refusal) return [{ tone: "bad", words: t`Parvis is not well: ${health.refusal}` }];
  const found = readiness?.refusal ? [{ tone: "bad", words: t`Parvis is not ready for requests: ${readiness.refusal}` }] : [];
  if (!metrics) return found;
  const failed = sumOf(metrics, "parvis_http_requests_total", (labels) => labels.get("status") === "5xx") ?? 0;
  if (failed > 0) found.push({ tone: "bad", words: tn(failed, "{0} request since the start was answered with an error of the server (5xx); the server's log says why.", "{0} requests since the start were answered with an error of the server (5xx); the server's log says why.", countText(failed)) });
  const faulty = sumOf(metrics, "parvis_signal_intersections_faulty") ?? 0;
  if (faulty > 0) found.push({ tone: "bad", words: tn(faulty, "{0} intersection cannot be controlled: the description cannot be used.", "{0} intersections cannot be controlled: the description cannot be used.", countText(faulty)), href: "#/traffic", link: t`Traffic` });
  return found;
}

/** Each of `all` as a sentence up to a bound, then one that sums up the rest. */
function bounded(all, sentence, rest) {
  const left = all.length - EACH_MAX;
  return [...all.slice(0, EACH_MAX).map(sentence), ...(left > 0 ? [rest(left)] : [])];
}

const named = (name, tenant) => (tenant ? t`“${name}” of tenant ${text(tenant, 60)}` : t`“${name}”`);

export const subscriptionName = ({ subscription, tenant }, names) => {
  const id = text(subscription, 400);
  return named(names.get(id) || text(shortId(id), 100), tenant);
};

/** The page shows subscriptions of the default tenant. */
export const subscriptionLink = ({ subscription, tenant }) => (tenant || typeof subscription !== "string" ? "#/subscriptions" : `#/subscription/${encodeURIComponent(subscription.slice(0, 2000))}`);

function ofDeliveries(deliveries, names, metrics) {
  const failing = deliveries.filter(({ state }) => state === "open" || state === "retrying").sort((a, b) => Number(b.state === "open") - Number(a.state === "open") || b.waiting - a.waiting);
  const dead = deliveries.filter(({ deadLetters }) => deadLetters > 0).sort((a, b) => b.deadLetters - a.deadLetters);
  const found = [
    ...bounded(failing, (one) => {
      const reason = one.lastError ? t`: ${maskedText(text(one.lastError)).replace(/\.$/, "")}` : "";
      const waits = one.waiting > 0 ? ` ${tn(one.waiting, "{0} notification waits.", "{0} notifications wait.", countText(one.waiting))}` : "";
      const name = subscriptionName(one, names);
      return { tone: one.state === "open" ? "bad" : "warn", words: `${one.state === "open" ? t`The endpoint of ${name} does not take notifications${reason}.` : t`The endpoint of ${name} failed and is tried again${reason}.`}${waits}`, href: subscriptionLink(one), link: t`Subscription` };
    }, (left) => ({ tone: "bad", words: tn(left, "{0} more endpoint fails.", "{0} more endpoints fail."), href: "#/subscriptions", link: t`Subscriptions` })),
    ...bounded(dead, (one) => ({
      tone: "bad", words: tn(one.deadLetters, "{0} notification of {1} was given up; send them again or drop them.", "{0} notifications of {1} were given up; send them again or drop them.", countText(one.deadLetters), subscriptionName(one, names)), href: subscriptionLink(one), link: t`Dead letters`,
    }), (left) => ({ tone: "bad", words: tn(left, "{0} more subscription has dead letters.", "{0} more subscriptions have dead letters."), href: "#/subscriptions", link: t`Subscriptions` })),
  ];
  const dropped = metrics ? sumOf(metrics, "parvis_notifications_dropped_total") ?? 0 : 0;
  if (dropped > 0) found.push({ tone: "bad", words: tn(dropped, "{0} notification was dropped because too many waited.", "{0} notifications were dropped because too many waited.", countText(dropped)), href: "#/subscriptions", link: t`Subscriptions` });
  return found;
}

const ruleName = ({ name, id, tenant }) => named(text(name, 100) || text(shortId(text(id, 400)), 100), tenant);
const ruleLink = ({ id, tenant }) => (tenant || typeof id !== "string" ? "#/alerts/rules" : `#/alerts/rule/${encodeURIComponent(id.slice(0, 2000))}`);

/** Why the last message of a channel was not delivered; `null` where it was, or none was sent. */
export function channelProblem(given) {
  const channel = object(given);
  if (!channel.problem && (channel.state === undefined || channel.state === "ok")) return null;
  return maskedText(text(channel.problem ?? channel.lastError) || t`the last message was not taken`).replace(/\.$/, "");
}

function ofRules(rules) {
  const refused = rules.filter(({ state }) => state === "refused");
  const undelivered = rules.flatMap((rule) => list(rule.channels).map((channel) => ({ rule, channel: object(channel), problem: channelProblem(channel) }))).filter(({ problem }) => problem !== null);
  const more = (words) => (left) => ({ tone: "bad", words: words(left), href: "#/alerts/rules", link: t`Rules` });
  return [
    ...bounded(refused, (rule) => ({ tone: "bad", words: t`The alert rule ${ruleName(rule)} is refused and watches nothing: ${text(rule.reason).replace(/\.$/, "") || t`no reason is told`}.`, href: ruleLink(rule), link: t`Rule` }), more((left) => tn(left, "{0} more refused rule.", "{0} more refused rules."))),
    ...bounded(undelivered, ({ rule, channel, problem }) => ({ tone: "bad", words: t`Messages of the alert rule ${ruleName(rule)} do not arrive by ${text(channel.channel, 40) || t`a channel`}: ${problem}.`, href: ruleLink(rule), link: t`Rule` }), more((left) => tn(left, "{0} more failing channel.", "{0} more failing channels."))),
  ];
}

function ofIngest(ingest) {
  const found = [];
  const refusals = list(ingest.refusals).map(object);
  const servers = list(ingest.servers).map(object).filter(({ server }) => typeof server === "string");
  const down = servers.filter(({ state }) => state !== "subscribed");
  const filters = servers.filter(({ refusedFilters }) => list(refusedFilters).length > 0);
  const topics = list(ingest.topics).map(object).filter(({ refused }) => refused > 0).sort((a, b) => b.refused - a.refused);
  const serverName = ({ server }) => maskedText(text(server, 120));
  found.push(...bounded(down, (one) => ({ tone: "bad", words: t`Nothing comes from the MQTT server ${serverName(one)} (${text(one.state, 40)})${one.reason ? t`: ${maskedText(text(one.reason)).replace(/\.$/, "")}` : ""}.`, part: "ingest" }), (left) => ({ tone: "bad", words: tn(left, "{0} more MQTT server is not subscribed.", "{0} more MQTT servers are not subscribed."), part: "ingest" })));
  found.push(...bounded(filters, (one) => ({ tone: "warn", words: t`The MQTT server ${serverName(one)} refuses ${tn(list(one.refusedFilters).length, "{0} topic filter", "{0} topic filters")}: ${list(one.refusedFilters).slice(0, 3).map((filter) => text(filter, 80)).join(", ")}.`, part: "ingest" }), (left) => ({ tone: "warn", words: tn(left, "{0} more MQTT server refuse topic filters.", "{0} more MQTT servers refuse topic filters."), part: "ingest" })));
  found.push(...bounded(topics, (one) => {
    const latest = refusals.find((refusal) => fits(text(one.topic, 1000), text(refusal.topic, 1000)));
    return { tone: "warn", words: tn(one.refused, "{0} of {1} of the topic {2} was refused{3}.", "{0} of {1} of the topic {2} were refused{3}.", countText(one.refused), tn(one.messages, "{0} message", "{0} messages", countText(one.messages)), text(one.topic, 120), latest ? t`; the latest: ${text(latest.reason).replace(/\.$/, "")}` : ""), part: "ingest" };
  }, (left) => ({ tone: "warn", words: tn(left, "{0} more topic has messages that are refused.", "{0} more topics have messages that are refused."), part: "ingest" })));
  return found;
}

/** Whether a topic is one of a filter, with + for a level and # for all below (MQTT 5 section 4.7); a level with a name in it counts as +. */
export function fits(filter, topic) {
  const [levels, parts] = [filter.split("/"), topic.split("/")];
  for (let at = 0; at < levels.length; at += 1) {
    if (levels[at] === "#") return true;
    if (at >= parts.length || (levels[at] !== "+" && !levels[at].includes("{") && levels[at] !== parts[at])) return false;
  }
  return levels.length === parts.length;
}

function ofSources(types, now) {
  const gone = types.filter(({ silent }) => silent.length > 0).sort((a, b) => b.silent.length - a.silent.length);
  return bounded(gone, ({ type, count, silent }) => {
    const newest = silent.at(-1);
    const name = text(type, 80);
    const every = roughLength(newest.usual / 1000);
    const age = roughLength((now - newest.at) / 1000);
    if (silent.length === count && count > 1) return { tone: "bad", words: t`All ${countText(count)} ${name} are silent: the newest value came ${age} ago, usually every ${every}.`, part: "sources" };
    if (silent.length === 1) return { tone: "warn", words: t`${name} “${text(newest.record.name, 100)}” is silent: its newest value came ${age} ago, usually every ${every}.`, href: `#/entity/${encodeURIComponent(newest.record.id)}`, link: t`Entity` };
    return { tone: "warn", words: t`${countText(silent.length)} of ${countText(count)} ${name} are silent.`, part: "sources" };
  }, (left) => ({ tone: "warn", words: tn(left, "Sources of {0} more type are silent.", "Sources of {0} more types are silent."), part: "sources" }));
}
