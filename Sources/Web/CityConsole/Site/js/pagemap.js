// The map of a page beside the city: ground, buttons, a word at the pointer, and the layers of whoever makes it.

import { baseMap, repaint } from "./basemap.js";
import { el, prefersReducedMotion } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { groundFeature, unite } from "./mapfeatures.js";

const GROUND_MAX = 4000;
export const noFeatures = { type: "FeatureCollection", features: [] };
export const collection = (features) => ({ type: "FeatureCollection", features });

export class PageMap {
  element = el("div", { className: "view-map" });
  /** MapLibre's map; its sources and layers are there once `isLoaded`. */
  map;
  theme;
  isLoaded = false;
  #store;
  #tiles;
  #hooks;
  #tip = el("div", { className: "map-tip", hidden: true });
  #isTouched = false;
  #fitted = 0;

  /**
   * @param parts `{ maplibre, theme, tiles }`
   * @param box where the map goes; MapLibre wants to know its size from the beginning
   * @param hooks what is on the map:
   *   - `title`, `fitName`: what those who hear the page are told of the map, and of the button that shows all
   *   - `sources`: names of GeoJSON sources with their options
   *   - `layersOf(theme)`: layers from the ground up; one with `isGround` lies below the streets
   *   - `draw()`: fills the sources; called when the map is there and when the theme changed
   *   - `boxesOf()`: `[[west, south, east, north]]` of what all is; the map shows it until the reader moves it
   *   - `clickable`: names of layers, those in front first; `tipOf(feature)`: `[name, words]`; `open(feature)`
   *   - `isGround(record)`: whether an entity's lines and areas are drawn as ground; all unless given
   *   - `maxZoom`, `options` of MapLibre
   */
  constructor({ maplibre, theme, tiles }, store, box, hooks) {
    this.#store = store;
    this.theme = theme;
    this.#tiles = tiles;
    this.#hooks = hooks;
    const holder = el("div", { className: "map-canvas" });
    const button = (picture, name, action) => el("button", { type: "button", className: "icon-button", "aria-label": name, title: name, onclick: action }, icon(picture));
    const duration = () => (prefersReducedMotion() ? 0 : 250);
    const buttons = el("div", { className: "map-buttons view-map-buttons" },
      button("plus", t`Zoom in`, () => this.map.zoomIn({ duration: duration() })), button("minus", t`Zoom out`, () => this.map.zoomOut({ duration: duration() })),
      button("frame", hooks.fitName, () => { this.#isTouched = false; this.fit(); }));
    this.element.append(holder, this.#tip, buttons);
    box.append(this.element);
    this.map = baseMap({ maplibre, theme, tiles, holder, title: hooks.title, ...hooks.options });
    this.map.addControl(new maplibre.ScaleControl({ maxWidth: 90 }), "bottom-left");
    this.map.on("movestart", (event) => { if (event.originalEvent) this.#isTouched = true; });
    this.map.on("resize", () => { if (!this.#isTouched) this.fit(); });
    this.map.once("load", () => this.#start());
    this.#setUpPointer();
  }

  setData(source, data) {
    if (this.isLoaded) this.map.getSource(source).setData(data);
  }

  setTheme(theme) {
    if (theme === this.theme || theme === undefined) return;
    this.theme = theme;
    if (!this.isLoaded) return;
    repaint(this.map, theme, this.#tiles);
    for (const layer of this.#hooks.layersOf(theme)) {
      for (const [name, value] of Object.entries(layer.paint ?? {})) this.map.setPaintProperty(layer.id, name, value);
      const image = layer.layout?.["icon-image"];
      if (image) this.map.setLayoutProperty(layer.id, "icon-image", image);
    }
    this.#hooks.draw();
  }

  /** Fulfilled when all is drawn, or after a second. */
  async drawn() {
    await Promise.race([new Promise((resolve) => { this.map.once("idle", resolve); }), new Promise((resolve) => { setTimeout(resolve, 1000); })]);
  }

  resize() {
    this.map.resize();
  }

  /** Shows all, unless the reader moved the map or all was shown when there were as many. */
  fitOnce() {
    if (!this.#isTouched && this.#hooks.boxesOf().length !== this.#fitted) this.fit();
  }

  fit() {
    const boxes = this.#hooks.boxesOf();
    this.#fitted = boxes.length;
    if (boxes.length > 0) this.#fitBox(unite(boxes), this.#hooks.maxZoom ?? 12.5);
  }

  /** Goes to a place, which counts as moved by the reader. */
  show(box, maxZoom) {
    this.#isTouched = true;
    this.#fitBox(box, maxZoom);
  }

  #fitBox([west, south, east, north], maxZoom) {
    const { clientWidth, clientHeight } = this.element;
    const padding = Math.max(10, Math.min(60, clientWidth / 6, clientHeight / 6));
    this.map.fitBounds([west, south, east, north], { padding, maxZoom, duration: 0 });
  }

  #start() {
    this.isLoaded = true;
    for (const [name, options] of Object.entries(this.#hooks.sources)) this.map.addSource(name, { type: "geojson", data: noFeatures, tolerance: 0.1, ...options });
    for (const { isGround, ...layer } of this.#hooks.layersOf(this.theme)) this.map.addLayer(layer, isGround ? "street-casings" : undefined);
    repaint(this.map, this.theme, this.#tiles);
    this.#drawGround();
    this.#hooks.draw();
    this.map.once("idle", () => { this.element.dataset.ready = "true"; });
  }

  #drawGround() {
    const ground = [];
    const { isGround = () => true } = this.#hooks;
    for (const record of this.#store.records.values()) {
      if (ground.length > GROUND_MAX) break;
      if (isGround(record)) record.shapes.forEach((shape, at) => ground.push(groundFeature(record, shape, record.index * 64 + Math.min(at, 63))));
    }
    this.setData("ground", collection(ground));
  }

  #setUpPointer() {
    const { clickable, tipOf, open } = this.#hooks;
    const found = ({ x, y }) => {
      if (!this.isLoaded) return undefined;
      const features = this.map.queryRenderedFeatures([[x - 4, y - 4], [x + 4, y + 4]], { layers: clickable });
      return features.sort((a, b) => clickable.indexOf(a.layer.id) - clickable.indexOf(b.layer.id))[0];
    };
    this.map.on("mousemove", ({ point }) => {
      const feature = found(point);
      this.map.getCanvas().style.cursor = feature ? "pointer" : "";
      this.#tip.hidden = !feature;
      if (!feature) return;
      const [name, words] = tipOf(feature);
      this.#tip.replaceChildren(el("b", {}, name), el("span", {}, words));
      const isRight = point.x + 200 < this.element.clientWidth;
      this.#tip.style.transform = `translate(${isRight ? point.x + 14 : Math.max(0, point.x - 14 - this.#tip.offsetWidth)}px, ${point.y + 14}px)`;
    });
    this.map.on("mouseout", () => { this.#tip.hidden = true; });
    this.map.on("click", ({ point }) => {
      const feature = found(point);
      if (feature) open(feature);
    });
  }
}
