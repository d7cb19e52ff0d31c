// What stands under the layer on show: the streets, waters and parks that the city publishes, as layers of their own. What is not
// published is not drawn, and nothing comes from elsewhere.

const MOST = 8;
const inks = {
  light: { land: "#e7ebee", street: "#ffffff", casing: "#a9b5bf", water: "#bcd9ea", green: "#cfe5cd" },
  dark: { land: "#141b21", street: "#33414d", casing: "#0c1217", water: "#16354a", green: "#183426" },
};
const kinds = [["street", /road|street/i, /parking|light|lamp|work|observed/i], ["water", /water|river|lake|canal/i, /observed|quality|consumption/i], ["green", /garden|park$|green|forest|meadow|beach/i, /parking/i]];

const isDark = () => matchMedia("(prefers-color-scheme: dark)").matches;
const width = (add) => ["interpolate", ["exponential", 1.5], ["zoom"], 10, 1 + add * 0.75, 14, 3 + add, 18, 14 + add * 2];

function kindOf(layer) {
  return kinds.find(([, named, not]) => named.test(layer.type) && !not.test(layer.type))?.[0];
}

/** The layers of MapLibre's style for the theme of the moment; call it again for another one. */
function drawn(layers) {
  const ink = inks[isDark() ? "dark" : "light"];
  const of = (kind) => layers.filter((layer) => kindOf(layer) === kind);
  const from = ({ id }) => ({ source: `ground-${id}`, "source-layer": "entities" });
  const area = (kind) => of(kind).flatMap((layer) => [
    { id: `ground-${layer.id}`, type: "fill", ...from(layer), filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": ink[kind] } },
    { id: `ground-${layer.id}-line`, type: "line", ...from(layer), filter: ["==", ["geometry-type"], "LineString"], paint: { "line-color": ink[kind], "line-width": width(0) } },
  ]);
  const line = (part, add) => of("street").map((layer) => ({
    id: `ground-${layer.id}-${part}`, type: "line", ...from(layer), filter: ["==", ["geometry-type"], "LineString"], layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": ink[part], "line-width": width(add) },
  }));
  return [{ id: "ground", type: "background", paint: { "background-color": ink.land } }, ...area("green"), ...area("water"), ...line("casing", 1.6), ...line("street", 0)];
}

/**
 * What is under the layer.
 *
 * @param layers all that is published; @param shown the one on show
 * @returns `{ sources, layers, repaint(map) }`
 */
export function ground(layers, shown) {
  const used = layers.filter((layer) => layer.id !== shown.id && layer.tilejson !== undefined && kindOf(layer) !== undefined).slice(0, MOST);
  return {
    sources: Object.fromEntries(used.map(({ id }) => [`ground-${id}`, tileSource(id)])),
    layers: drawn(used),
    repaint: (map) => {
      for (const layer of drawn(used)) for (const [name, value] of Object.entries(layer.paint)) map.setPaintProperty(layer.id, name, value);
    },
  };
}

/** The vector tiles of a layer. */
export const tileSource = (id) => ({ type: "vector", tiles: [new URL(`tiles/${id}/{z}/{x}/{y}.mvt`, location.href).href.replaceAll("%7B", "{").replaceAll("%7D", "}")], maxzoom: 16 });
