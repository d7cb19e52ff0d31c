// The page of charts: attributes of one or several entities over a window of time, as its address says.
//
// What the reader does is written back into the address (`historyaddress.js`), so that reload, back and a link show the same.

import { TimeChart } from "./chart.js";
import { byId, el, setText } from "./dom.js";
import { mainInstance } from "./entity.js";
import { copyText } from "./copytext.js";
import { localText } from "./chartscale.js";
import { SERIES_MAX, addressOf, parseAddress, ranges } from "./historyaddress.js";
import { addLive, clampTime } from "./historydata.js";
import { csvOf, featuresOf, saveText, valueTable } from "./historytable.js";
import { HistoryLegend } from "./historylegend.js";
import { HistoryPicker } from "./historypicker.js";
import { drawnOf, extentOf, lastBefore, learn, newSeries, readExtent, readWindow, timeOf } from "./historyseries.js";
import { wordsOf } from "./historywords.js";
import { icon } from "./icons.js";
import { t } from "./language.js";

const WAIT = 180;
const STACK = 50;
/** What began later than this is shown whole, where no time was asked for: in a day it would be a stroke at the edge. */
const YOUNG = 12 * 3_600_000;

export class HistoryPage {
  #store;
  #pages;
  #page = byId("history");
  #chart = new TimeChart(t`Values over time`);
  #picker;
  #legend = new HistoryLegend();
  #series = [];
  #range = "24h";
  /** Whether nobody has chosen a time yet, so that the page may. */
  #isRangeOpen = false;
  #window = [0, 1];
  #stack = [];
  #address = "";
  #loading = null;
  #loadTimer = 0;
  #loadedAt = 0;
  #isDue = false;
  /** When the last value before a window without any was; `null` while there is none. */
  #last = null;
  /** Why the two times that stand in the fields make no window; they stay until they do, or another window is chosen. */
  #refusal = "";
  #parts;

  constructor(store, pages) {
    this.#store = store;
    this.#pages = pages;
    this.#picker = new HistoryPicker(store);
    this.#picker.onPick = (id, attribute) => {
      this.#picker.close();
      this.#add(id, attribute);
    };
    this.#legend.onToggle = (series) => {
      series.isHidden = !series.isHidden;
      this.#write();
      this.#show();
    };
    this.#legend.onTake = (series) => this.#take(series);
    this.#build();
    this.#chart.onWindow = (from, to) => this.#moved(from, to);
    this.#chart.onBack = () => this.#back();
  }

  get isOpen() {
    return !this.#page.hidden;
  }

  /** Opens what the address says. */
  open(address) {
    const wasOpen = this.isOpen;
    this.#page.hidden = false;
    if (address !== this.#address || !wasOpen) this.#read(address);
    if (!wasOpen) this.#parts.title.focus({ preventScroll: true });
  }

  close() {
    this.#loading?.abort();
    clearTimeout(this.#loadTimer);
    this.#page.hidden = true;
    this.#address = "";
    this.#series = [];
  }

  /** Escape: the picker, then the page. */
  leave() {
    if (this.#picker.isOpen) this.#picker.close();
    else this.#pages.goTo(this.#series.length === 1 ? `#/entity/${encodeURIComponent(this.#series[0].source.id)}` : "#/");
  }

  focusSearch() {
    this.#picker.open();
  }

  redraw() {
    this.#chart.redraw();
  }

  /** Takes values in that came live. */
  update(dirty) {
    if (!this.isOpen) return;
    let isNew = false;
    for (const series of this.#series) {
      const record = this.#store.records.get(series.source.id);
      if (!record || !dirty.changed.has(record)) continue;
      isNew = true;
      if (!series.isFound) learn(series, this.#store);
      const instance = mainInstance(record.entity[series.source.attribute] ?? []);
      if (!instance || !series.data) continue;
      if (!addLive(series.data, timeOf(instance), instance.value)) this.#loadSoon();
      if (series.extent) series.extent.last = Math.max(series.extent.last, series.data.newest);
    }
    if (isNew && this.#range === "all" && !this.#refusal) this.#setWindow("all");
    if (isNew && this.#range !== null && this.#range !== "all") this.#follow();
    if (isNew) this.#show();
  }

  /** Once a second: a window that ends now goes on. */
  tick(now) {
    if (!this.isOpen || this.#range === null || this.#range === "all" || this.#series.length === 0) return;
    this.#follow();
    if (now - this.#loadedAt > Math.max(60_000, (this.#window[1] - this.#window[0]) / 50)) this.#load();
  }

  // --- The page ----------------------------------------------------------------------------------------------------

  #build() {
    const title = el("h2", { id: "history-title", tabIndex: -1 }, t`History`);
    const rangeButtons = new Map(Object.entries(ranges).map(([name, [text]]) => [name, el("button", {
      type: "button", className: "chip", "aria-pressed": "false", onclick: () => this.#setRange(name),
    }, text)]));
    const moment = (label) => el("input", { type: "datetime-local", step: 1, "aria-label": label, onchange: () => this.#readInputs() });
    const [from, to] = [moment(t`From`), moment(t`To`)];
    const back = el("button", { type: "button", className: "icon-button", "aria-label": t`The window before`, title: t`The window before (double-click)`, onclick: () => this.#back() }, icon("back"));
    const zoomIn = el("button", { type: "button", className: "icon-button", "aria-label": t`Shorter time`, title: t`Shorter time`, onclick: () => this.#zoom(0.5) }, icon("plus"));
    const zoomOut = el("button", { type: "button", className: "icon-button", "aria-label": t`Longer time`, title: t`Longer time`, onclick: () => this.#zoom(2) }, icon("minus"));
    const add = el("button", { type: "button", className: "button is-main", onclick: () => this.#picker.open() }, icon("plus"), t`Add`);
    add.setAttribute("aria-label", t`Add an attribute`);
    const copy = el("button", { type: "button", className: "button", onclick: () => copyText(location.href) }, icon("copy"), t`Link`);
    copy.setAttribute("aria-label", t`Copy the link to this chart`);
    const save = el("button", { type: "button", className: "button", onclick: () => this.#save() }, icon("save"), "CSV");
    save.setAttribute("aria-label", t`Save what is shown as CSV`);
    const places = el("button", { type: "button", className: "button", onclick: () => this.#savePlaces() }, icon("save"), "GeoJSON");
    places.setAttribute("aria-label", t`Save what is shown as GeoJSON`);
    const message = el("p", { className: "history-message", role: "status", hidden: true });
    const note = el("p", { className: "hint" });
    const table = el("details", { className: "history-table", ontoggle: () => this.#showTable() }, el("summary", {}, t`Table of values`));
    const empty = el("div", { className: "history-empty card", hidden: true }, el("h3", {}, t`How was it?`),
      el("p", {}, t`Choose a numeric attribute of an entity, and see it over an hour or over ten years. Add others to compare them.`),
      el("button", { type: "button", className: "button is-main", onclick: () => this.#picker.open() }, icon("plus"), t`Choose an attribute`));
    const body = el("div", { className: "history-body card" },
      el("div", { className: "history-tools" },
        el("div", { className: "history-ranges", role: "group", "aria-label": t`Window of time` }, ...rangeButtons.values()),
        el("div", { className: "history-window" }, from, el("span", { "aria-hidden": "true" }, "–"), to),
        el("div", { className: "history-zoom" }, zoomOut, zoomIn, back)),
      el("div", { className: "history-chart" }, this.#chart.element, message), this.#legend.element, note, table);
    this.#parts = { title, rangeButtons, from, to, back, message, note, table, empty, body, save, places, copy };
    this.#page.append(el("div", { className: "history-head" }, title, copy, save, places, add), this.#picker.element, empty, body);
  }

  // --- The address -------------------------------------------------------------------------------------------------

  #read(address) {
    const { ids, series, range, from, to, isOpen } = parseAddress(address);
    this.#loading?.abort();
    this.#series = [];
    this.#stack = [];
    for (const { id, attribute, isHidden } of series) this.#series.push(newSeries(id, attribute, this.#freeColour(), isHidden));
    this.#setWindow(range, from, to);
    this.#isRangeOpen = isOpen;
    this.#address = address;
    this.#picker.close(false);
    // An entity alone: its attributes are offered.
    if (ids.length > 0 && this.#series.length === 0) this.#picker.open(ids[0]);
    for (const series of this.#series) learn(series, this.#store);
    this.#show();
    this.#load();
  }

  #write() {
    this.#address = addressOf(this.#series, this.#range, this.#window);
    history.replaceState(null, "", this.#address);
  }

  // --- The window --------------------------------------------------------------------------------------------------

  #setWindow(range, from, to) {
    this.#refusal = "";
    this.#isRangeOpen = false;
    this.#range = range;
    const now = Date.now();
    if (range === "all") this.#window = extentOf(this.#series) ?? this.#window;
    else this.#window = range === null ? [clampTime(from), clampTime(to)] : [now - ranges[range][1], now];
    if (!(this.#window[1] - this.#window[0] >= 1)) this.#window[1] = this.#window[0] + 1;
    this.#chart.setWindow(...this.#window);
  }

  #setRange(range) {
    this.#remember();
    this.#setWindow(range);
    this.#write();
    this.#show();
    this.#load();
  }

  #follow() {
    const now = Date.now();
    this.#window = [now - ranges[this.#range][1], now];
    this.#chart.setWindow(...this.#window);
  }

  #moved(from, to) {
    if (!this.#isDue) this.#remember();
    this.#isDue = true;
    this.#setWindow(null, from, to);
    this.#showWindow();
    this.#loadSoon();
  }

  #zoom(factor) {
    const [from, to] = this.#window;
    const middle = (from + to) / 2;
    this.#moved(middle - ((to - from) / 2) * factor, middle + ((to - from) / 2) * factor);
  }

  #remember() {
    this.#stack.push({ range: this.#range, window: [...this.#window] });
    if (this.#stack.length > STACK) this.#stack.shift();
  }

  #back() {
    const before = this.#stack.pop();
    if (!before) return;
    this.#setWindow(before.range, ...before.window);
    this.#write();
    this.#show();
    this.#load();
  }

  #readInputs() {
    const [from, to] = [this.#parts.from, this.#parts.to].map((input) => new Date(input.value).getTime());
    this.#refusal = Number.isNaN(from) || Number.isNaN(to) ? t`Both times are needed.` : from < to ? "" : t`The end is to be after the beginning.`;
    this.#parts.to.setCustomValidity(this.#refusal);
    if (this.#refusal) return this.#say(this.#refusal);
    this.#remember();
    this.#setWindow(null, from, to);
    this.#write();
    this.#show();
    this.#load();
  }

  // --- Series ------------------------------------------------------------------------------------------------------

  #freeColour() {
    const taken = new Set(this.#series.map((one) => one.colour));
    return Array.from({ length: SERIES_MAX }, (_, at) => `--series-${at + 1}`).find((colour) => !taken.has(colour));
  }

  #add(id, attribute) {
    if (this.#series.some(({ source }) => source.id === id && source.attribute === attribute)) return;
    if (this.#series.length >= SERIES_MAX) return this.#say(t`A chart holds ${SERIES_MAX} attributes; take one out first.`);
    const series = newSeries(id, attribute, this.#freeColour(), false);
    this.#series.push(series);
    learn(series, this.#store);
    this.#write();
    this.#show();
    this.#load();
  }

  #take(series) {
    this.#series = this.#series.filter((one) => one !== series);
    this.#write();
    this.#show();
    this.#load();
  }

  #loadSoon() {
    clearTimeout(this.#loadTimer);
    this.#loadTimer = setTimeout(() => {
      this.#isDue = false;
      this.#write();
      this.#load();
    }, WAIT);
  }

  /** Reads every series for the window; a reading under way is given up. */
  async #load() {
    clearTimeout(this.#loadTimer);
    this.#isDue = false;
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    this.#loadedAt = Date.now();
    this.#last = null;
    const { signal } = loading;
    for (const series of this.#series) series.isLoading = true;
    this.#show();
    const each = async (body) => {
      await Promise.all(this.#series.map(async (series) => {
        try {
          await body(series);
          series.problem = null;
        } catch (error) {
          if (!signal.aborted) series.problem = error.message;
        }
      }));
    };
    if (this.#range === "all" || (this.#isRangeOpen && this.#series.length > 0)) {
      await each((series) => readExtent(series, signal));
      if (signal.aborted) return;
      const isYoung = extentOf(this.#series)?.[0] > Date.now() - YOUNG;
      if (this.#range === "all" || (this.#isRangeOpen && isYoung)) this.#setWindow("all");
      this.#isRangeOpen = false;
      this.#write();
    }
    const [from, to] = this.#window;
    await each(async (series) => {
      if (series.problem && this.#range === "all") throw new Error(series.problem);
      await readWindow(series, this.#store, from, to, signal);
      if (!signal.aborted) this.#show();
    });
    if (signal.aborted) return;
    for (const series of this.#series) series.isLoading = false;
    this.#last = await lastBefore(this.#series, from, signal);
    if (!signal.aborted) this.#show();
  }

  // --- Showing -----------------------------------------------------------------------------------------------------

  #show() {
    const parts = this.#parts;
    const isEmpty = this.#series.length === 0;
    parts.empty.hidden = !isEmpty;
    parts.body.hidden = isEmpty;
    parts.save.hidden = parts.places.hidden = parts.copy.hidden = isEmpty;
    if (isEmpty) return;
    const drawn = this.#series.map(drawnOf);
    this.#chart.setSeries(drawn);
    this.#showWindow();
    this.#legend.show(this.#series, drawn, this.#window[1]);
    this.#showMessage();
    if (this.#series.every((one) => !one.isLoading)) this.#showTable(drawn);
    parts.body.setAttribute("aria-busy", String(this.#series.some((one) => one.isLoading)));
  }

  #showWindow() {
    const parts = this.#parts;
    for (const [name, button] of parts.rangeButtons) button.setAttribute("aria-pressed", String(name === this.#range));
    for (const [input, time] of [[parts.from, this.#window[0]], [parts.to, this.#window[1]]]) {
      if (document.activeElement !== input && !this.#refusal) input.value = localText(time);
    }
    parts.back.disabled = this.#stack.length === 0;
    parts.to.setCustomValidity(this.#refusal);
  }

  #say(text, ...more) {
    const { message } = this.#parts;
    message.hidden = text === "";
    if (message.dataset.text === text) return;
    message.dataset.text = text;
    message.replaceChildren(text, ...more);
  }

  #showMessage() {
    if (this.#refusal) return this.#say(this.#refusal);
    const parts = this.#parts;
    const { note, text, isGap } = wordsOf(this.#series, this.#window, this.#last);
    setText(parts.note, note);
    if (!isGap) return this.#say(text);
    const [last, span] = [this.#last, this.#window[1] - this.#window[0]];
    this.#say(text, " ", el("button", {
      type: "button", className: "text-button",
      onclick: () => { this.#remember(); this.#setWindow(null, last - span * 0.9, last + span * 0.1); this.#write(); this.#load(); },
    }, t`Go there`));
  }

  #showTable(drawn = this.#series.map(drawnOf)) {
    const { table } = this.#parts;
    if (!table.open) return;
    const fresh = valueTable(drawn.filter((one) => !one.isHidden), ...this.#window);
    if (table.children[1]) table.children[1].replaceWith(fresh);
    else table.append(fresh);
  }

  get #drawn() {
    return this.#series.map(drawnOf).filter((one) => !one.isHidden);
  }

  #save() {
    saveText(csvOf(this.#drawn, ...this.#window), "history.csv", "text/csv");
  }

  #savePlaces() {
    const placeOf = (id) => this.#store.records.get(id)?.point ?? null;
    saveText(JSON.stringify(featuresOf(this.#drawn, ...this.#window, placeOf)), "history.geojson", "application/geo+json");
  }
}
