// The page for those who run Parvis: `#/operations`. What needs someone, then the figures. It reads, and writes nothing.
//
// Figures are read every 5 s, what /admin tells every 15 s, sources are looked at once a minute; nothing while the page is hidden.

import { byId, el, setText } from "./dom.js";
import { locale, t } from "./language.js";
import * as api from "./operationsapi.js";
import { attentionOf } from "./operationsattention.js";
import { IngestPart, NotificationsPart, RulesPart } from "./operationsdelivery.js";
import { parseMetrics, sumOf } from "./operationsmetrics.js";
import { part, pill, renew } from "./operationsparts.js";
import { RequestsPart } from "./operationsrequests.js";
import { Samples } from "./operationssamples.js";
import { BackupPart, HealthPart, HistoryPart, MemoryPart } from "./operationsserver.js";
import { Sources } from "./operationssources.js";
import { SourcesPart } from "./operationssourcespart.js";

const FIGURES_EVERY = 5000;
const ADMIN_EVERY = 15_000;
const SOURCES_EVERY = 60_000;

export class OperationsPage {
  #store;
  #page = byId("operations");
  #goTo;
  #samples = new Samples();
  #sources;
  #read = {};
  #due = { figures: 0, admin: 0, sources: 0 };
  #busy = new Set();
  #reading = null;
  #status = el("p", { className: "hint" });
  #attention = part("attention", t`Needs attention`);
  #parts = {
    requests: new RequestsPart(), health: new HealthPart(), memory: new MemoryPart(), notifications: new NotificationsPart(), rules: new RulesPart(),
    backup: new BackupPart(), sources: new SourcesPart(), ingest: new IngestPart(), history: new HistoryPart(),
  };

  constructor(store, pages) {
    this.#store = store;
    this.#goTo = (address) => pages.goTo(address);
    this.#sources = new Sources(store);
    this.#attention.element.classList.add("ops-attention");
    this.#page.append(
      el("div", { className: "ops-head" }, el("h2", { id: "ops-title", tabIndex: -1 }, t`Operations`), this.#status),
      this.#attention.element, el("div", { className: "ops-parts" }, ...Object.values(this.#parts).map(({ element }) => element)));
    this.#draw();
  }

  get isOpen() {
    return !this.#page.hidden;
  }

  open() {
    const wasOpen = this.isOpen;
    this.#page.hidden = false;
    if (wasOpen) return;
    this.#reading = new AbortController();
    this.#due = { figures: 0, admin: 0, sources: 0 };
    this.tick(Date.now());
    byId("ops-title").focus({ preventScroll: true });
  }

  close() {
    this.#reading?.abort();
    this.#reading = null;
    this.#busy.clear();
    this.#page.hidden = true;
  }

  leave() {
    this.#goTo("#/");
  }

  /** The page has no search. */
  focusSearch() {}

  tick(now) {
    if (document.hidden || !this.#reading) return;
    this.#every("figures", FIGURES_EVERY, now, (signal) => this.#readFigures(signal));
    this.#every("admin", ADMIN_EVERY, now, (signal) => this.#readAdmin(signal));
    if (!this.#store.isPast && document.documentElement.dataset.loaded === "true") this.#every("sources", SOURCES_EVERY, now, (signal) => this.#readSources(signal));
  }

  /** One reading of a kind at a time; the next is due some time after its end. */
  async #every(name, pause, now, read) {
    if (now < this.#due[name] || this.#busy.has(name)) return;
    const { signal } = this.#reading;
    this.#busy.add(name);
    try {
      await read(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      // What was given up by closing the page says nothing about a reading that began since.
      if (!signal.aborted) {
        this.#busy.delete(name);
        this.#due[name] = Date.now() + pause;
      }
    }
    if (signal.aborted) return;
    this.#read.at = Date.now();
    this.#draw();
  }

  async #readFigures(signal) {
    const [health, readiness, metrics, identity, apiVersion] = await Promise.all([
      api.loadHealth(signal), api.loadReadiness(signal), api.loadMetrics(parseMetrics, signal), api.loadIdentity(signal), this.#read.api?.value ? this.#read.api : api.loadAPIVersion(signal)]);
    Object.assign(this.#read, { health, readiness, metrics, identity, api: apiVersion });
    if (metrics.value) this.#samples.take(metrics.value, Date.now());
  }

  async #readAdmin(signal) {
    const [policies, deliveries, names, rules, ingest] = await Promise.all([
      api.loadPolicies(signal), api.loadDeliveries(signal), api.loadSubscriptionNames(signal), api.loadRules(signal), api.loadIngest(signal)]);
    Object.assign(this.#read, { policies, deliveries, names, rules, ingest });
  }

  async #readSources(signal) {
    this.#read.sources = await this.#sources.look(Date.now(), signal);
  }

  // --- Drawing -------------------------------------------------------------------------------------------------------

  #draw() {
    const now = Date.now();
    const { health, readiness, metrics, identity, api: version, policies, deliveries, names = new Map(), rules, ingest, sources } = this.#read;
    const gauge = (name) => (metrics?.value ? sumOf(metrics.value, name) : null);
    const isPast = this.#store.isPast;
    const p = this.#parts;
    p.health.show({ health, readiness, identity, api: version }, gauge);
    p.requests.show(this.#samples, metrics?.refusal, gauge);
    p.memory.show(this.#samples, metrics?.refusal, gauge);
    p.history.show(policies, gauge);
    p.notifications.show(deliveries, names);
    p.rules.show(rules);
    p.ingest.show(ingest, this.#samples.rate("ingest"));
    p.sources.show(sources, { count: this.#store.size, total: gauge("parvis_entities") ?? 0, isPast }, now);
    this.#drawAttention(now);
    setText(this.#status, this.#read.at ? t`Read at ${new Date(this.#read.at).toLocaleTimeString(locale)}, again every few seconds while this page is open.` : t`Reading …`);
  }

  #drawAttention(now) {
    const { health, readiness, metrics, deliveries, names, rules, ingest, sources } = this.#read;
    const found = attentionOf({ health, readiness, metrics: metrics?.value, deliveries: deliveries?.value, names, rules: rules?.value, ingest: ingest?.value, sources: this.#store.isPast ? null : sources }, now);
    const unread = [[t`requests`, metrics], [t`notifications`, deliveries], [t`alert rules`, rules], ["MQTT", ingest?.status === 404 ? null : ingest], [t`silent sources`, sources]].filter(([, one]) => one?.refusal).map(([name]) => name);
    const pending = [metrics, deliveries, sources].some((one) => one === undefined);
    renew(this.#attention.body, [found, unread, pending], () => [
      ...(found.length > 0 ? [el("ul", { className: "ops-sentences" }, ...found.map((one) => this.#sentence(one)))] : []),
      ...(found.length === 0 ? [el("p", {}, pending ? t`Looking …` : unread.length > 0 ? t`Nothing needs attention in what could be read.` : t`Nothing needs attention.`)] : []),
      ...(unread.length > 0 ? [el("p", { className: "hint" }, t`Not known, because it could not be read: ${unread.join(", ")}.`)] : []),
    ]);
  }

  #sentence({ tone, words, href, link, part: name }) {
    const way = href ? el("a", { href }, link) : name ? el("button", { type: "button", className: "text-button", onclick: () => this.#goToPart(name) }, t`Show`) : null;
    return el("li", {}, pill(tone, tone === "bad" ? t`Act` : t`Look`), el("span", {}, words, ...(way ? [" ", way] : [])));
  }

  #goToPart(name) {
    byId(`ops-${name}-title`)?.focus({ preventScroll: true });
    byId(`ops-${name}`)?.scrollIntoView({ block: "start" });
  }
}
