// The page of the traffic: a map, lists, alerts, and one segment or intersection at length, as its address says.
//
// `#/traffic?list=junctions&segment=ID` or `&junction=ID`, and of the segment `range` and `forecast`. What the reader does is
// written back into the address.
//
// Invariant: what signals show is drawn as it comes; all else is put together at most once a second.

import { AlertList } from "./alertlist.js";
import { copyText } from "./copytext.js";
import { byId, el, setText } from "./dom.js";
import { icon } from "./icons.js";
import { locale, t, tn } from "./language.js";
import { saveButtons } from "./savebuttons.js";
import { loadMeans } from "./temporal.js";
import { currentTheme } from "./theme.js";
import { trafficEmpty } from "./trafficempty.js";
import { TrafficJunction } from "./trafficjunction.js";
import { TrafficLegend } from "./trafficlegend.js";
import { TrafficList } from "./trafficlist.js";
import { TrafficMap } from "./trafficmap.js";
import { TrafficModel } from "./trafficmodel.js";
import { TrafficSegment } from "./trafficsegment.js";
import { controlOf } from "./trafficwords.js";

const DRAW_EVERY = 1000;
const TRENDS_EVERY = 120_000;
const TREND_SPAN = 2 * 3_600_000;
const SEGMENTS_MAX = 2000;
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const none = { list: null, segment: null, junction: null };

export class TrafficPage {
  #store;
  #pages;
  #page = byId("traffic");
  #model = new TrafficModel();
  #map = null;
  #list = new TrafficList(this.#model);
  #legend = new TrafficLegend();
  #alerts = new AlertList();
  #empty = trafficEmpty();
  #segment = new TrafficSegment();
  #junction = new TrafficJunction();
  #parts;
  #address = "";
  #state = { ...none };
  #choice = {};
  #touched = new Set();
  #structure = -1;
  #drawnAt = 0;
  #trends = { at: -Infinity, structure: -1, bySegment: new Map() };
  #trendsRequest = null;
  #lostAt = null;

  constructor(store, pages) {
    this.#store = store;
    this.#pages = pages;
    this.#build();
    this.#list.addressOf = (kind, id) => this.#addressWith({ ...none, list: this.#state.list, [kind]: id });
    this.#list.onChoose = (name) => this.#set({ list: name });
    this.#segment.onClose = this.#junction.onClose = () => this.#closePanel();
    this.#segment.onChange = () => {
      this.#choice = { ...this.#segment.choice };
      this.#write();
    };
    this.#alerts.linksOf = ({ about }) => about.flatMap((id) => this.#linkTo(id));
    pages.mapKnown.then(() => this.#makeMap());
  }

  get isOpen() {
    return !this.#page.hidden;
  }

  /** Opens what the address says. */
  open(address) {
    const wasOpen = this.isOpen;
    this.#page.hidden = false;
    if (!wasOpen || !this.#isLoaded) {
      this.#model.readAll(this.#store.records.values());
      this.#touched.add("all");
    }
    if (address !== this.#address || !wasOpen) this.#read(address, wasOpen);
    else this.#draw();
    if (wasOpen) return;
    this.#map?.resize();
    if (!this.#opened) this.#parts.title.focus({ preventScroll: true });
  }

  close() {
    this.#trendsRequest?.abort();
    this.#trends.at = -Infinity;
    this.#segment.close();
    this.#junction.close();
    this.#page.hidden = true;
    this.#address = "";
  }

  /** Escape: the search, the panel, then the page. */
  leave() {
    if (this.#list.search.value && this.#list.element.contains(document.activeElement)) this.#list.clearSearch();
    else if (this.#segment.isOpen || this.#junction.isOpen) this.#closePanel();
    else this.#pages.goTo("#/");
  }

  focusSearch() {
    this.#list.search.focus();
    this.#list.search.select();
  }

  redraw() {
    this.#map?.setTheme(this.#pages.mapParts()?.theme);
    this.#segment.redraw();
    this.#junction.redraw(currentTheme());
    this.#draw();
  }

  /** Takes in what changed: lamps at once, the rest with the next drawing. */
  update(dirty) {
    const touched = this.#model.take(dirty);
    for (const kind of touched.keys()) this.#touched.add(kind);
    const lamps = touched.get("groups");
    if (!lamps) return;
    if (this.#structure === this.#model.structure) this.#map?.showLamps(lamps);
    this.#junction.showLamps(lamps);
  }

  tick(now) {
    this.#showConnection(now);
    if (this.#touched.size > 0 && now - this.#drawnAt >= DRAW_EVERY - 50) {
      this.#list.noteQueues(now);
      this.#draw();
    }
    this.#list.tick();
    this.#segment.tick();
    this.#junction.tick();
    this.#loadTrends(now);
  }

  // --- The page ----------------------------------------------------------------------------------------------------

  #build() {
    const title = el("h2", { id: "traffic-title", tabIndex: -1 }, t`Traffic`);
    const copy = el("button", { type: "button", className: "button", onclick: () => copyText(location.href) }, icon("copy"), t`Link`);
    copy.setAttribute("aria-label", t`Copy the link to what is shown`);
    const summary = el("p", { className: "traffic-summary", role: "status" });
    const lost = el("p", { className: "notice", "data-tone": "warn", role: "alert", hidden: true });
    const mapBox = el("div", { className: "view-map-box" });
    const view = el("div", { className: "view-halves" },
      el("section", { className: "view-map-card card", "aria-label": t`Map of the traffic` }, mapBox, this.#legend.element),
      el("section", { className: "view-list-card card", "aria-label": t`Segments, intersections and detectors` }, this.#list.element));
    this.#parts = { title, summary, lost, mapBox, view };
    this.#page.append(el("div", { className: "view-bar" }, title, summary, el("span", { className: "grow" }),
      ...saveButtons(() => this.#list.fitting.map(({ id }) => this.#store.records.get(id))), copy), lost,
      this.#alerts.element, this.#empty.element, view, this.#segment.element, this.#junction.element);
  }

  #makeMap() {
    const parts = this.#pages.mapParts();
    const { mapBox } = this.#parts;
    if (!parts) {
      mapBox.replaceChildren(el("p", { className: "notice" }, t`There is no map here: MapLibre GL JS is not set up, or this browser has no WebGL 2. The lists say the same.`));
      mapBox.classList.add("is-empty");
      return;
    }
    this.#map = new TrafficMap(parts, this.#store, mapBox, this.#model);
    this.#map.onOpen = (kind, id) => {
      if (kind === "detector") this.#pages.goTo(`#/entity/${encodeURIComponent(this.#model.detectors.get(id)?.ref ?? id)}`);
      else this.#pages.goTo(this.#addressWith({ ...none, list: this.#state.list, [kind]: id }));
    };
    this.#touched.add("all");
    if (this.isOpen) this.#draw();
    this.#goThere();
  }

  // --- The address -------------------------------------------------------------------------------------------------

  get #opened() {
    return this.#state.segment ?? this.#state.junction;
  }

  #read(address, wasOpen) {
    const query = new URLSearchParams(address.split("?")[1] ?? "");
    const before = this.#opened;
    const list = query.get("list");
    this.#state = { list: ["segments", "junctions", "detectors"].includes(list) ? list : null, segment: query.get("segment") || null, junction: query.get("segment") ? null : query.get("junction") || null };
    this.#choice = Object.fromEntries(["range", "forecast"].map((name) => [name, query.get(name) ?? undefined]));
    this.#address = address;
    this.#draw();
    this.#choice = { ...this.#choice, ...(this.#segment.isOpen ? this.#segment.choice : {}) };
    if (this.#opened && this.#opened !== before) {
      this.#goThere();
      this.#focusPanel();
    } else if (!this.#opened && before && wasOpen) {
      this.#list.focusRow(before);
    }
  }

  #addressWith(changes) {
    const { list, segment, junction } = { ...this.#state, ...changes };
    const query = new URLSearchParams();
    if (list) query.set("list", list);
    if (segment) query.set("segment", segment);
    else if (junction) query.set("junction", junction);
    if (segment) for (const [name, value] of Object.entries(this.#choice)) if (value !== undefined && value !== null) query.set(name, value);
    const text = query.toString();
    return text ? `#/traffic?${text}` : "#/traffic";
  }

  #write() {
    this.#address = this.#addressWith({});
    history.replaceState(null, "", this.#address);
  }

  #set(changes) {
    Object.assign(this.#state, changes);
    this.#write();
    this.#draw();
  }

  #closePanel() {
    this.#choice = {};
    this.#pages.goTo(this.#addressWith({ segment: null, junction: null }));
  }

  #focusPanel() {
    if (this.#segment.isOpen) this.#segment.focus();
    else if (this.#junction.isOpen) this.#junction.focus();
  }

  /** The map goes to what was opened. */
  #goThere() {
    const { segment, junction } = this.#state;
    if (!this.isOpen || !this.#map) return;
    if (junction && this.#model.intersections.has(junction)) this.#map.showJunction(this.#model.intersections.get(junction));
    else if (segment && this.#model.segments.has(segment)) this.#map.showSegment(this.#model.segments.get(segment));
  }

  /** What an alert is about, if the page shows it: a segment by its road or its state, or a detector's segment. */
  #linkTo(id) {
    const model = this.#model;
    const detector = model.detectors.get(id)?.ref ?? id;
    const road = model.observed.get(detector)?.road ?? id;
    const segment = model.segments.get(id) ?? [...model.segments.values()].find((one) => one.road === road || one.ref === detector);
    if (segment) return [{ name: model.nameOfSegment(segment), href: this.#addressWith({ ...none, list: this.#state.list, segment: segment.id }) }];
    const observed = model.observed.get(id);
    return observed ? [{ name: observed.name ?? id, href: `#/entity/${encodeURIComponent(id)}` }] : [];
  }

  // --- What is shown -----------------------------------------------------------------------------------------------

  get #isLoaded() {
    return document.documentElement.dataset.loaded === "true";
  }

  #draw() {
    const model = this.#model;
    const theme = currentTheme();
    this.#drawnAt = Date.now();
    this.#page.setAttribute("aria-busy", String(!this.#isLoaded));
    const isEmpty = model.isEmpty;
    this.#empty.show(isEmpty && this.#isLoaded, model.observed.size);
    this.#parts.view.hidden = isEmpty;
    this.#alerts.show(model.raisedAlerts);
    this.#drawMap();
    this.#touched.clear();
    if (isEmpty) return this.#showPanel(theme);
    const standard = model.segments.size === 0 ? "junctions" : "segments";
    this.#list.choose(this.#state.list ?? standard, false);
    this.#list.show({ theme, selected: this.#opened, trends: this.#trends.bySegment });
    this.#legend.show(theme, this.#counts());
    this.#showSummary();
    this.#showPanel(theme);
  }

  #drawMap() {
    const touched = this.#touched;
    if (!this.#map) return;
    const hasOtherStructure = this.#structure !== this.#model.structure || touched.has("all");
    this.#structure = this.#model.structure;
    this.#map.select(this.#opened);
    if (hasOtherStructure) {
      this.#map.drawAll();
      this.#map.fitOnce();
      return;
    }
    if (touched.has("segments")) this.#map.drawSegments();
    if (touched.has("detectors") || touched.has("intersections")) this.#map.drawPoints();
    if (touched.has("lanes")) this.#map.drawQueues();
  }

  #showPanel(theme) {
    const model = this.#model;
    const segment = model.segments.get(this.#state.segment);
    const junction = model.intersections.get(this.#state.junction);
    if (!segment && this.#segment.isOpen) this.#segment.close();
    if (!junction && this.#junction.isOpen) this.#junction.close();
    const wasOpen = this.#segment.isOpen || this.#junction.isOpen;
    if (segment) this.#segment.show(segment, model, this.#choice, theme);
    if (junction) this.#junction.show(junction, model, theme);
    // What the address names may come later than the page.
    if ((segment || junction) && !wasOpen) {
      this.#goThere();
      this.#focusPanel();
    }
  }

  #counts() {
    const { segments, intersections, detectors, groups } = this.#model;
    const letters = new Map();
    for (const { level } of segments.values()) if (level) letters.set(level.letter, (letters.get(level.letter) ?? 0) + 1);
    const controls = [...intersections.values()].map(controlOf);
    const count = (test) => controls.filter(test).length;
    return {
      letters, hasSignals: groups.size > 0, junctions: count(({ tone }) => tone === "good"), plans: count(({ tone }) => tone === ""), fallen: count(({ tone }) => tone === "warn"),
      faults: [...detectors.values()].filter(({ status }) => status !== "ok").length,
    };
  }

  #showSummary() {
    const { segments, intersections } = this.#model;
    const { letters, fallen } = this.#counts();
    const slow = (letters.get("E") ?? 0) + (letters.get("F") ?? 0);
    setText(this.#parts.summary, [
      segments.size === 0 ? "" : slow === 0 ? tn(segments.size, "{0} segment flows", "{0} segments flow")
        : tn(slow, "{0} of {1} is at its limit or jammed", "{0} of {1} are at their limit or jammed", slow, tn(segments.size, "{0} segment", "{0} segments")),
      intersections.size === 0 ? "" : fallen === 0 ? tn(intersections.size, "{0} intersection as wanted", "{0} intersections as wanted")
        : tn(intersections.size, "{0} of {1} intersection needs attention", "{0} of {1} intersections need attention", fallen, intersections.size),
    ].filter(Boolean).join(t`; `));
  }

  /** Whether what is shown is still true: without the stream lamps stand still, and are made pale. */
  #showConnection(now) {
    const isLost = this.#pages.connection === "reconnecting";
    if (!isLost) this.#lostAt = null;
    else this.#lostAt ??= now;
    this.#parts.lost.hidden = !isLost;
    this.#page.classList.toggle("is-lost", isLost);
    if (isLost) setText(this.#parts.lost, t`The connection is lost since ${clock.format(this.#lostAt)}: what you see is from before, and signals may show something else. Trying again.`);
  }

  // --- Reading -----------------------------------------------------------------------------------------------------

  async #loadTrends(now) {
    const { segments, structure } = this.#model;
    const isDue = now - this.#trends.at > TRENDS_EVERY || (this.#trends.structure !== structure && now - this.#trends.at > 5000);
    if (!isDue || segments.size === 0 || !this.#isLoaded) return;
    this.#trends.at = now;
    this.#trends.structure = structure;
    const all = [...segments.values()];
    const attributes = [...new Set(all.map((one) => one.attributes.averageVehicleSpeed).filter(Boolean))];
    const types = [...new Set(all.map(({ type }) => type))];
    if (attributes.length === 0) return;
    this.#trendsRequest?.abort();
    this.#trendsRequest = new AbortController();
    try {
      this.#trends.bySegment = await loadMeans({ type: types.join(","), attributes, until: now, span: TREND_SPAN, period: "PT5M" }, SEGMENTS_MAX, this.#trendsRequest.signal);
      if (this.isOpen) this.#list.show({ theme: currentTheme(), selected: this.#opened, trends: this.#trends.bySegment });
    } catch {
      // Without its history a segment is listed as it is now.
    }
  }
}
