// What the page knows of indices and pollutants: names, categories and colours, as the editions in force publish them.
//
// The bands are those of Sources/Services/AirQuality/Editions; AirQualityTests holds this table against them.

import { inkOn } from "./ink.js";
import { t } from "./language.js";

/** The pollutants in the order of the service; `key` is what attributes of results begin with. */
export const pollutants = [
  { key: "pm25", name: "PM2.5", label: "PM2.5", title: t`Fine particles, PM2.5`, colour: "--series-1" },
  { key: "pm10", name: "PM10", label: "PM10", title: t`Particles, PM10`, colour: "--series-2" },
  { key: "no2", name: "NO2", label: "NO₂", title: t`Nitrogen dioxide, NO₂`, colour: "--series-3" },
  { key: "o3", name: "O3", label: "O₃", title: t`Ozone, O₃`, colour: "--series-4" },
  { key: "so2", name: "SO2", label: "SO₂", title: t`Sulphur dioxide, SO₂`, colour: "--series-5" },
  { key: "co", name: "CO", label: "CO", title: t`Carbon monoxide, CO`, colour: "--series-6" },
];
const byKey = new Map(pollutants.map((one) => [one.key, one]));

/** The pollutant that a name stands for, as the service reads it: `PM2.5`, `pm2_5` and `pm25` are one. */
export const pollutantNamed = (name) => byKey.get(String(name).toLowerCase().replace(/[._,]/g, "")) ?? null;

// Each band: the greatest value in it, its name, its colour.
const american = [
  [50, t`Good`, "#00E400"], [100, t`Moderate¦US`, "#FFFF00"], [150, t`Unhealthy for Sensitive Groups`, "#FF7E00"],
  [200, t`Unhealthy`, "#FF0000"], [300, t`Very Unhealthy`, "#8F3F97"], [Infinity, t`Hazardous`, "#7E0023"],
];
const chinese = [
  [50, t`Excellent`, "#00E400"], [100, t`Good`, "#FFFF00"], [150, t`Lightly polluted`, "#FF7E00"],
  [200, t`Moderately polluted`, "#FF0000"], [300, t`Heavily polluted`, "#99004C"], [Infinity, t`Severely polluted`, "#7E0023"],
];
const european = [
  [1, t`Good`, "#50F0E6"], [2, t`Fair`, "#50CCAA"], [3, t`Moderate`, "#F0E641"], [4, t`Poor`, "#FF5050"],
  [5, t`Very poor`, "#960032"], [6, t`Extremely poor`, "#7D2181"],
];
const british = [
  [1, t`Low¦UK`, "#9CFF9C"], [2, t`Low¦UK`, "#31FF00"], [3, t`Low¦UK`, "#31CF00"], [4, t`Moderate¦UK`, "#FFFF00"], [5, t`Moderate¦UK`, "#FFCF00"],
  [6, t`Moderate¦UK`, "#FF9A00"], [7, t`High¦UK`, "#FF6464"], [8, t`High¦UK`, "#FF0000"], [9, t`High¦UK`, "#990000"], [10, t`Very High`, "#CE30FF"],
];
const indian = [
  [50, t`Good`, "#00B050"], [100, t`Satisfactory`, "#92D050"], [200, t`Moderately polluted`, "#FFFF00"],
  [300, t`Poor`, "#FF9900"], [400, t`Very poor`, "#FF0000"], [Infinity, t`Severe`, "#C00000"],
];

const indices = new Map([
  ["EAQI", { title: t`European (EAQI)`, isLevel: true, bands: european }],
  ["US-AQI", { title: t`United States (AQI)`, isLevel: false, bands: american }],
  ["CN-AQI", { title: t`China (AQI)`, isLevel: false, bands: chinese }],
  ["UK-DAQI", { title: t`United Kingdom (DAQI)`, isLevel: true, bands: british }],
  ["IN-NAQI", { title: t`India (NAQI)`, isLevel: false, bands: indian }],
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
      const range = upTo === Infinity ? t`above ${from - 1}` : from === upTo ? `${upTo}` : `${from} – ${upTo}`;
      return { upTo, name, colour, ink: inkOn(colour), rank, range };
    }));
  }
  return tables.get(index);
}

/** A colour from outside, if it is `#rrggbb`. */
export const plainColour = (text) => (/^#[0-9a-f]{6}$/i.test(text) ? text : null);
