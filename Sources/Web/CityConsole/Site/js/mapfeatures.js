// Entities as features of the map: points with their marker, ground with its kind; and the box around them.

import { attributeNamed, boundsOf, mainInstance } from "./entity.js";
import { markerName } from "./markers.js";
import { groundOf } from "./types.js";

export function pointFeature(record, coordinates) {
  const properties = { index: record.index, marker: markerName(record.look), label: labelOf(record), colour: record.look.colour };
  if (record.heading !== undefined) properties.heading = record.heading;
  return { type: "Feature", id: record.index, properties, geometry: { type: "Point", coordinates } };
}

export function groundFeature(record, geometry, id) {
  const kind = groundOf(record.type);
  // The street's own name is enough; its segments would repeat it with numbers.
  const label = /segment/i.test(record.type) ? "" : labelOf(record);
  const colour = routeColour(record.entity) ?? record.look.colour;
  const properties = { index: record.index, kind, colour, label, weight: kind === "street" ? streetWeight(record.entity) : 1 };
  return { type: "Feature", id, properties, geometry };
}

const labelOf = (record) => (record.hasName ? record.name.slice(0, 60) : "");

/** The colour that a line of public transport gives itself, six hexadecimal digits as in GTFS. */
function routeColour(entity) {
  const attribute = attributeNamed(entity, "routeColor");
  const value = attribute && mainInstance(attribute)?.value;
  return typeof value === "string" && /^#?[0-9a-f]{6}$/i.test(value) ? `#${value.replace("#", "")}` : null;
}

/** 1 to 3, from the classes that Smart Data Models and OpenStreetMap use. */
function streetWeight(entity) {
  const attribute = attributeNamed(entity, "roadClass") ?? attributeNamed(entity, "category");
  const value = attribute && String(mainInstance(attribute)?.value ?? "");
  if (/motorway|trunk|primary|arterial|avenue/.test(value)) return 3;
  return /secondary|tertiary|collector/.test(value) ? 2 : 1;
}

/** The box around boxes `[west, south, east, north]`. */
export function unite(boxes) {
  return boxes.reduce((all, one) => [Math.min(all[0], one[0]), Math.min(all[1], one[1]), Math.max(all[2], one[2]), Math.max(all[3], one[3])]);
}

/** The box around records; stray positions far outside of the rest do not count. */
export function cityBounds(records) {
  const boxes = [];
  for (const record of records) {
    if (record.shapes.length > 0) boxes.push(...record.shapes.map(boundsOf));
    else if (record.point) boxes.push([...record.point, ...record.point]);
  }
  if (boxes.length === 0) return null;
  const whole = unite(boxes);
  const trim = Math.floor(boxes.length * 0.01);
  if (trim === 0) return whole;
  const edge = (axis, isLow) => {
    const values = boxes.map((box) => box[axis]).sort((a, b) => a - b);
    return isLow ? values[trim] : values[values.length - 1 - trim];
  };
  const core = [edge(0, true), edge(1, true), edge(2, false), edge(3, false)];
  const isStretched = whole[2] - whole[0] > 4 * (core[2] - core[0]) || whole[3] - whole[1] > 4 * (core[3] - core[1]);
  return isStretched ? core : whole;
}

/** Whether two positions are one. */
export const isSame = (a, b) => a[0] === b[0] && a[1] === b[1];

/** Whether they are two kilometres and more apart: farther than anything goes between two reports, so it was set elsewhere. */
export const isFar = (a, b) => Math.abs(a[0] - b[0]) > 0.02 || Math.abs(a[1] - b[1]) > 0.02;
