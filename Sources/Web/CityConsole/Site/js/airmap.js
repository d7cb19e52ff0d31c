// The map of the air: the field between the stations as bands of colour, and the stations with their value on top.

import { baseMap, repaint } from "./basemap.js";
import { el, prefersReducedMotion } from "./dom.js";
import { icon } from "./icons.js";
import { groundFeature, unite } from "./mapfeatures.js";
import { themeColours } from "./mapstyle.js";

const GROUND_MAX = 4000;
const none = { type: "FeatureCollection", features: [] };
const collection = (features) => ({ type: "FeatureCollection", features });
const UNKNOWN = { light: ["#dfe5ea", "#45525e"], dark: ["#2b3742", "#c3ccd4"] };

export class AirMap {
  /** Called with the id of a station that was clicked. */
  onOpen = () => {};
  element = el("div", { className: "air-map" });
  #map;
  #store;
  #tiles;
  #theme;
  #tip = el("div", { className: "map-tip", hidden: true });
  #isLoaded = false;
  #isTouched = false;
  #rows = [];
  #selected = null;
  #field = null;
  #fitted = 0;

  /** @param box where the map goes; MapLibre wants to know its size from the beginning */
  constructor({ maplibre, theme, tiles }, store, box) {
    this.#store = store;
    this.#theme = theme;
    this.#tiles = tiles;
    const holder = el("div", { className: "map-canvas" });
    const button = (picture, name, action) => el("button", { type: "button", className: "icon-button", "aria-label": name, title: name, onclick: action }, icon(picture));
    const duration = () => (prefersReducedMotion() ? 0 : 250);
    const buttons = el("div", { className: "map-buttons air-map-buttons" },
      button("plus", "Zoom in", () => this.#map.zoomIn({ duration: duration() })), button("minus", "Zoom out", () => this.#map.zoomOut({ duration: duration() })),
      button("frame", "Show all stations", () => { this.#isTouched = false; this.fit(); }));
    this.element.append(holder, this.#tip, buttons);
    box.append(this.element);
    this.#map = baseMap({
      maplibre, theme, tiles, holder, title: "Map of the air. The list holds the same stations.",
      // Without it the map is white on paper.
      canvasContextAttributes: { preserveDrawingBuffer: true },
    });
    this.#map.addControl(new maplibre.ScaleControl({ maxWidth: 90 }), "bottom-left");
    this.#map.on("movestart", (event) => { if (event.originalEvent) this.#isTouched = true; });
    this.#map.on("resize", () => { if (!this.#isTouched) this.fit(); });
    this.#map.once("load", () => this.#start());
    this.#setUpPointer();
  }

  /** Shows stations as the list has them, `{ station, value, category }`, with a ring around one. */
  show(rows, selected) {
    this.#rows = rows.filter(({ station }) => station.point);
    this.#selected = selected;
    this.#draw();
    if (!this.#isTouched && this.#rows.length !== this.#fitted) this.fit();
  }

  /** Shows the bands of a field; `null` for none. */
  setField(field) {
    this.#field = field;
    this.#drawField();
  }

  setTheme(theme) {
    if (theme === this.#theme) return;
    this.#theme = theme;
    if (!this.#isLoaded) return;
    repaint(this.#map, theme, this.#tiles);
    for (const layer of this.#layers()) for (const [name, value] of Object.entries(layer.paint)) this.#map.setPaintProperty(layer.id, name, value);
    this.#draw();
  }

  /** Fulfilled when all is drawn, or after a second. */
  async drawn() {
    await Promise.race([new Promise((resolve) => { this.#map.once("idle", resolve); }), new Promise((resolve) => { setTimeout(resolve, 1000); })]);
  }

  resize() {
    this.#map.resize();
  }

  fit() {
    this.#fitted = this.#rows.length;
    if (this.#rows.length === 0) return;
    const [west, south, east, north] = unite(this.#rows.map(({ station: { point } }) => [...point, ...point]));
    const { clientWidth, clientHeight } = this.element;
    const padding = Math.max(10, Math.min(60, clientWidth / 6, clientHeight / 6));
    this.#map.fitBounds([west, south, east, north], { padding, maxZoom: 12.5, duration: 0 });
  }

  // --- Drawing -----------------------------------------------------------------------------------------------------

  #start() {
    this.#isLoaded = true;
    for (const name of ["air-field", "air-stations"]) this.#map.addSource(name, { type: "geojson", data: none, tolerance: 0.1 });
    for (const layer of this.#layers()) this.#map.addLayer(layer, layer.source === "air-field" ? "street-casings" : undefined);
    if (this.#theme !== null) repaint(this.#map, this.#theme, this.#tiles);
    this.#drawGround();
    this.#drawField();
    this.#draw();
    this.#map.once("idle", () => { this.element.dataset.ready = "true"; });
  }

  #layers() {
    const c = themeColours(this.#theme);
    const isSelected = ["get", "isSelected"];
    const byZoom = (...stops) => ["interpolate", ["linear"], ["zoom"], ...stops];
    return [
      { id: "air-field", type: "fill", source: "air-field", paint: { "fill-color": ["get", "colour"], "fill-opacity": this.#theme === "dark" ? 0.5 : 0.62 } },
      { id: "air-edges", type: "line", source: "air-field", paint: { "line-color": c.label, "line-opacity": 0.35, "line-width": 0.8 } },
      {
        id: "air-names", type: "symbol", source: "air-stations", minzoom: 8.5,
        layout: { "text-field": ["get", "name"], "text-font": ["Regular"], "text-size": 12, "text-anchor": "top", "text-offset": [0, 1.4], "text-max-width": 9, "text-padding": 1 },
        paint: { "text-color": c.label, "text-halo-color": c.halo, "text-halo-width": 1.6 },
      },
      {
        id: "air-stations", type: "circle", source: "air-stations", layout: { "circle-sort-key": ["get", "rank"] },
        paint: {
          "circle-color": ["get", "colour"], "circle-radius": byZoom(7, ["case", isSelected, 12, 8], 10, ["case", isSelected, 18, 14]),
          "circle-stroke-color": ["case", isSelected, c.selected, c.ring], "circle-stroke-width": ["case", isSelected, 4, 2],
        },
      },
      {
        // Values are placed before names, which give way to them.
        id: "air-values", type: "symbol", source: "air-stations",
        layout: {
          "text-field": ["get", "text"], "text-font": ["Bold"], "text-size": byZoom(7, 9, 10, 12), "text-allow-overlap": true, "text-padding": 7,
          "symbol-sort-key": ["get", "rank"],
        },
        paint: { "text-color": ["get", "ink"] },
      },
    ];
  }

  #drawGround() {
    const ground = [];
    for (const record of this.#store.records.values()) {
      if (ground.length > GROUND_MAX) break;
      record.shapes.forEach((shape, at) => ground.push(groundFeature(record, shape, record.index * 64 + Math.min(at, 63))));
    }
    this.#map.getSource("ground").setData(collection(ground));
  }

  #draw() {
    if (!this.#isLoaded) return;
    const [colour, ink] = UNKNOWN[this.#theme];
    this.#map.getSource("air-stations").setData(collection(this.#rows.map(({ station, value, category }) => ({
      type: "Feature", geometry: { type: "Point", coordinates: station.point },
      properties: {
        id: station.id, name: station.name.slice(0, 60), text: Number.isFinite(value) ? String(Math.round(value)) : "–", rank: category ? category.rank + 1 : 0,
        colour: category?.colour ?? colour, ink: category?.ink ?? ink, word: category?.name ?? "No value", isSelected: station.id === this.#selected,
      },
    }))));
  }

  #drawField() {
    if (this.#isLoaded) this.#map.getSource("air-field").setData(this.#field ?? none);
  }

  // --- Pointer -----------------------------------------------------------------------------------------------------

  #setUpPointer() {
    const found = ({ x, y }) => {
      if (!this.#isLoaded) return undefined;
      return this.#map.queryRenderedFeatures([[x - 4, y - 4], [x + 4, y + 4]], { layers: ["air-stations"] })[0];
    };
    this.#map.on("mousemove", ({ point }) => {
      const feature = found(point);
      this.#map.getCanvas().style.cursor = feature ? "pointer" : "";
      this.#tip.hidden = !feature;
      if (!feature) return;
      const { name, text, word } = feature.properties;
      this.#tip.replaceChildren(el("b", {}, name), el("span", {}, text === "–" ? word : `${word}, ${text}`));
      const isRight = point.x + 200 < this.element.clientWidth;
      this.#tip.style.transform = `translate(${isRight ? point.x + 14 : Math.max(0, point.x - 14 - this.#tip.offsetWidth)}px, ${point.y + 14}px)`;
    });
    this.#map.on("mouseout", () => { this.#tip.hidden = true; });
    this.#map.on("click", ({ point }) => {
      const feature = found(point);
      if (feature) this.onOpen(feature.properties.id);
    });
  }
}
