// The map of the air: the field between the stations as bands of colour, and the stations with their value on top.

import { t } from "./language.js";
import { themeColours } from "./mapstyle.js";
import { collection, noFeatures, PageMap } from "./pagemap.js";

const UNKNOWN = { light: ["#dfe5ea", "#45525e"], dark: ["#2b3742", "#c3ccd4"] };

export class AirMap {
  /** Called with the id of a station that was clicked. */
  onOpen = () => {};
  #base;
  #rows = [];
  #selected = null;
  #field = null;

  /** @param box where the map goes; MapLibre wants to know its size from the beginning */
  constructor(parts, store, box) {
    this.#base = new PageMap(parts, store, box, {
      title: t`Map of the air. The list holds the same stations.`, fitName: t`Show all stations`,
      sources: { "air-field": {}, "air-stations": {} }, layersOf, clickable: ["air-stations"],
      draw: () => {
        this.#drawField();
        this.#draw();
      },
      boxesOf: () => this.#rows.map(({ station: { point } }) => [...point, ...point]),
      tipOf: ({ properties: { name, text, word } }) => [name, text === "–" ? word : `${word}, ${text}`],
      open: ({ properties }) => this.onOpen(properties.id),
      // Without it the map is white on paper.
      options: { canvasContextAttributes: { preserveDrawingBuffer: true } },
    });
  }

  /** Shows stations as the list has them, `{ station, value, category }`, with a ring around one. */
  show(rows, selected) {
    this.#rows = rows.filter(({ station }) => station.point);
    this.#selected = selected;
    this.#draw();
    this.#base.fitOnce();
  }

  /** Shows the bands of a field; `null` for none. */
  setField(field) {
    this.#field = field;
    this.#drawField();
  }

  setTheme(theme) {
    this.#base.setTheme(theme);
  }

  /** Fulfilled when all is drawn, or after a second. */
  drawn() {
    return this.#base.drawn();
  }

  resize() {
    this.#base.resize();
  }

  #draw() {
    const [colour, ink] = UNKNOWN[this.#base.theme];
    this.#base.setData("air-stations", collection(this.#rows.map(({ station, value, category }) => ({
      type: "Feature", geometry: { type: "Point", coordinates: station.point },
      properties: {
        id: station.id, name: station.name.slice(0, 60), text: Number.isFinite(value) ? String(Math.round(value)) : "–", rank: category ? category.rank + 1 : 0,
        colour: category?.colour ?? colour, ink: category?.ink ?? ink, word: category?.name ?? t`No value`, isSelected: station.id === this.#selected,
      },
    }))));
  }

  #drawField() {
    this.#base.setData("air-field", this.#field ?? noFeatures);
  }
}

function layersOf(theme) {
  const c = themeColours(theme);
  const isSelected = ["get", "isSelected"];
  const byZoom = (...stops) => ["interpolate", ["linear"], ["zoom"], ...stops];
  return [
    { id: "air-field", type: "fill", source: "air-field", isGround: true, paint: { "fill-color": ["get", "colour"], "fill-opacity": theme === "dark" ? 0.5 : 0.62 } },
    { id: "air-edges", type: "line", source: "air-field", isGround: true, paint: { "line-color": c.label, "line-opacity": 0.35, "line-width": 0.8 } },
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
