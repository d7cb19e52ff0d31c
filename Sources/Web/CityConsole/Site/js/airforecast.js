// The forecasts of a station's pollutants for two days.

import { pollutants } from "./airindex.js";
import { HOUR } from "./airmodel.js";
import { ForecastFan } from "./forecastfan.js";
import { t } from "./language.js";
import { dateText } from "./time.js";
import { formatCount } from "./units.js";

const told = [1, 6, 24, 48];

export const pollutantForecast = () =>
  new ForecastFan({ id: "air-forecast-title", chooser: t`Pollutant of the forecast`, ahead: t`Hours ahead`, before: 48 * HOUR, after: HOUR });

/** Whether a forecast used a weather forecast, or why not; nothing where the city has none. */
function weatherNote({ weather, weatherHours }) {
  switch (weather) {
    case "used": return t`It knows the weather forecast.`;
    case "partlyUsed": return t`It knows the weather forecast of ${formatCount(weatherHours)} hours.`;
    case "late": return t`The weather forecast is too old, so it does without.`;
    case "incomplete": return t`The weather forecast lacks what it needs, so it does without.`;
    case "notLearnt": return t`It has not learnt from weather forecasts yet.`;
    case "notHelpful": return t`Weather forecasts made it worse lately, so it does without.`;
    default: return "";
  }
}

/** What is forecast at a station, as a fan takes it. */
export function forecastsOf(station) {
  return pollutants.filter(({ key }) => station.forecasts.has(key)).map(({ key, label }) => {
    const forecast = station.forecasts.get(key);
    const reading = station.readings.get(key);
    const { issued, error, trainedHours, trainedAt } = forecast;
    return {
      ...forecast, label, unit: "µg/m³", mark: Math.floor(issued / HOUR) * HOUR,
      measured: reading ? { id: station.id, attribute: reading.attribute, unit: reading.unit } : null,
      errors: (error?.horizonHours ?? []).map((hours, at) => ({ ahead: t`${hours} h`, mae: error.mae[at], persistence: error.persistenceMae[at], coverage: error.coverage?.[at], isTold: told.includes(hours) })),
      note: [
        t`Issued ${dateText(issued)} for 48 hours of ${label}.`,
        weatherNote(forecast),
        error && Number.isFinite(error.hours) ? t`Errors are of ${formatCount(error.hours)} hours that it had not learnt from.` : "",
        Number.isFinite(trainedHours) ? (Number.isFinite(trainedAt) ? t`It learnt from ${formatCount(trainedHours)} hours, last on ${dateText(trainedAt)}.` : t`It learnt from ${formatCount(trainedHours)} hours.`) : "",
      ].filter(Boolean).join(" "),
    };
  });
}
