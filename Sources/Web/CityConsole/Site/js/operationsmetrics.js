// Reads the text format of Prometheus (exposition format 0.0.4), as /metrics answers it. What is no sample is skipped and counted.

const LINES_MAX = 20_000;
const LINE_MAX = 4096;
const LABELS_MAX = 20;
const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?[ \t]+(\S+)(?:[ \t]+-?\d+)?[ \t]*$/;
const label = /[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"[ \t]*(?:,|$)/y;
const escapes = { n: "\n", '"': '"', "\\": "\\" };

/** `{ samples, skipped }`: the samples `{ labels, value }` of each name, labels as a map, and how many lines were none. */
export function parseMetrics(text) {
  const samples = new Map();
  let skipped = 0;
  let count = 0;
  for (const line of String(text).split("\n", LINES_MAX + 1)) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    count += 1;
    const one = count > LINES_MAX || line.length > LINE_MAX ? null : sampleOf(line.trimEnd());
    if (one === null) {
      skipped += 1;
      continue;
    }
    if (!samples.has(one.name)) samples.set(one.name, []);
    samples.get(one.name).push({ labels: one.labels, value: one.value });
  }
  return { samples, skipped };
}

function sampleOf(line) {
  const match = sample.exec(line);
  if (!match) return null;
  const labels = labelsOf(match[2] ?? "");
  const value = numberOf(match[3]);
  return labels === null || value === null ? null : { name: match[1], labels, value };
}

function labelsOf(text) {
  const labels = new Map();
  label.lastIndex = 0;
  while (label.lastIndex < text.length) {
    const match = label.exec(text);
    if (!match || labels.size >= LABELS_MAX) return null;
    labels.set(match[1], match[2].replace(/\\(.)/g, (all, sign) => (Object.hasOwn(escapes, sign) ? escapes[sign] : all)));
  }
  return labels;
}

function numberOf(text) {
  const infinite = /^([+-]?)inf$/i.exec(text);
  if (infinite) return infinite[1] === "-" ? -Infinity : Infinity;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : null;
}

/** The sum of a name's samples, of those that fit; `null` where there is none or it is no number. */
export function sumOf(metrics, name, fits = () => true) {
  const found = (metrics.samples.get(name) ?? []).filter(({ labels }) => fits(labels));
  const sum = found.reduce((total, { value }) => total + value, 0);
  return found.length > 0 && Number.isFinite(sum) ? sum : null;
}

const REQUESTS = "parvis_http_requests_total";
const OPERATIONS_MAX = 200;

/** `[{ name, total, refused, failed }]`: the requests of each operation, those answered 4xx and 5xx among them, the most first. */
export function operationsOf(metrics) {
  const operations = new Map();
  for (const { labels, value } of metrics.samples.get(REQUESTS) ?? []) {
    const name = labels.get("operation") ?? "";
    if (!Number.isFinite(value) || (!operations.has(name) && operations.size >= OPERATIONS_MAX)) continue;
    const one = operations.get(name) ?? { name, total: 0, refused: 0, failed: 0 };
    one.total += value;
    if (labels.get("status") === "4xx") one.refused += value;
    if (labels.get("status") === "5xx") one.failed += value;
    operations.set(name, one);
  }
  return [...operations.values()].sort((a, b) => b.total - a.total);
}
