// What the map looks like: one table of layers for both themes, drawn from the city's own entities.

import { glyphURL } from "./glyphs.js";

const themes = {
  light: {
    land: "#e9edf0", street: "#ffffff", casing: "#cbd3da", mainStreet: "#ffffff", mainCasing: "#b3bfc9",
    water: "#bcd9ea", green: "#cfe5cd", label: "#45525e", halo: "#ffffff", ring: "#ffffff", selected: "#0a5e7a",
    cluster: "#24323d", clusterText: "#ffffff", clusterRing: "#ffffff", building: "#e2e6ea",
  },
  dark: {
    land: "#11181f", street: "#2a3642", casing: "#0c1217", mainStreet: "#3a4957", mainCasing: "#0c1217",
    water: "#16354a", green: "#183426", label: "#aebbc7", halo: "#11181f", ring: "#11181f", selected: "#7cc8e2",
    cluster: "#dbe4ec", clusterText: "#16202a", clusterRing: "#11181f", building: "#19222b",
  },
};

export const themeColours = (theme) => themes[theme];

/** How entities that stand still gather when there are many. */
export const clustering = { clusterRadius: 42, clusterMaxZoom: 14 };

const none = { type: "FeatureCollection", features: [] };
const byZoom = (...stops) => ["interpolate", ["exponential", 1.5], ["zoom"], ...stops];
export const iconSize = ["interpolate", ["linear"], ["zoom"], 9, 0.28, 12, 0.44, 14, 0.72, 16, 1, 19, 1.25];
/** When hundreds move: small from afar, so that the city stays in sight. */
export const crowdedIconSize = ["interpolate", ["linear"], ["zoom"], 9, 0.14, 12, 0.22, 14, 0.42, 16, 0.9, 19, 1.25];

export function sources(tiles) {
  const geojson = (more = {}) => ({ type: "geojson", data: none, ...more });
  return {
    ...tileSource(tiles),
    ground: geojson({ tolerance: 0.3 }),
    still: geojson({ cluster: false, clusterMinPoints: 3, ...clustering }),
    moving: geojson({ buffer: 64 }),
    selected: geojson(),
  };
}

export function style(theme, tiles) {
  return { version: 8, glyphs: glyphURL, sources: sources(tiles), layers: layers(theme, tiles) };
}

/** All layers from the ground up. A change of theme sets the same layers' properties again. */
export function layers(theme, tiles) {
  const c = themes[theme];
  const isKind = (kind) => ["==", ["get", "kind"], kind];
  const weight = ["get", "weight"];
  const isKindWater = (yes, no) => ["case", isKind("water"), yes, no];
  const isPolygon = ["==", ["geometry-type"], "Polygon"];
  const isLine = ["==", ["geometry-type"], "LineString"];
  const widths = (scale, add) => byZoom(
    10, ["+", ["*", weight, 0.5 * scale], add / 2], 14, ["+", ["*", weight, 2 * scale], add], 18, ["+", ["*", weight, 8 * scale], add * 1.5]);
  const marker = ["concat", ["get", "marker"], `|${theme}`];
  const markerLayout = { "icon-image": marker, "icon-size": iconSize, "icon-allow-overlap": true, "icon-ignore-placement": true };
  const stillLayout = { ...markerLayout, "icon-ignore-placement": false, "icon-padding": 0 };
  const labelLayout = {
    "text-field": ["get", "label"], "text-font": ["Regular"], "text-size": 12, "text-offset": [0, 1.55],
    "text-anchor": "top", "text-max-width": 9, "text-padding": 1,
  };
  const labelPaint = { "text-color": c.label, "text-halo-color": c.halo, "text-halo-width": 1.4 };
  return [
    { id: "land", type: "background", paint: { "background-color": c.land } },
    ...tileLayers(theme, tiles),
    {
      id: "areas", type: "fill", source: "ground", filter: isPolygon,
      paint: {
        "fill-color": ["match", ["get", "kind"], "water", c.water, "green", c.green, ["get", "colour"]],
        "fill-opacity": ["match", ["get", "kind"], "water", 1, "green", 1, theme === "dark" ? 0.22 : 0.14],
      },
    },
    {
      id: "area-edges", type: "line", source: "ground", filter: ["all", isPolygon, isKind("other")],
      paint: { "line-color": ["get", "colour"], "line-opacity": 0.65, "line-width": byZoom(10, 0.4, 16, 1.4) },
    },
    {
      id: "street-casings", type: "line", source: "ground", filter: ["all", isLine, isKind("street")],
      layout: { "line-cap": "round", "line-join": "round", "line-sort-key": weight },
      paint: { "line-color": ["case", [">=", weight, 3], c.mainCasing, c.casing], "line-width": widths(1, 1.6) },
    },
    {
      id: "streets", type: "line", source: "ground", filter: ["all", isLine, isKind("street")],
      layout: { "line-cap": "round", "line-join": "round", "line-sort-key": weight },
      paint: { "line-color": ["case", [">=", weight, 3], c.mainStreet, c.street], "line-width": widths(1, 0) },
    },
    {
      id: "lines", type: "line", source: "ground", filter: ["all", isLine, ["!", isKind("street")]],
      layout: { "line-cap": "round", "line-join": "round" },
      paint: {
        "line-color": ["match", ["get", "kind"], "water", c.water, "green", c.green, ["get", "colour"]],
        "line-opacity": isKindWater(1, 0.7), "line-width": byZoom(10, isKindWater(1.5, 1), 16, isKindWater(16, 4)),
      },
    },
    {
      id: "selected-edges", type: "line", source: "selected", layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": c.selected, "line-width": byZoom(10, 3, 16, 6), "line-opacity": 0.9 },
    },
    {
      id: "street-names", type: "symbol", source: "ground", minzoom: 13.5, filter: ["all", isLine, isKind("street")],
      layout: {
        "symbol-placement": "line", "text-field": ["get", "label"], "text-font": ["Regular"], "text-size": byZoom(13, 10, 18, 14),
        "symbol-spacing": 320, "text-max-angle": 35, "text-padding": 6,
      },
      paint: labelPaint,
    },
    {
      id: "area-names", type: "symbol", source: "ground", minzoom: 13, maxzoom: 15.2, filter: ["all", isPolygon, ["!", isKind("other")]],
      // Below the marker that stands in the middle; from 15.2 on the marker has a label of its own.
      layout: { "text-field": ["get", "label"], "text-font": ["Regular"], "text-size": 12, "text-max-width": 8, "text-anchor": "top", "text-offset": [0, 0.9] },
      paint: labelPaint,
    },
    // Labels lie under the markers, which are placed first: a label gives way to what stands still.
    { id: "still-labels", type: "symbol", source: "still", minzoom: 15.2, filter: ["!", ["has", "point_count"]], layout: labelLayout, paint: labelPaint },
    { id: "moving-labels", type: "symbol", source: "moving", minzoom: 15.2, layout: labelLayout, paint: labelPaint },
    {
      id: "clusters", type: "circle", source: "still", filter: ["has", "point_count"],
      paint: {
        "circle-color": c.cluster, "circle-opacity": 0.88, "circle-stroke-color": c.clusterRing, "circle-stroke-width": 1.5,
        "circle-radius": ["interpolate", ["linear"], ["get", "point_count"], 2, 11, 20, 15, 200, 20, 2000, 26],
      },
    },
    {
      id: "cluster-counts", type: "symbol", source: "still", filter: ["has", "point_count"],
      layout: { "text-field": ["to-string", ["get", "point_count_abbreviated"]], "text-font": ["Bold"], "text-size": 11, "text-allow-overlap": true, "text-ignore-placement": true },
      paint: { "text-color": c.clusterText },
    },
    {
      id: "selected-ring", type: "circle", source: "selected", filter: ["==", ["geometry-type"], "Point"],
      paint: {
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 9, 8, 14, 15, 19, 22], "circle-color": c.selected, "circle-opacity": 0.2,
        "circle-stroke-color": c.selected, "circle-stroke-width": 2.5,
      },
    },
    { id: "still-markers", type: "symbol", source: "still", filter: ["!", ["has", "point_count"]], layout: stillLayout },
    {
      id: "headings", type: "symbol", source: "moving", minzoom: 12, filter: ["has", "heading"],
      layout: {
        "icon-image": ["concat", "heading|", ["get", "colour"], `|${theme}`], "icon-size": iconSize, "icon-rotate": ["get", "heading"],
        "icon-rotation-alignment": "map", "icon-allow-overlap": true, "icon-ignore-placement": true,
      },
    },
    { id: "moving-markers", type: "symbol", source: "moving", layout: markerLayout },
    { id: "selected-marker", type: "symbol", source: "selected", filter: ["has", "marker"], layout: markerLayout },
  ];
}

/** The layers that answer to a click, those in front first. */
export const clickable = ["moving-markers", "still-markers", "clusters", "lines", "streets", "areas"];

// --- Tiles of the operator, under the city --------------------------------------------------------------------------

function tileSource(tiles) {
  if (!tiles) return {};
  const url = tiles.url.startsWith("/") ? location.origin + tiles.url : tiles.url;
  return { tiles: tiles.kind === "vector" ? { type: "vector", tiles: [url], maxzoom: 14 } : { type: "raster", tiles: [url], tileSize: 256, maxzoom: 19 } };
}

function tileLayers(theme, tiles) {
  if (!tiles) return [];
  if (tiles.kind === "raster") {
    const dimmed = { "raster-brightness-max": 0.45, "raster-saturation": -0.6, "raster-contrast": 0.1 };
    const calm = { "raster-brightness-max": 1, "raster-saturation": -0.4, "raster-contrast": 0 };
    return [{ id: "tiles", type: "raster", source: "tiles", paint: theme === "dark" ? dimmed : calm }];
  }
  // The layer names of the OpenMapTiles schema.
  const c = themes[theme];
  const fill = (layer, colour) => ({ id: `tiles-${layer}`, type: "fill", source: "tiles", "source-layer": layer, paint: { "fill-color": colour } });
  return [
    fill("landcover", c.green), fill("park", c.green), fill("water", c.water), fill("building", c.building),
    { id: "tiles-waterway", type: "line", source: "tiles", "source-layer": "waterway", paint: { "line-color": c.water, "line-width": byZoom(10, 0.5, 16, 3) } },
    { id: "tiles-streets", type: "line", source: "tiles", "source-layer": "transportation", paint: { "line-color": c.street, "line-width": byZoom(10, 0.5, 16, 5) } },
  ];
}
