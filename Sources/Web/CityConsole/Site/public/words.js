// The words of the public site that a script writes, in its two languages. The page itself comes in its language.

const french = {
  search: "Chercher dans ces données",
  found: (count) => (count === 0 ? "Aucun résultat" : count === 1 ? "1 résultat" : `${count} résultats`),
  first: (count) => `Les ${count} premiers sont montrés.`,
  close: "Fermer",
  measured: (time) => `mesuré ${time}`,
  all: "Toute la carte",
  gathered: (count) => `${count} éléments à cet endroit`,
  none: "sans valeur",
  stale: "Les données ne peuvent pas être lues pour le moment ; elles seront redemandées.",
  yes: "oui",
  no: "non",
  zoomIn: "Agrandir",
  zoomOut: "Réduire",
};

const english = {
  search: "Search in these data",
  found: (count) => (count === 0 ? "Nothing fits" : count === 1 ? "1 fits" : `${count} fit`),
  first: (count) => `The first ${count} are shown.`,
  close: "Close",
  measured: (time) => `measured ${time}`,
  all: "The whole map",
  gathered: (count) => `${count} entries here`,
  none: "no value",
  stale: "The data cannot be read at the moment; they are asked for again.",
  yes: "yes",
  no: "no",
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
};

export const wordsOf = (language) => (language === "fr" ? french : english);

/** UN/CEFACT codes as people write them. */
const UNITS = {
  GQ: "µg/m³", GP: "mg/m³", CEL: "°C", P1: "%", KMH: "km/h", MTS: "m/s", MTR: "m", KMT: "km", "2N": "dB", A97: "hPa", MMT: "mm", CMT: "cm",
  LTR: "l", KWH: "kWh", KWT: "kW", WTT: "W", VLT: "V", 59: "ppm", 61: "ppb", SEC: "s", MIN: "min", HUR: "h", C62: "", LUX: "lx", MTQ: "m³",
  D54: "W/m²", DD: "°", KGM: "kg", HTZ: "Hz", BAR: "bar", EUR: "€",
};

export const unitOf = (code) => (code === undefined ? "" : Object.hasOwn(UNITS, code) ? UNITS[code] : code.slice(0, 12));
