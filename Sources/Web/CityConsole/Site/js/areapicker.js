// A small map in a form, on which a click sets the middle of a circle, or a corner of an area.

import { baseMap } from "./basemap.js";
import { el } from "./dom.js";
import { boundsOf } from "./entity.js";
import { t } from "./language.js";
import { cityBounds, groundFeature, pointFeature } from "./mapfeatures.js";

const FEATURES = 3000;
const EARTH_METRES = 6_371_008.8; // the IUGG mean radius R1

/**
 * The map in `box`; `onPick` hears `[longitude, latitude]`.
 *
 * @param title what those who hear the page are told of the map
 * @returns {{ show(circle): void, showShape(geometry): void, close(): void }}
 */
export function areaPicker({ maplibre, store, theme, tiles, box, onPick, title = t`Map on which a click sets the middle of the area. The fields below do the same.` }) {
  const holder = el("div", { className: "area-map-canvas" });
  box.replaceChildren(holder);
  const map = baseMap({ maplibre, theme, tiles, holder, title, maxZoom: 19 });
  let shape = null;
  let isLoaded = false;
  const draw = () => {
    if (!isLoaded) return;
    const features = shape ? [{ type: "Feature", properties: {}, geometry: shape }] : [];
    map.getSource("selected").setData({ type: "FeatureCollection", features });
  };
  map.once("load", () => {
    isLoaded = true;
    const ground = [];
    const still = [];
    for (const record of store.records.values()) {
      if (ground.length + still.length > FEATURES) break;
      record.shapes.forEach((shape, at) => ground.push(groundFeature(record, shape, record.index * 64 + Math.min(at, 63))));
      if (record.point) still.push(pointFeature(record, record.point));
    }
    map.getSource("ground").setData({ type: "FeatureCollection", features: ground });
    map.getSource("still").setData({ type: "FeatureCollection", features: still });
    draw();
    fit();
    box.dataset.ready = "true";
  });
  const fit = () => {
    const bounds = shape ? widened(boundsOf(shape)) : cityBounds([...store.records.values()].slice(0, FEATURES));
    if (bounds) map.fitBounds(bounds, { padding: 24, maxZoom: 16, duration: 0 });
  };
  map.on("click", ({ lngLat }) => onPick([lngLat.lng, lngLat.lat]));
  return {
    show(circle) {
      shape = circle && polygonOf(circle);
      draw();
    },
    showShape(geometry) {
      shape = geometry;
      draw();
    },
    close() {
      map.remove();
      box.replaceChildren();
    },
  };
}

function degreesOf({ latitude, metres }) {
  const north = (metres / EARTH_METRES) * (180 / Math.PI);
  return { north, east: north / Math.max(0.01, Math.cos((latitude * Math.PI) / 180)) };
}

/** A circle `{ longitude, latitude, metres }` as a polygon of 64 corners. */
export function polygonOf(circle) {
  const { north, east } = degreesOf(circle);
  const ring = [];
  for (let step = 0; step <= 64; step += 1) {
    const angle = (step / 64) * 2 * Math.PI;
    ring.push([circle.longitude + east * Math.cos(angle), circle.latitude + north * Math.sin(angle)]);
  }
  return { type: "Polygon", coordinates: [ring] };
}

const widened = ([west, south, east, north]) => [west - 0.1 * (east - west), south - 0.1 * (north - south), east + 0.1 * (east - west), north + 0.1 * (north - south)];
