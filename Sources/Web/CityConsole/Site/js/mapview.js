// The address of a view of the map: #/map/zoom/latitude/longitude?layer=heat&by=attribute&hide=types.

const VIEW = /^#\/map\/(\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)(?:\?(.*))?$/;

/** `{ zoom, center: [longitude, latitude], layer, by, hidden }`, or `null` for another address. */
export function viewOf(address) {
  const match = VIEW.exec(address);
  if (!match) return null;
  const [zoom, latitude, longitude] = match.slice(1, 4).map(Number);
  if (zoom > 22 || Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return null;
  const query = new URLSearchParams(match[4] ?? "");
  return {
    zoom, center: [longitude, latitude], layer: query.get("layer") === "heat" ? "heat" : "markers",
    by: query.get("by") || null, hidden: (query.get("hide") ?? "").split(",").filter(Boolean),
  };
}

export function addressOf({ zoom, center: [longitude, latitude], layer, by, hidden }) {
  const query = new URLSearchParams();
  if (layer === "heat") query.set("layer", layer);
  if (by) query.set("by", by);
  if (hidden.length > 0) query.set("hide", hidden.join(","));
  const text = query.toString();
  // Five decimals are a metre.
  return `#/map/${zoom.toFixed(2)}/${latitude.toFixed(5)}/${longitude.toFixed(5)}${text ? `?${text}` : ""}`;
}

/** What a map shows, under panels too: `{ zoom, center, bounds }`, with `bounds` as `[west, south, east, north]`. */
export function viewSeen(map) {
  const [[west, south], [east, north]] = map.getBounds().toArray();
  const { lng, lat } = map.getCenter();
  const within = (value, limit) => Math.max(-limit, Math.min(limit, value));
  return { zoom: map.getZoom(), center: [lng, lat], bounds: [within(west, 180), within(south, 90), within(east, 180), within(north, 90)] };
}
