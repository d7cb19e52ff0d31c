// The parts about what goes out and what comes in: notifications, alert rules, MQTT.

import { el } from "./dom.js";
import { t, tn } from "./language.js";
import { channelProblem, subscriptionLink, subscriptionName } from "./operationsattention.js";
import { figures, hint, part, pill, renew, table } from "./operationsparts.js";
import { UNKNOWN, countText, list, object, perSecondText, text } from "./operationswords.js";
import { endpointState, endpointStates, maskedText } from "./subscriptionwords.js";
import { dateText, parseTime } from "./time.js";

const ROWS_MAX = 20;
const SAMPLES_MAX = 10;
const PAYLOAD_MAX = 300;
const timeText = (value) => (Number.isFinite(parseTime(value)) ? dateText(parseTime(value)) : UNKNOWN);
const sum = (all, key) => all.reduce((total, one) => total + (Number.isFinite(one[key]) ? one[key] : 0), 0);
const toneOf = (count, tone = "bad") => [countText(count), count > 0 ? tone : ""];
const rest = (all, words) => (all.length > ROWS_MAX ? [hint(words(all.length - ROWS_MAX))] : []);

export class NotificationsPart {
  #part = part("notifications", t`Notifications`);
  #figures = figures([["subscriptions", t`Subscriptions`], ["waiting", t`Waiting`], ["failing", t`Endpoints failing`], ["letters", t`Dead letters`], ["sent", t`Attempts`], ["failed", t`Attempts that failed`]]);
  #list = el("div");

  constructor() {
    this.#part.body.append(this.#figures.element, this.#list, el("a", { className: "ops-way", href: "#/subscriptions" }, t`All subscriptions`));
    this.element = this.#part.element;
    this.element.classList.add("is-broad");
  }

  show(deliveries, names) {
    this.#part.say(deliveries?.refusal);
    if (!deliveries?.value) return;
    const all = deliveries.value;
    const isBad = (one) => one.state === "open" || one.state === "retrying" || one.deadLetters > 0 || one.waiting > 0;
    const failing = all.filter(({ state }) => state === "open" || state === "retrying").length;
    this.#figures.set({
      subscriptions: countText(all.length), waiting: countText(sum(all, "waiting")), failing: toneOf(failing), letters: toneOf(sum(all, "deadLetters")), sent: countText(sum(all, "sent")), failed: countText(sum(all, "failed")),
    });
    const shown = all.filter(isBad).sort((a, b) => Number(b.state === "open") - Number(a.state === "open") || b.deadLetters - a.deadLetters || b.waiting - a.waiting);
    const rows = shown.slice(0, ROWS_MAX).map((one) => [subscriptionLink(one), subscriptionName(one, names), endpointState(one), countText(one.waiting), countText(one.deadLetters), maskedText(text(one.lastError)) || UNKNOWN]);
    renew(this.#list, [rows, shown.length, all.length], () => (all.length === 0 ? [hint(t`Nobody has subscribed.`)] : rows.length === 0 ? [hint(t`Every endpoint takes what is sent, and nothing waits.`)] : [
      table(t`Subscriptions that wait or fail`, [t`Subscription`, t`Endpoint`, t`Waiting`, t`Dead letters`, t`Last error`], rows.map(([href, name, state, waiting, letters, error]) => [
        el("a", { href }, name), Object.hasOwn(endpointStates, state ?? "") ? pill(...endpointStates[state]) : text(state, 40), waiting, letters, error])), ...rest(shown, (left) => tn(left, "{0} more subscription not shown.", "{0} more subscriptions not shown.")),
    ]));
  }
}

export class RulesPart {
  #part = part("rules", t`Alert rules`);
  #figures = figures([["rules", t`Rules`], ["watching", t`Watching`], ["refused", t`Refused`], ["entities", t`Entities watched`], ["raised", t`Alerts raised`], ["channels", t`Channels failing`]]);
  #list = el("div");

  constructor() {
    this.#part.body.append(this.#figures.element, this.#list, el("a", { className: "ops-way", href: "#/alerts/rules" }, t`All rules`));
    this.element = this.#part.element;
  }

  show(rules) {
    this.#part.say(rules?.refusal);
    if (!rules?.value) return;
    const all = rules.value;
    const problems = all.map((rule) => ({ rule, channels: list(rule.channels).map((channel) => [text(object(channel).channel, 40), channelProblem(channel)]).filter(([, problem]) => problem !== null) }));
    const refused = all.filter(({ state }) => state === "refused").length;
    const failing = problems.reduce((total, { channels }) => total + channels.length, 0);
    this.#figures.set({
      rules: countText(all.length), watching: countText(all.filter(({ state }) => state === "watching").length), refused: toneOf(refused), entities: countText(sum(all, "entities")), raised: countText(sum(all, "raised")), channels: toneOf(failing),
    });
    const shown = problems.filter(({ rule, channels }) => rule.state === "refused" || channels.length > 0);
    const rows = shown.slice(0, ROWS_MAX).map(({ rule, channels }) => [text(rule.name, 100) || text(rule.id, 100), rule.tenant ? "" : text(rule.id, 2000),
      [rule.state === "refused" ? t`Refused: ${text(rule.reason)}` : "", ...channels.slice(0, 5).map(([channel, problem]) => t`Not delivered by ${channel || t`a channel`}: ${problem}`)].filter(Boolean).join(t`; `)]);
    renew(this.#list, [rows, shown.length, all.length], () => (all.length === 0 ? [hint(t`No rule is written.`)] : rows.length === 0 ? [hint(t`No rule is refused, and no message is held up.`)] : [
      table(t`Rules that are refused or whose messages do not arrive`, [t`Rule`, t`What is the matter`], rows.map(([name, id, words]) => [el("a", { href: id ? `#/alerts/rule/${encodeURIComponent(id)}` : "#/alerts/rules" }, name), words])), ...rest(shown, (left) => tn(left, "{0} more rule not shown.", "{0} more rules not shown.")),
    ]));
  }
}

export class IngestPart {
  #part = part("ingest", t`What comes in over MQTT`);
  #figures = figures([["messages", t`Messages`], ["now", t`Now`], ["entities", t`Entities written`], ["refused", t`Refused`], ["leftOut", t`Attributes left out`], ["unmatched", t`Of no topic here`]]);
  #list = el("div");

  constructor() {
    this.#part.body.append(this.#figures.element, this.#list);
    this.element = this.#part.element;
    this.element.classList.add("is-broad");
  }

  show(ingest, rate) {
    const { value, refusal, status } = ingest ?? {};
    this.#part.say(status === 404 ? t`This Parvis takes in nothing over MQTT: it has no /admin/ingest (status 404).` : refusal);
    if (!value) return;
    const [servers, topics, refusals] = [value.servers, value.topics, value.refusals].map((all) => list(all).map(object));
    this.#figures.set({
      messages: countText(sum(topics, "messages")), now: perSecondText(rate), entities: countText(sum(topics, "entities")), refused: toneOf(sum(topics, "refused"), "warn"), leftOut: toneOf(sum(topics, "attributesLeftOut"), "warn"), unmatched: countText(value.unmatched ?? 0),
    });
    this.#figures.element.hidden = servers.length === 0 && topics.length === 0;
    const rows = {
      servers: servers.slice(0, ROWS_MAX).map((one) => [maskedText(text(one.server, 200)), text(one.state, 40), [maskedText(text(one.reason)), ...list(one.refusedFilters).slice(0, 5).map((filter) => t`refuses ${text(filter, 100)}`)].filter(Boolean).join(t`; `) || UNKNOWN]),
      topics: topics.slice(0, ROWS_MAX).map((one) => [text(one.topic, 200), countText(one.messages), countText(one.entities), countText(one.refused), timeText(one.lastMessageAt)]),
      refusals: refusals.slice(0, SAMPLES_MAX).map((one) => [timeText(one.at), text(one.topic, 200), text(one.reason), text(one.payload, PAYLOAD_MAX)]),
    };
    renew(this.#list, [rows, servers.length, topics.length], () => (servers.length === 0 && topics.length === 0 ? [hint(t`No MQTT server is set: start Parvis with --ingest and --mqtt-ingest to take in messages.`)] : [
      table(t`MQTT servers`, [t`Server`, t`State`, t`Reason`], rows.servers.map(([name, state, reason]) => [name, pill(state === "subscribed" ? "good" : "bad", state || t`unknown`), reason])), ...rest(servers, (left) => tn(left, "{0} more server not shown.", "{0} more servers not shown.")),
      table(t`Topics`, [t`Topic`, t`Messages`, t`Entities`, t`Refused`, t`Last message`], rows.topics), ...rest(topics, (left) => tn(left, "{0} more topic not shown.", "{0} more topics not shown.")),
      ...(rows.refusals.length === 0 ? [hint(t`Nothing was refused.`)] : [el("h4", {}, t`The latest that were refused`),
        table(t`The latest messages that were refused`, [t`When`, t`Topic`, t`Why`, t`What came`], rows.refusals.map(([at, topic, reason, payload]) => [at, topic, reason, el("code", {}, payload)]))]),
    ]));
  }
}
