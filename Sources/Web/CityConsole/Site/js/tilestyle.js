// What the city's own vector tiles look like: the same colours, markers and lines as entities that the page holds.

import { iconSize, themeColours } from "./mapstyle.js";
import { markerName } from "./markers.js";
import { groundOf, lookOf } from "./types.js";

export const TILE_SOURCES = ["city", "heat"];

/** From low to high; told apart in print, in the dark and by those who see no red or no green (viridis, its middle). */
export const ramp = ["#46327e", "#365c8d", "#277f8e", "#1fa187", "#4ac16d", "#a0da39"];

/** The layers that answer to a click, those in front first. */
export const tileClickable = ["city-markers", "city-points", "city-clusters", "city-lines", "city-areas"];

const byZoom = (...stops) => ["interpolate", ["exponential", 1.5], ["zoom"], ...stops];
const TYPES = 300;

/**
 * @param types the names of the types there are, the most frequent first
 * @param hidden names that are not drawn
 * @param by the attribute that colours, or `null`; `domain` is the range of its colours, `most` what a hot cell holds
 */
export function tileLayers(theme, types, hidden, { layer, by: attribute, domain, most }) {
  const c = themeColours(theme);
  const isHeat = layer === "heat";
  // Heat has colours of its own.
  const by = isHeat ? null : attribute;
  const ofType = (make, other) => choose(types.slice(0, TYPES), make, other);
  const plain = ofType((type) => lookOf(type).colour, "#4b6a86");
  const kind = ofType((type) => groundOf(type), "other");
  const unknown = theme === "dark" ? "#53616e" : "#a9b4be";
  const coloured = (name) => (by === null || domain === null ? null : scaled(name, domain, unknown));
  const entity = coloured(by) ?? plain;
  const isShown = hidden.size === 0 ? true : ["!", ["in", ["coalesce", ["get", "type"], ""], ["literal", [...hidden]]]];
  const is = (geometry) => ["all", ["==", ["geometry-type"], geometry], isShown];
  const ground = { water: c.water, green: c.green };
  const groundColour = coloured(by) ?? ["match", kind, "water", ground.water, "green", ground.green, plain];
  const source = { source: "city", "source-layer": "entities" };
  const clusterSource = { source: isHeat ? "heat" : "city", "source-layer": "clusters" };
  const count = ["get", "point_count"];
  const list = [
    {
      id: "city-areas", type: "fill", ...source, filter: is("Polygon"),
      paint: { "fill-color": groundColour, "fill-opacity": by === null ? ["match", kind, "water", 1, "green", 1, theme === "dark" ? 0.22 : 0.14] : 0.55 },
    },
    {
      id: "city-edges", type: "line", ...source, filter: is("Polygon"),
      paint: { "line-color": entity, "line-opacity": 0.65, "line-width": byZoom(10, 0.4, 16, 1.4) },
    },
    {
      id: "city-lines", type: "line", ...source, filter: is("LineString"), layout: { "line-cap": "round", "line-join": "round" },
      paint: {
        "line-color": coloured(by) ?? ["match", kind, "water", c.water, "green", c.green, "street", c.mainCasing, plain],
        "line-opacity": 0.9, "line-width": byZoom(10, 0.8, 14, 2.5, 18, 9),
      },
    },
  ];
  if (isHeat) return [...list.slice(2), ...heatLayers(theme, isShown, clusterSource, count, most ?? 5)];
  list.push({
    id: "city-clusters", type: "circle", ...clusterSource, filter: isShown, before: "selected-ring",
    paint: {
      "circle-color": coloured(by === null ? null : `${by}_mean`) ?? c.cluster, "circle-opacity": 0.9, "circle-stroke-color": c.clusterRing, "circle-stroke-width": 1.5,
      "circle-radius": ["interpolate", ["linear"], ["log10", count], 0.4, 10, 2, 14, 3, 17, 5, 21],
    },
  }, {
    id: "city-counts", type: "symbol", ...clusterSource, filter: isShown, before: "selected-ring",
    layout: { "text-field": abbreviated(count), "text-font": ["Bold"], "text-size": 11, "text-allow-overlap": true, "text-ignore-placement": true },
    paint: by === null
      ? { "text-color": c.clusterText, "text-halo-width": 0, "text-halo-color": c.cluster }
      : { "text-color": "#ffffff", "text-halo-width": 1.2, "text-halo-color": "#16202a" },
  });
  if (by === null) {
    const marker = ["concat", ofType((type) => markerName(lookOf(type)), markerName(lookOf("Entity"))), `|${theme}`];
    list.push({
      id: "city-markers", type: "symbol", ...source, filter: is("Point"), before: "selected-ring",
      layout: { "icon-image": marker, "icon-size": iconSize, "icon-allow-overlap": true, "icon-ignore-placement": true },
    });
  } else {
    list.push({
      id: "city-points", type: "circle", ...source, filter: is("Point"), before: "selected-ring",
      paint: {
        "circle-color": entity, "circle-radius": ["interpolate", ["linear"], ["zoom"], 9, 2.5, 13, 4.5, 16, 8, 19, 12],
        "circle-stroke-color": c.clusterRing, "circle-stroke-width": 1,
      },
    });
  }
  return list;
}

/** Where much stands: warmer is more. A hot cell is what is one in the view, so each view has its own scale. */
function heatLayers(theme, isShown, clusterSource, count, most) {
  const colours = theme === "dark" ? ["#3b1f5b", "#8c2a6b", "#d6534e", "#f59b3f", "#fde9a0"] : ["#fbe3a0", "#fdbb5b", "#f47f3c", "#d73c2a", "#8f1020"];
  const paint = (weight) => ({
    "heatmap-weight": ["/", weight, most], "heatmap-radius": ["interpolate", ["linear"], ["zoom"], 8, 20, 14, 28, 18, 44], "heatmap-intensity": 0.45,
    "heatmap-color": ["interpolate", ["linear"], ["heatmap-density"], 0, `${colours[0]}00`, ...colours.flatMap((colour, at) => [0.08 + at * 0.22, colour])],
    "heatmap-opacity": 0.8,
  });
  return [
    { id: "city-heat", type: "heatmap", ...clusterSource, filter: isShown, before: "selected-ring", paint: paint(count) },
    { id: "city-heat-points", type: "heatmap", source: "heat", "source-layer": "entities", filter: ["all", ["==", ["geometry-type"], "Point"], isShown], before: "selected-ring", paint: paint(1) },
  ];
}

/** The colour of a number; `unknown` for what has none. */
function scaled(name, [low, high], unknown) {
  const value = ["get", name];
  const stops = ramp.flatMap((colour, at) => [low + ((high - low) * at) / (ramp.length - 1), colour]);
  return ["case", ["==", ["typeof", value], "number"], ["interpolate", ["linear"], ["to-number", value, 0], ...stops], unknown];
}

function choose(types, make, other) {
  if (types.length === 0) return other;
  return ["match", ["get", "type"], ...types.flatMap((type) => [type, make(type)]), other];
}

/** `950`, `1.2k`, `48k`, `1.5M`. */
function abbreviated(count) {
  const round = (value, digits) => ["number-format", value, { "max-fraction-digits": digits }];
  return [
    "case", ["<", count, 1000], ["to-string", count], ["<", count, 9950], ["concat", round(["/", count, 1000], 1), "k"],
    ["<", count, 999500], ["concat", round(["/", count, 1000], 0), "k"], ["concat", round(["/", count, 1000000], 1), "M"],
  ];
}
