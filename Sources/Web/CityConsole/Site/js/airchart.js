// The pollutants of one station over the last hours to all time.

import { pollutants } from "./airindex.js";
import { drawnOf } from "./historyseries.js";
import { t } from "./language.js";
import { RangeChart } from "./rangechart.js";

export const pollutantChart = () => new RangeChart({ id: "air-chart-title", title: t`Pollutants`, drawn: drawnSeries });

/** What is measured at a station, as series. */
export function seriesOf(station) {
  return pollutants.filter(({ key }) => station.readings.has(key)).map(({ key, colour }) => {
    const { attribute, unit } = station.readings.get(key);
    return { key, id: station.id, attribute, unit, colour };
  });
}

/** Carbon monoxide has a thousand times the mass of the others; in mg/m³ it stands beside them. */
function drawnSeries(series) {
  const drawn = { ...drawnOf(series), name: pollutants.find(({ key }) => key === series.key).label, isStepped: false };
  if (series.key !== "co" || series.unit !== "µg/m³") return drawn;
  const scaled = (row) => row.map((value) => value / 1000);
  return { ...drawn, unit: "mg/m³", values: scaled(drawn.values), bands: drawn.bands?.map(({ lows, highs }) => ({ lows: scaled(lows), highs: scaled(highs) })) };
}
