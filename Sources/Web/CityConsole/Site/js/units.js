// UN/CEFACT Recommendation 20 common codes, as NGSI-LD's unitCode carries them, to the symbols people read.

import { locale, t } from "./language.js";

const symbols = {
  CEL: "°C", FAH: "°F", KEL: "K",
  P1: "%", C62: "", EA: "", NIU: "", H87: "",
  MTS: "m/s", KMH: "km/h", HM: "mph", KNT: "kn", CMS: "cm/s",
  MTR: "m", KMT: "km", CMT: "cm", MMT: "mm", SMI: "mi", FOT: "ft", INH: "in",
  MTK: "m²", KMK: "km²", HAR: "ha", CMK: "cm²",
  MTQ: "m³", LTR: "L", MLT: "mL", HLT: "hL",
  MQS: "m³/s", MQH: "m³/h", L2: "L/min",
  GQ: "µg/m³", GP: "mg/m³", KMQ: "kg/m³", M1: "mg/L", 59: "ppm", 61: "ppb", Q30: "pH",
  KGM: "kg", GRM: "g", MGM: "mg", TNE: "t",
  PAL: "Pa", KPA: "kPa", A97: "hPa", MBR: "mbar", BAR: "bar",
  "2N": "dB", LUX: "lx", LUM: "lm", CDL: "cd", D54: "W/m²",
  WTT: "W", KWT: "kW", MAW: "MW", WHR: "Wh", KWH: "kWh", MWH: "MWh", JOU: "J", KJO: "kJ", VLT: "V", "2Z": "mV",
  AMP: "A", "4K": "mA", HTZ: "Hz", KHZ: "kHz", H10: "/h", OHM: "Ω",
  SEC: "s", C26: "ms", MIN: "min", HUR: "h", DAY: t`d`, WEE: t`weeks`, MON: t`months`, ANN: t`years`,
  DD: "°", C81: "rad", IE: t`people`,
};

/** The symbol of a unit code, the code itself when it is not known, an empty string when there is none. */
export function unitSymbol(code) {
  if (code === undefined || code === null) return "";
  // A code comes from outside: `constructor` is not the symbol of anything.
  return Object.hasOwn(symbols, code) ? symbols[code] : String(code).slice(0, 40);
}

const plain = new Intl.NumberFormat(locale, { maximumFractionDigits: 3 });
const precise = new Intl.NumberFormat(locale, { maximumSignificantDigits: 4 });
const tenths = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const grouped = new Intl.NumberFormat(locale);

/** A measured number as people read it: three decimals at most, four digits where it is tiny. */
export function formatNumber(value) {
  if (!Number.isFinite(value)) return String(value);
  return value !== 0 && Math.abs(value) < 0.01 ? precise.format(value) : plain.format(value);
}

/** A number with one decimal, as rates have it. */
export const formatTenths = (value) => tenths.format(value);

export const formatCount = (count) => grouped.format(count);

/** `21.4 °C`; a degree sign and a percent sign stay with their number. */
export function withUnit(text, unit) {
  if (!unit) return text;
  return unit === "°" || unit === "%" ? text + unit : `${text}\u00a0${unit}`;
}
