// The tiles of a board, each alive. A tile is made with its definition and what all have in common, and has
// `element`, `update(dirty)`, `tick(now)`, `redraw(theme)` and `close()`.

import { el, setText } from "./dom.js";
import { mainInstance, numberOf, shortId, shortName, valueOf } from "./entity.js";
import { simpleValue } from "./download.js";
import { drawnOf } from "./historyseries.js";
import { t } from "./language.js";
import { pointFeature } from "./mapfeatures.js";
import { collection, PageMap } from "./pagemap.js";
import { RangeChart } from "./rangechart.js";
import { sparkline } from "./sparkline.js";
import { ageText, exactText, parseTime } from "./time.js";
import { recordsOf } from "./typeinfo.js";
import { formatCount, formatNumber, unitSymbol, withUnit } from "./units.js";

const ROWS_MAX = 100;
const POINTS_MAX = 5000;
const REDRAW_AFTER = 1000;
const CHART_AFTER = 60_000;
const OLD_AFTER = 3_600_000;
const cut = (text, most = 120) => (text.length > most ? `${text.slice(0, most)}…` : text);
const addressOf = (id) => `#/entity/${encodeURIComponent(id)}`;
let count = 0;

/** @param shared `{ store, map }`: `map` as `Pages.mapParts` gives it */
export function makeTile(tile, shared) {
  return new { number: NumberTile, chart: ChartTile, table: TableTile, map: MapTile, text: TextTile }[tile.kind](tile, shared);
}

function frame(tile, title, ...children) {
  const id = `tile-${(count += 1)}`;
  return el("section", { className: `tile card is-${tile.kind}`, "aria-labelledby": id }, el("h3", { id, className: "tile-title" }, title), ...children);
}

class NumberTile {
  element;
  #tile;
  #store;
  #value = el("a", { className: "tile-value" });
  #age = el("p", { className: "hint" });
  #spark = sparkline();
  #title;

  constructor(tile, { store }) {
    this.#tile = tile;
    this.#store = store;
    this.#spark.picture.setAttribute("hidden", "");
    this.element = frame(tile, "", this.#value, this.#spark.picture, this.#age);
    this.#title = this.element.querySelector(".tile-title");
    this.#value.href = addressOf(tile.entity);
    this.#draw();
  }

  update(dirty) {
    const record = this.#store.records.get(this.#tile.entity);
    if (dirty.membership || dirty.changed.has(record)) this.#draw();
  }

  tick(now) {
    const recent = this.#recent();
    const instance = this.#instance();
    const time = instance ? parseTime(instance.observedAt ?? instance.modifiedAt ?? instance.createdAt) : NaN;
    setText(this.#age, instance ? ageText(time, now) : this.#age.textContent);
    this.#age.title = exactText(time);
    this.element.classList.toggle("is-old", now - time > OLD_AFTER);
    if (recent?.values.length >= 3) {
      this.#spark.picture.removeAttribute("hidden");
      this.#spark.draw(recent, now, shortName(this.#tile.attribute), unitSymbol(instance?.unitCode));
    }
  }

  #record = () => this.#store.records.get(this.#tile.entity);
  #recent() {
    const record = this.#record();
    return record && this.#store.recent.of(record.index, this.#tile.attribute);
  }

  #instance() {
    const entity = this.#record()?.entity;
    return entity && Object.hasOwn(entity, this.#tile.attribute) ? mainInstance(entity[this.#tile.attribute]) : null;
  }

  #draw() {
    const { title, entity, attribute } = this.#tile;
    const record = this.#record();
    const instance = this.#instance();
    setText(this.#title, title || `${cut(record?.name ?? shortId(entity), 80)} · ${cut(shortName(attribute), 60)}`);
    const value = instance ? valueOf(instance) : null;
    setText(this.#value, !value ? "–" : value.kind === "number" ? withUnit(formatNumber(value.value), unitSymbol(instance.unitCode)) : cut(String(simpleValue(instance) ?? "–"), 60));
    this.#value.classList.toggle("is-long", this.#value.textContent.length > 12);
    if (!instance) setText(this.#age, record ? t`The entity has no such attribute.` : entity ? t`The entity is not there.` : t`Nothing is chosen yet.`);
    else this.tick(Date.now());
  }

  redraw() {}
  close() {}
}

class ChartTile {
  element;
  #chart;
  #definitions;
  #end = Date.now();
  #range;
  #id;

  constructor(tile, { store }) {
    this.#id = `tile-chart-${(count += 1)}`;
    this.#range = tile.range;
    const drawn = (series) => drawnOf({ ...series, entityName: cut(store.records.get(series.source.id)?.name ?? series.entityName, 80) });
    const first = tile.series[0];
    const title = tile.title || (first ? tile.series.map(({ attribute }) => cut(shortName(attribute), 40)).filter((name, at, all) => all.indexOf(name) === at).join(", ") : t`Chart`);
    this.#chart = new RangeChart({ id: this.#id, title, offered: ["2h", "24h", "7d", "30d", "1y"], drawn });
    this.#chart.onChange = () => { this.#range = this.#chart.range; };
    this.#definitions = tile.series.map(({ entity, attribute }, at) => {
      const present = store.records.get(entity)?.entity;
      const instance = present && Object.hasOwn(present, attribute) ? mainInstance(present[attribute]) : null;
      return { key: `${entity} ${attribute}`, id: entity, attribute, unit: unitSymbol(instance?.unitCode), colour: `--series-${at + 1}`, property: instance && instance.observedAt === undefined ? "modifiedAt" : "observedAt" };
    });
    this.element = this.#chart.element;
    this.element.classList.add("tile", "is-chart");
    if (this.#definitions.length > 0) this.#show();
    else this.element.replaceChildren(el("h3", { className: "tile-title", id: this.#id }, title), el("p", { className: "hint" }, t`Nothing is chosen yet.`));
  }

  update() {}

  tick(now) {
    if (this.#definitions.length === 0 || now - this.#end < CHART_AFTER) return;
    this.#end = now;
    this.#show();
  }

  #show() {
    this.#chart.show({ id: this.#id, definitions: this.#definitions, range: this.#range, end: this.#end });
  }

  redraw() {
    this.#chart.redraw();
  }

  close() {
    this.#chart.close();
  }
}

class TableTile {
  element;
  #tile;
  #store;
  #body = el("tbody", {});
  #line = el("p", { className: "hint" });
  #drawnAt = 0;
  #isStale = true;

  constructor(tile, { store }) {
    this.#tile = tile;
    this.#store = store;
    const title = tile.title || shortName(tile.type) || t`Table`;
    const head = el("tr", {}, el("th", { scope: "col" }, t`Name`), ...tile.attributes.map((name) => el("th", { scope: "col" }, cut(shortName(name), 60))));
    const box = el("div", { className: "tile-table", tabIndex: 0, role: "region", "aria-label": t`Table: ${cut(title)}` }, el("table", {}, el("thead", {}, head), this.#body));
    this.element = frame(tile, cut(title), box, this.#line);
    this.#draw();
  }

  update(dirty) {
    if (dirty.membership || [...dirty.changed].some((record) => [record.entity.type].flat().includes(this.#tile.type))) this.#isStale = true;
  }

  tick(now) {
    // Rows move under nobody's hand.
    if (this.#isStale && now - this.#drawnAt >= REDRAW_AFTER && !this.#body.matches(":hover") && !this.#body.contains(document.activeElement)) this.#draw();
  }

  #draw() {
    this.#drawnAt = Date.now();
    this.#isStale = false;
    const { type, attributes, order } = this.#tile;
    const records = type ? recordsOf(this.#store, type, Infinity) : [];
    const rank = (record) => (order && Object.hasOwn(record.entity, order) ? numberOf(record.entity[order]) ?? -Infinity : -Infinity);
    records.sort((a, b) => (order ? rank(b) - rank(a) || 0 : 0) || a.name.localeCompare(b.name));
    this.#body.replaceChildren(...records.slice(0, ROWS_MAX).map((record) => el("tr", {},
      el("th", { scope: "row" }, el("a", { href: addressOf(record.id) }, cut(record.name))), ...attributes.map((name) => cellOf(record, name)))));
    setText(this.#line, !type ? t`Nothing is chosen yet.` : records.length > ROWS_MAX ? t`${ROWS_MAX} of ${formatCount(records.length)}` : records.length === 0 ? t`There is no ${cut(shortName(type))}.` : "");
    this.#line.hidden = this.#line.textContent === "";
  }

  redraw() {}
  close() {}
}

function cellOf(record, name) {
  const attribute = Object.hasOwn(record.entity, name) ? record.entity[name] : null;
  if (!attribute) return el("td", {}, "–");
  const instance = mainInstance(attribute);
  const value = instance && valueOf(instance);
  if (value?.kind === "number") return el("td", { className: "is-number" }, withUnit(formatNumber(value.value), unitSymbol(instance.unitCode)));
  const simple = instance ? simpleValue(attribute) : null;
  return el("td", {}, cut(typeof simple === "object" ? JSON.stringify(simple) ?? "–" : String(simple)));
}

class MapTile {
  element;
  #tile;
  #store;
  #map = null;
  #isStale = false;
  #drawnAt = 0;

  constructor(tile, { store, map }) {
    this.#tile = tile;
    this.#store = store;
    const box = el("div", { className: "tile-map" });
    const title = tile.title || (tile.types.length > 0 ? tile.types.map(shortName).join(", ") : t`Map`);
    this.element = frame(tile, cut(title), box);
    if (!map) box.append(el("p", { className: "hint" }, t`This Parvis has no map.`));
    // A map needs its place in the page before it can draw.
    else requestAnimationFrame(() => { if (box.isConnected) this.#make(map, box, title); });
  }

  #make(map, box, title) {
    this.#map = new PageMap(map, this.#store, box, {
      title: t`Map: ${cut(title)}`, fitName: t`Show all`, sources: { "board-points": {} }, layersOf, clickable: ["board-points"],
      draw: () => this.#draw(), boxesOf: () => this.#records().map(({ point }) => [...point, ...point]), maxZoom: 15,
      tipOf: ({ properties: { name, text } }) => [name, text], open: ({ properties }) => { location.hash = addressOf(properties.id); },
      options: { canvasContextAttributes: { preserveDrawingBuffer: true } },
    });
    this.#map.fit();
  }

  #records() {
    const { types } = this.#tile;
    const found = [];
    for (const record of this.#store.records.values()) {
      if (record.point && (types.length === 0 || [record.entity.type].flat().some((type) => types.includes(type)))) found.push(record);
      if (found.length >= POINTS_MAX) break;
    }
    return found;
  }

  update(dirty) {
    if (dirty.membership || dirty.placed.size > 0) this.#isStale = true;
  }

  tick(now) {
    if (this.#isStale && now - this.#drawnAt >= REDRAW_AFTER) this.#draw();
  }

  #draw() {
    this.#drawnAt = Date.now();
    this.#isStale = false;
    this.#map?.setData("board-points", collection(this.#records().map((record) => {
      const feature = pointFeature(record, record.point);
      return { ...feature, properties: { ...feature.properties, id: record.id, name: cut(record.name, 60), text: cut(record.type, 60) } };
    })));
    this.#map?.fitOnce();
  }

  redraw(theme) {
    this.#map?.setTheme(theme);
  }

  close() {
    this.#map?.map.remove();
    this.#map = null;
  }
}

const layersOf = (theme) => [{
  id: "board-points", type: "symbol", source: "board-points",
  layout: { "icon-image": ["concat", ["get", "marker"], `|${theme}`], "icon-size": ["interpolate", ["linear"], ["zoom"], 9, 0.45, 14, 0.75], "icon-allow-overlap": true, "icon-ignore-placement": true },
}];

class TextTile {
  element;

  constructor(tile) {
    const paragraphs = tile.text.split(/\n\s*\n/).filter((one) => one.trim() !== "").map((one) => el("p", {}, one));
    this.element = frame(tile, tile.title || t`Text`, ...(paragraphs.length > 0 ? paragraphs : [el("p", { className: "hint" }, t`Nothing is written yet.`)]));
    this.element.classList.toggle("is-untitled", tile.title === "");
  }

  update() {}
  tick() {}
  redraw() {}
  close() {}
}
