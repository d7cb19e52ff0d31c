// The page of the air: a map, the stations, alerts, and one station at length, as its address says. What the reader does is
// written back into the address.
//
// Invariant: what is shown of an hour that is over comes from the history; of the newest from the entities as they change.

import { airAddress, readAirAddress } from "./airaddress.js";
import { indexOrder, indexTitle, pollutants } from "./airindex.js";
import { AirLegend } from "./airlegend.js";
import { AirList } from "./airlist.js";
import { AirMap } from "./airmap.js";
import { HOUR, isOfAir, newestHour, prevailing, ranked, readAir, recordsBehind } from "./airmodel.js";
import { AirReadings } from "./airreadings.js";
import { AirStation } from "./airstation.js";
import { HourSlider } from "./airtime.js";
import { AlertList } from "./alertlist.js";
import { copyText } from "./copytext.js";
import { byId, el, setText } from "./dom.js";
import { firstStation } from "./firstmeasurement.js";
import { icon } from "./icons.js";
import { t, tn } from "./language.js";
import { saveButtons } from "./savebuttons.js";

const DRAW_EVERY = 1000;

export class AirPage {
  #store;
  #pages;
  #page = byId("air");
  #map = null;
  #list = new AirList();
  #legend = new AirLegend();
  #slider = new HourSlider();
  #station = new AirStation();
  #alerts = new AlertList();
  #parts;
  #address = "";
  /** What the address says. */
  #state = { index: null, key: null, station: null, at: null, isUncertainty: false };
  #choice = {};
  #air = readAir([]);
  #readings = new AirReadings();
  /** What is on show: index, pollutant, hours and rows; `null` before there are stations. */
  #view = null;
  #isStale = true;
  #readAt = 0;

  constructor(store, pages) {
    this.#store = store;
    this.#pages = pages;
    this.#build();
    this.#list.addressOf = (id) => this.#addressWith({ station: id });
    this.#slider.onHour = (at) => this.#set({ at });
    this.#station.onClose = () => this.#closeStation();
    this.#station.onChange = () => {
      this.#choice = { ...this.#station.choice };
      this.#write();
    };
    this.#alerts.linksOf = ({ about }) => about.map((id) => ({ name: this.#air.stations.get(id)?.name ?? id, href: this.#addressWith({ station: id }) }));
    this.#readings.onPast = () => this.#refresh(false);
    this.#readings.onTrends = () => this.#showList();
    this.#readings.onField = () => {
      this.#map?.setField(this.#readings.field.field);
      if (this.#view) this.#showField();
    };
    pages.mapKnown.then(() => this.#makeMap());
  }

  get isOpen() {
    return !this.#page.hidden;
  }

  /** Opens what the address says. */
  open(address) {
    const wasOpen = this.isOpen;
    this.#page.hidden = false;
    if (address !== this.#address || !wasOpen) this.#read(address, wasOpen);
    else this.#refresh(true);
    if (!wasOpen) {
      this.#map?.resize();
      if (!this.#state.station) this.#parts.title.focus({ preventScroll: true });
    }
  }

  close() {
    this.#readings.close();
    this.#slider.stop();
    this.#station.close();
    this.#page.hidden = true;
    this.#address = "";
  }

  /** Escape: the search, the station, then the page. */
  leave() {
    if (this.#list.search.value && this.#list.element.contains(document.activeElement)) this.#list.clearSearch();
    else if (this.#station.isOpen) this.#closeStation();
    else this.#pages.goTo("#/");
  }

  focusSearch() {
    this.#list.search.focus();
    this.#list.search.select();
  }

  redraw() {
    this.#map?.setTheme(this.#pages.mapParts()?.theme);
    this.#station.redraw();
  }

  /** Takes in what changed; at most once a second all is put together anew. */
  update(dirty) {
    const hasRelevant = [...dirty.changed].some(isOfAir) || [...dirty.removed].some(isOfAir);
    if (hasRelevant) this.#isStale = true;
  }

  tick(now) {
    if (this.#isStale && now - this.#readAt >= DRAW_EVERY) this.#refresh(true);
    this.#list.tick();
    this.#station.tick();
    if (this.#state.at === null && this.#view && this.#readings.isFieldOld(now)) this.#readings.loadField(this.#view, this.#state.isUncertainty, true);
  }

  // --- The page ----------------------------------------------------------------------------------------------------

  #build() {
    const title = el("h2", { id: "air-title", tabIndex: -1 }, t`Air`);
    const index = el("select", { id: "air-index", onchange: () => this.#set({ index: index.value }) });
    const pollutant = el("select", { id: "air-pollutant", onchange: () => this.#set({ key: pollutant.value || null }) },
      el("option", { value: "" }, t`All, the worst decides`), ...pollutants.map((one) => el("option", { value: one.key }, one.title)));
    const uncertainty = el("input", { type: "checkbox", role: "switch", onchange: () => this.#set({ isUncertainty: uncertainty.checked }) });
    const field = (text, control) => el("div", { className: "view-field" }, el("label", { htmlFor: control.id }, text), control);
    const copy = el("button", { type: "button", className: "button", onclick: () => copyText(location.href) }, icon("copy"), t`Link`);
    copy.setAttribute("aria-label", t`Copy the link to what is shown`);
    const print = el("button", { type: "button", className: "button", onclick: () => this.#print() }, icon("print"), t`Print`);
    const note = el("p", { className: "view-note hint", role: "status" });
    const empty = el("div", { className: "view-empty card", hidden: true }, el("h3", {}, t`What is the air?`),
      el("p", {}, t`Send entities of type AirQualityObserved with pm25, pm10, no2, o3, so2 or co and a location: their indices, forecasts and the map between them appear here by themselves.`),
      el("p", {}, t`A first measurement, to be typed:`));
    const mapBox = el("div", { className: "view-map-box" });
    const view = el("div", { className: "view-halves" },
      el("section", { className: "view-map-card card", "aria-label": t`Map of the air` }, mapBox, this.#slider.element, note, this.#legend.element),
      el("section", { className: "view-list-card card", "aria-label": t`Stations` }, el("h3", {}, t`Stations`), this.#list.element));
    this.#parts = { title, index, pollutant, uncertainty, note, empty, mapBox, view };
    this.#page.append(
      el("div", { className: "view-bar" }, title, field(t`Index`, index), field(t`Pollutant`, pollutant), el("label", { className: "view-switch" }, uncertainty, t`Uncertainty`),
        el("span", { className: "grow" }), ...saveButtons(() => recordsBehind(this.#list.fitting, this.#view, this.#store)), copy, print),
      this.#alerts.element, empty, view, this.#station.element);
  }

  /** Paper is white, whatever the theme. */
  async #print() {
    const { dataset } = document.documentElement;
    const { theme } = dataset;
    dataset.theme = "light";
    this.redraw();
    await this.#map?.drawn();
    globalThis.print();
    if (theme === undefined) delete dataset.theme;
    else dataset.theme = theme;
    this.redraw();
  }

  #makeMap() {
    const parts = this.#pages.mapParts();
    const { mapBox } = this.#parts;
    if (!parts) {
      mapBox.replaceChildren(el("p", { className: "notice" }, t`There is no map here: MapLibre GL JS is not set up, or this browser has no WebGL 2. The list says the same.`));
      mapBox.classList.add("is-empty");
      return;
    }
    this.#map = new AirMap(parts, this.#store, mapBox);
    this.#map.onOpen = (id) => this.#pages.goTo(this.#addressWith({ station: id }));
    if (this.isOpen) this.#refresh(false);
    this.#map.setField(this.#readings.field.field);
  }

  // --- The address -------------------------------------------------------------------------------------------------

  #read(address, wasOpen) {
    const before = this.#state.station;
    const { state, choice } = readAirAddress(address);
    this.#state = state;
    this.#choice = { ...choice, isFresh: true };
    this.#address = address;
    if (!this.#state.station && this.#station.isOpen) this.#station.close();
    this.#refresh(true);
    this.#choice.isFresh = false;
    if (this.#state.station && this.#state.station !== before && this.#station.isOpen) this.#station.focus();
    else if (!this.#state.station && before && wasOpen) this.#list.focusRow(before);
  }

  #addressWith(changes) {
    return airAddress({ ...this.#state, ...changes }, this.#choice);
  }

  #write() {
    this.#address = this.#addressWith({});
    history.replaceState(null, "", this.#address);
  }

  #set(changes) {
    Object.assign(this.#state, changes);
    this.#write();
    this.#refresh(false);
  }

  #closeStation() {
    this.#pages.goTo(this.#addressWith({ station: null }));
  }

  // --- What is shown -----------------------------------------------------------------------------------------------

  get #isLoaded() {
    return document.documentElement.dataset.loaded === "true";
  }

  /** Puts all together; with `isRead` from the entities as they are now. */
  #refresh(isRead) {
    if (isRead) {
      this.#air = readAir(this.#store.records.values());
      this.#isStale = false;
      this.#readAt = Date.now();
    }
    const { indices } = this.#air;
    const stations = [...this.#air.stations.values()];
    const index = this.#state.index ?? indices.find((name) => name === "EAQI") ?? indices[0] ?? "EAQI";
    const newest = newestHour(stations, index);
    const { at, key } = this.#state;
    const view = { index, key, at, newest, hour: at ?? newest };
    this.#showChoice(view);
    const { empty } = this.#parts;
    empty.hidden = stations.length > 0 || !this.#isLoaded;
    // Not before it is shown: then it is known whether a key is needed.
    if (!empty.hidden && !empty.querySelector(".command")) empty.append(...firstStation());
    this.#parts.view.hidden = stations.length === 0;
    this.#page.setAttribute("aria-busy", String(!this.#isLoaded));
    this.#alerts.show(this.#air.alerts);
    if (stations.length === 0) return;
    const shown = at === null ? stations : stations.map((station) => this.#then(station, index));
    view.rows = ranked(shown, index, key);
    view.fieldKey = key ?? prevailing(shown, index);
    this.#view = view;
    this.#slider.show({ newest, at, isLive: this.#isLive(shown, index) });
    this.#map?.show(view.rows, this.#state.station);
    this.#load();
    this.#showField();
    this.#showList();
    this.#showStation();
  }

  /** A station as it was in the hour on show. */
  #then(station, index) {
    const result = station.results.get(index);
    const old = this.#readings.past.results?.get(result?.id);
    return { ...station, results: new Map(old ? [[index, old]] : []) };
  }

  #isLive(stations, index) {
    return stations.some(({ results }) => results.get(index)?.isProvisional) && newestHour(stations, index) > Date.now() - HOUR;
  }

  #showChoice({ index, key }) {
    const parts = this.#parts;
    const names = [...new Set([...this.#air.indices, index])];
    const text = names.join("|");
    if (parts.index.dataset.names !== text) {
      parts.index.dataset.names = text;
      parts.index.replaceChildren(...names.sort((a, b) => indexOrder.indexOf(a) - indexOrder.indexOf(b)).map((name) => el("option", { value: name }, indexTitle(name))));
    }
    parts.index.value = index;
    parts.pollutant.value = key ?? "";
    parts.uncertainty.checked = this.#state.isUncertainty;
  }

  #showList() {
    const { rows, key, index, hour, at } = this.#view;
    this.#list.show({ rows, key, index, selected: this.#state.station, trends: this.#readings.trends, until: hour, isPast: at !== null });
  }

  #showStation() {
    const { station: id } = this.#state;
    if (!id) return;
    const { index, key, rows, at, hour, newest } = this.#view;
    const row = rows.find(({ station }) => station.id === id);
    if (!row) return this.#station.isOpen ? this.#station.close() : undefined;
    const wasOpen = this.#station.isOpen;
    const readings = [...row.station.readings.values()].map((one) => one.at).filter(Number.isFinite);
    const end = at ?? Math.max(newest || 0, ...readings);
    this.#station.show({ station: row.station, index, key, result: row.result, at, hour, choice: this.#choice, end: end || Date.now() });
    if (!wasOpen) this.#station.focus();
  }

  #showField() {
    const { field, reason } = this.#readings.field;
    const { index, rows, key, fieldKey } = this.#view;
    const { label } = pollutants.find((one) => one.key === fieldKey);
    const isOfUncertainty = this.#state.isUncertainty;
    this.#legend.show({ index, rows, field, title: isOfUncertainty ? t`Between the stations: uncertainty of ${label}` : t`Between the stations: ${label}` });
    const words = [];
    const { problem } = this.#readings.past;
    if (problem) words.push(t`The hour could not be read: ${problem}`);
    if (field) {
      const what = isOfUncertainty ? t`uncertainty of ${label}` : label;
      words.push(t`Between the stations: ${key === null ? t`${what}, which decides at most of them` : what}${methodWords(field)}.`);
    }
    if (!field && reason) words.push(t`No field between the stations: ${reason}`);
    setText(this.#parts.note, words.join(" "));
    this.#parts.note.dataset.tone = field ? "" : "warn";
  }

  #load() {
    this.#readings.loadPast(this.#view);
    this.#readings.loadField(this.#view, this.#state.isUncertainty, false);
    this.#readings.loadTrends(this.#view, [...this.#air.stations.values()]);
  }
}

/** How the field was made, and why not by kriging: that needs four stations, and hours that tell how they differ. */
function methodWords({ method, stations }) {
  if (method === "ordinaryKriging") return `, ${t`by ordinary kriging of ${stations} stations`}`;
  if (method !== "inverseDistance") return "";
  const reason = stations < 4 ? t`too few for kriging` : t`as too few hours are known for kriging`;
  return `, ${tn(stations, "by inverse distance of {0} station", "by inverse distance of {0} stations")}, ${reason}`;
}
