// What the page knows of indices and pollutants: names, categories and colours, as the editions in force publish them.
//
// The bands are those of Sources/Services/AirQuality/Editions; AirQualityTests holds this table against them.

import { inkOn } from "./ink.js";

/** The pollutants in the order of the service; `key` is what attributes of results begin with. */
export const pollutants = [
  { key: "pm25", name: "PM2.5", label: "PM2.5", title: "Fine particles, PM2.5", colour: "--series-1" },
  { key: "pm10", name: "PM10", label: "PM10", title: "Particles, PM10", colour: "--series-2" },
  { key: "no2", name: "NO2", label: "NO₂", title: "Nitrogen dioxide, NO₂", colour: "--series-3" },
  { key: "o3", name: "O3", label: "O₃", title: "Ozone, O₃", colour: "--series-4" },
  { key: "so2", name: "SO2", label: "SO₂", title: "Sulphur dioxide, SO₂", colour: "--series-5" },
  { key: "co", name: "CO", label: "CO", title: "Carbon monoxide, CO", colour: "--series-6" },
];
const byKey = new Map(pollutants.map((one) => [one.key, one]));

/** The pollutant that a name stands for, as the service reads it: `PM2.5`, `pm2_5` and `pm25` are one. */
export const pollutantNamed = (name) => byKey.get(String(name).toLowerCase().replace(/[._,]/g, "")) ?? null;

// Each band: the greatest value in it, its name, its colour.
const american = [
  [50, "Good", "#00E400"], [100, "Moderate", "#FFFF00"], [150, "Unhealthy for Sensitive Groups", "#FF7E00"],
  [200, "Unhealthy", "#FF0000"], [300, "Very Unhealthy", "#8F3F97"], [Infinity, "Hazardous", "#7E0023"],
];
const chinese = [
  [50, "Excellent", "#00E400"], [100, "Good", "#FFFF00"], [150, "Lightly polluted", "#FF7E00"],
  [200, "Moderately polluted", "#FF0000"], [300, "Heavily polluted", "#99004C"], [Infinity, "Severely polluted", "#7E0023"],
];
const european = [
  [1, "Good", "#50F0E6"], [2, "Fair", "#50CCAA"], [3, "Moderate", "#F0E641"], [4, "Poor", "#FF5050"],
  [5, "Very poor", "#960032"], [6, "Extremely poor", "#7D2181"],
];
const british = [
  [1, "Low", "#9CFF9C"], [2, "Low", "#31FF00"], [3, "Low", "#31CF00"], [4, "Moderate", "#FFFF00"], [5, "Moderate", "#FFCF00"],
  [6, "Moderate", "#FF9A00"], [7, "High", "#FF6464"], [8, "High", "#FF0000"], [9, "High", "#990000"], [10, "Very High", "#CE30FF"],
];
const indian = [
  [50, "Good", "#00B050"], [100, "Satisfactory", "#92D050"], [200, "Moderately polluted", "#FFFF00"],
  [300, "Poor", "#FF9900"], [400, "Very poor", "#FF0000"], [Infinity, "Severe", "#C00000"],
];

const indices = new Map([
  ["EAQI", { title: "European (EAQI)", isLevel: true, bands: european }],
  ["US-AQI", { title: "United States (AQI)", isLevel: false, bands: american }],
  ["CN-AQI", { title: "China (AQI)", isLevel: false, bands: chinese }],
  ["UK-DAQI", { title: "United Kingdom (DAQI)", isLevel: true, bands: british }],
  ["IN-NAQI", { title: "India (NAQI)", isLevel: false, bands: indian }],
]);

/** The order in which indices are offered; one that is not known comes last. */
export const indexOrder = [...indices.keys()];

export const indexTitle = (index) => indices.get(index)?.title ?? index;

/** The category of an index value: `{ name, colour, ink, rank, range }`, or `null`. Greater ranks are worse. */
export function categoryOf(index, value) {
  if (!Number.isFinite(value)) return null;
  return categoriesOf(index).find(({ upTo }) => value <= upTo) ?? categoriesOf(index).at(-1) ?? null;
}

/** The least and the greatest value of an index of few levels; `null` for one that counts on. */
export const levelsOf = (index) => (indices.get(index)?.isLevel ? [1, indices.get(index).bands.length] : null);

const tables = new Map();

/** All categories of an index, the best first; an empty list for an index that is not known. */
export function categoriesOf(index) {
  if (!tables.has(index)) {
    const { bands = [], isLevel } = indices.get(index) ?? {};
    tables.set(index, bands.map(([upTo, name, colour], rank) => {
      const from = rank === 0 ? (isLevel ? 1 : 0) : bands[rank - 1][0] + 1;
      const range = upTo === Infinity ? `above ${from - 1}` : from === upTo ? `${upTo}` : `${from} – ${upTo}`;
      return { upTo, name, colour, ink: inkOn(colour), rank, range };
    }));
  }
  return tables.get(index);
}

/** A colour from outside, if it is `#rrggbb`. */
export const plainColour = (text) => (/^#[0-9a-f]{6}$/i.test(text) ? text : null);
