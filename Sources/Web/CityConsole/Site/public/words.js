// The words of the public site that a script writes. The page comes in its language, and with the words of it that are wanted here.

import { translation } from "./translation.js";

const given = document.getElementById("words");

/** The text of a template, and the text for a count, in the language of the page. */
export const { t, tn } = translation(given && JSON.parse(given.textContent), document.documentElement.lang);

/** UN/CEFACT codes as people write them. */
const UNITS = {
  GQ: "µg/m³", GP: "mg/m³", CEL: "°C", P1: "%", KMH: "km/h", MTS: "m/s", MTR: "m", KMT: "km", "2N": "dB", A97: "hPa", MMT: "mm", CMT: "cm",
  LTR: "l", KWH: "kWh", KWT: "kW", WTT: "W", VLT: "V", 59: "ppm", 61: "ppb", SEC: "s", MIN: "min", HUR: "h", C62: "", LUX: "lx", MTQ: "m³",
  D54: "W/m²", DD: "°", KGM: "kg", HTZ: "Hz", BAR: "bar", EUR: "€",
};

export const unitOf = (code) => (code === undefined ? "" : Object.hasOwn(UNITS, code) ? UNITS[code] : code.slice(0, 12));
