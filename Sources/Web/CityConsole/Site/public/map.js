// The map, drawn by MapLibre GL JS from this server; where it or WebGL is missing the list does without.

import { PLAIN } from "./colours.js";
import { ground, tileSource } from "./ground.js";
import { t } from "./words.js";

function add(tag, properties) {
  return new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement(tag), properties, { onload: resolve, onerror: reject });
    document.head.append(element);
  });
}

async function library() {
  const context = document.createElement("canvas").getContext("webgl2");
  if (!context) return null;
  context.getExtension("WEBGL_lose_context")?.loseContext();
  try {
    await Promise.all([add("link", { rel: "stylesheet", href: "files/maplibre/maplibre-gl.css" }), add("script", { src: "files/maplibre/maplibre-gl.js" })]);
    return globalThis.maplibregl;
  } catch {
    return null;
  }
}

function layersOn(source, colour, sourceLayer) {
  const from = { source, ...(sourceLayer ? { "source-layer": sourceLayer } : {}) };
  const kind = (name) => ["==", ["geometry-type"], name];
  return [
    { id: "areas", type: "fill", ...from, filter: kind("Polygon"), paint: { "fill-color": colour, "fill-opacity": 0.35 } },
    { id: "edges", type: "line", ...from, filter: kind("Polygon"), paint: { "line-color": colour, "line-width": 1.5 } },
    { id: "lines", type: "line", ...from, filter: kind("LineString"), paint: { "line-color": colour, "line-width": 3 } },
    { id: "points", type: "circle", ...from, filter: kind("Point"), paint: { "circle-color": colour, "circle-radius": ["interpolate", ["linear"], ["zoom"], 10, 4, 16, 8], "circle-stroke-color": edge(), "circle-stroke-width": 1 } },
    { id: "chosen-line", type: "line", ...from, filter: isChosen(null, "!="), paint: { "line-color": ink(), "line-width": 2, "line-gap-width": 4 } },
    { id: "chosen", type: "circle", ...from, filter: isChosen(null, "=="), paint: { "circle-opacity": 0, "circle-radius": ["interpolate", ["linear"], ["zoom"], 10, 8, 16, 12], "circle-stroke-color": ink(), "circle-stroke-width": 3 } },
  ];
}

const isDark = matchMedia("(prefers-color-scheme: dark)");
const ink = () => (isDark.matches ? "#e8eef3" : "#17222c");
/** Around points, so that the darkest of them stand out from dark land too. */
const edge = () => (isDark.matches ? "#9dabb8" : "#5b6670");
const isChosen = (id, points) => ["all", ["==", ["get", "id"], id ?? ""], [points, ["geometry-type"], "Point"]];

/**
 * Draws a layer into a box, or gives `null` where no map can be drawn.
 *
 * @param layers all that is published, of which some are the ground
 * @param onChoose gets the id of an entity that was clicked, and where.
 */
export async function drawMap(box, { layer, layers, entities, isWhole, colouring, onChoose }) {
  const maplibre = await library();
  if (!maplibre || !layer.bounds) return null;
  const [west, south, east, north] = layer.bounds;
  const bounds = [[west, Math.max(-85, south)], [east, Math.min(85, north)]];
  const isTiled = !isWhole && layer.tilejson !== undefined;
  const source = isTiled
    ? tileSource(layer.id)
    : { type: "geojson", data: features(entities, colouring) };
  const colour = isTiled ? colouring.expression : ["get", "colour"];
  const clusters = isTiled ? [{ id: "clusters", type: "circle", source: "layer", "source-layer": "clusters", paint: { "circle-color": PLAIN, "circle-opacity": 0.8, "circle-radius": ["interpolate", ["linear"], ["get", "point_count"], 3, 8, 1_000, 26], "circle-stroke-color": "#ffffff", "circle-stroke-width": 1.5 } }] : [];
  const under = ground(layers, layer);
  box.hidden = false;
  const map = new maplibre.Map({
    container: box, attributionControl: false, bounds, fitBoundsOptions: { padding: 36, maxZoom: 15 }, dragRotate: false, pitchWithRotate: false,
    locale: { "NavigationControl.ZoomIn": t`Zoom in`, "NavigationControl.ZoomOut": t`Zoom out`, "Map.Title": box.getAttribute("aria-label") },
    style: { version: 8, sources: { ...under.sources, layer: source }, layers: [...under.layers, ...layersOn("layer", colour, isTiled ? "entities" : null), ...clusters] },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }));
  const shown = ["areas", "lines", "points"];
  map.on("click", (event) => {
    const around = [[event.point.x - 6, event.point.y - 6], [event.point.x + 6, event.point.y + 6]];
    const cluster = isTiled ? map.queryRenderedFeatures(around, { layers: ["clusters"] })[0] : undefined;
    if (cluster) return map.easeTo({ center: cluster.geometry.coordinates, zoom: map.getZoom() + 2 });
    const feature = map.queryRenderedFeatures(around, { layers: shown }).at(0);
    if (feature) onChoose(feature.properties.id);
  });
  for (const name of shown) {
    map.on("mouseenter", name, () => { map.getCanvas().style.cursor = "pointer"; });
    map.on("mouseleave", name, () => { map.getCanvas().style.cursor = ""; });
  }
  isDark.addEventListener("change", () => {
    under.repaint(map);
    map.setPaintProperty("points", "circle-stroke-color", edge());
    map.setPaintProperty("chosen", "circle-stroke-color", ink());
    map.setPaintProperty("chosen-line", "line-color", ink());
  });
  await new Promise((resolve) => map.once("load", resolve));
  box.dataset.ready = "true";
  return {
    update: (changed) => { if (!isTiled) map.getSource("layer").setData(features(changed, colouring)); },
    /** Marks an entity and goes there; `null` takes the mark away. */
    show: (entity) => {
      map.setFilter("chosen", isChosen(entity?.id, "=="));
      map.setFilter("chosen-line", isChosen(entity?.id, "!="));
      const at = centreOf(entity?.geometry);
      if (at) map.easeTo({ center: at, zoom: Math.max(map.getZoom(), 14), animate: !matchMedia("(prefers-reduced-motion: reduce)").matches });
    },
  };
}

function features(entities, colouring) {
  return {
    type: "FeatureCollection",
    features: entities.filter(({ geometry }) => geometry).map((entity) => ({ type: "Feature", geometry: entity.geometry, properties: { id: entity.id, colour: colouring.of(entity) } })),
  };
}

function centreOf(geometry) {
  let place = geometry?.coordinates;
  while (Array.isArray(place?.[0])) place = place[Math.floor(place.length / 2)];
  return place?.slice(0, 2);
}
