// How a type of entity looks: a drawing and a colour. Known families by name, all others by letters and a stable colour.

const families = [
  [/air.?quality|pollut|emission/, "wind", "#0c857b"],
  [/weather|meteo|climate/, "cloud", "#3d78c9"],
  [/noise|sound|acoustic/, "sound", "#8a5bb8"],
  [/traffic.?(light|signal)|signal/, "signal", "#b3562c"],
  [/crowd|people|pedestrian|footfall|visitor/, "crowd", "#b8478c"],
  [/traffic|itemflow|roadflow|counter/, "gauge", "#c05a1c"],
  [/parking/, "parking", "#2f63c0"],
  [/charg|energy|electric|power|meter/, "bolt", "#97760a"],
  [/bike|bicycle|cycl|scooter/, "bike", "#4f8a2c"],
  [/stop$|station$|platform/, "stop", "#54677d"],
  [/route|trip|shape|journey|itinerary/, "route", "#6b5fb5"],
  [/tram|train|rail|metro/, "tram", "#a8433a"],
  [/truck|lorry|freight/, "truck", "#7d6335"],
  [/bus/, "bus", "#d03a54"],
  [/vehicle|car$|taxi/, "car", "#d03a54"],
  [/robot|agv/, "robot", "#6d55d6"],
  [/drone|uav|uas|aircraft/, "drone", "#0b7fa6"],
  [/waste|bin$|container|recycl/, "bin", "#6d7a2e"],
  [/light|lamp/, "lamp", "#a06a09"],
  [/water|river|lake|flood|sewer|rain|hydr/, "drop", "#1f78b4"],
  [/garden|park$|tree|green|forest|beach/, "tree", "#3b8a45"],
  [/alert|incident|accident|alarm|emergency|fire/, "alert", "#cc3333"],
  [/event|works|closure/, "event", "#b84a6e"],
  [/311|request|report|complaint/, "speech", "#3f7f8c"],
  [/supply|stock|shipment|storage|goods|parcel/, "box", "#94602f"],
  [/hospital|health|epidem|vaccin|medical|clinic/, "cross", "#bf3f67"],
  [/building|interest|museum|school|library|office/, "building", "#6f6a60"],
  [/road|street|junction|lane/, "road", "#66737f"],
  [/district|zone|area|region|boundary/, "area", "#7a6a8f"],
  [/device|sensor|gateway|machine|agency/, "chip", "#4b6a86"],
];

const spareColours = [
  "#2f6fbf", "#0c857b", "#4f8a2c", "#97760a", "#c05a1c", "#cc4444", "#b8478c", "#7d5bc4", "#4f62c8", "#0b7fa6",
  "#8d6147", "#5b6b7b",
];

const looks = new Map();

/** The look of a type by its short name: `{ icon, colour }` or `{ letters, colour }`. */
export function lookOf(type) {
  let look = looks.get(type);
  if (look) return look;
  const name = type.toLowerCase();
  const family = families.find(([pattern]) => pattern.test(name));
  if (family) {
    look = { icon: family[1], colour: family[2] };
  } else {
    let hash = 7;
    for (const character of name) hash = (hash * 31 + character.codePointAt(0)) >>> 0;
    look = { letters: lettersOf(type), colour: spareColours[hash % spareColours.length] };
  }
  looks.set(type, look);
  return look;
}

/** The look of one vehicle: Smart Data Models say bus, tram and the like in `vehicleType`. */
export function lookOfVehicle(type, vehicleType) {
  const base = lookOf(type);
  if (base.icon !== "car" || typeof vehicleType !== "string") return base;
  const kind = vehicleType.toLowerCase();
  const drawing = ["bus", "tram", "truck", "bike"].find((name) => kind.includes(name));
  return drawing ? { icon: drawing, colour: base.colour } : base;
}

function lettersOf(type) {
  const capitals = type.replace(/[^A-Z]/g, "");
  const letters = capitals.length >= 2 ? capitals.slice(0, 2) : [...type].slice(0, 2).join("");
  return letters.toUpperCase() || "?";
}

/** What a line or an area of this type is drawn as on the map. */
export function groundOf(type) {
  const name = type.toLowerCase();
  if (/parking|light|lamp/.test(name)) return "other";
  if (/road|street|junction|lane/.test(name)) return "street";
  if (/water|river|lake|canal|sea$/.test(name)) return "water";
  if (/garden|park$|green|forest|meadow|beach/.test(name)) return "green";
  return "other";
}
