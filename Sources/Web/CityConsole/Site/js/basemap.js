// A map with the ground that all maps of the page have in common. It turns neither by mouse nor by finger nor by key.

import { registerGlyphs } from "./glyphs.js";
import { layers, style } from "./mapstyle.js";
import { drawMarker } from "./markers.js";

/**
 * MapLibre's map in `holder`, far out; whoever makes it moves it to where something is.
 *
 * @param title what those who hear the page are told of it
 * @param options further options of MapLibre
 */
export function baseMap({ maplibre, theme, tiles, holder, title, ...options }) {
  registerGlyphs(maplibre);
  const map = new maplibre.Map({
    container: holder, style: style(theme, tiles), center: [0, 25], zoom: 1.2, maxZoom: 20, attributionControl: false, dragRotate: false,
    touchPitch: false, pitchWithRotate: false, fadeDuration: 0, locale: { "Map.Title": title }, ...options,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.on("styleimagemissing", ({ id }) => {
    const drawn = drawMarker(id);
    if (drawn && !map.hasImage(id)) map.addImage(id, drawn.image, drawn.options);
  });
  return map;
}

/** Gives the ground the colours of another theme. */
export function repaint(map, theme, tiles) {
  for (const layer of layers(theme, tiles)) {
    for (const [name, value] of Object.entries(layer.paint ?? {})) map.setPaintProperty(layer.id, name, value);
    const image = layer.layout?.["icon-image"];
    if (image) map.setLayoutProperty(layer.id, "icon-image", image);
  }
}

/** What the map gets its pictures of; the credit that the tiles ask for stands before it. */
export const creditOf = (tiles) => (tiles?.attribution ? `${tiles.attribution} · MapLibre` : "MapLibre");
