// In which colour an entity is drawn: by the words of an attribute, or by where its number lies.

// Okabe and Ito's palette, told apart by people who see colours differently.
const WORDS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#f0e442", "#7f7f7f"];
// Light to dark, five steps (viridis).
const STEPS = ["#fde725", "#5ec962", "#21918c", "#3b528b", "#440154"];
export const PLAIN = "#0b6383";
const NONE = "#8a8f94";

/** How entities are coloured: `{ legend, of(value), expression }`; `expression` is MapLibre's, for a property of features. */
export function colouring(entities, column) {
  const found = entities.map((entity) => entity.values.find((value) => value.column === column)?.value).filter((value) => value !== undefined && value !== null);
  if (!column || found.length === 0) return { legend: [], of: () => PLAIN, expression: PLAIN };
  const numbers = found.filter((value) => typeof value === "number");
  return numbers.length >= found.length / 2 ? byNumber(numbers, column) : byWord(found, column);
}

function byNumber(numbers, column) {
  const sorted = numbers.toSorted((a, b) => a - b);
  // Steps with as many entities each; equal limits fall together.
  const limits = [...new Set([0.2, 0.4, 0.6, 0.8].map((part) => sorted[Math.floor(part * (sorted.length - 1))]))].filter((limit) => limit > sorted[0]);
  const colours = STEPS.slice(0, limits.length + 1);
  const of = (value) => (typeof value === "number" ? colours[limits.filter((limit) => value >= limit).length] : NONE);
  const edges = [sorted[0], ...limits, sorted.at(-1)];
  return {
    of, legend: colours.map((colour, at) => ({ colour, text: edges[at] === edges[at + 1] ? [edges[at]] : [edges[at], edges[at + 1]] })),
    expression: ["case", ["==", ["typeof", ["get", column]], "number"], limits.length === 0 ? colours[0] : ["step", ["get", column], colours[0], ...limits.flatMap((limit, at) => [limit, colours[at + 1]])], NONE],
  };
}

function byWord(found, column) {
  const counts = new Map();
  for (const value of found) counts.set(String(value).slice(0, 128), (counts.get(String(value).slice(0, 128)) ?? 0) + 1);
  const words = [...counts].sort((a, b) => b[1] - a[1]).slice(0, WORDS.length - 1).map(([word]) => word).sort();
  const colours = new Map(words.map((word, at) => [word, WORDS[at]]));
  return {
    of: (value) => colours.get(String(value).slice(0, 128)) ?? NONE,
    legend: [...[...colours].map(([word, colour]) => ({ colour, text: [word] })), ...(counts.size > words.length ? [{ colour: NONE, text: ["…"] }] : [])],
    expression: ["match", ["to-string", ["get", column]], ...[...colours].flat(), NONE],
  };
}
