// How long answers take, from the buckets of a Prometheus histogram. Seconds.

const NAME = "parvis_http_request_seconds";
const BUCKETS_MAX = 200;

/** `{ buckets: [{ bound, count }], sum, count }`, counts cumulative and the last bound infinite; `null` where there is no histogram. */
export function histogramOf(metrics, name = NAME) {
  const buckets = (metrics.samples.get(`${name}_bucket`) ?? []).slice(0, BUCKETS_MAX)
    .map(({ labels, value }) => ({ bound: labels.get("le") === "+Inf" ? Infinity : Number(labels.get("le") ?? NaN), count: value }))
    .filter(({ bound, count }) => !Number.isNaN(bound) && Number.isFinite(count)).sort((a, b) => a.bound - b.bound);
  const [sum, count] = ["sum", "count"].map((part) => metrics.samples.get(`${name}_${part}`)?.[0]?.value);
  return buckets.length > 0 && Number.isFinite(sum) && Number.isFinite(count) ? { buckets, sum, count } : null;
}

/** What came between two readings; `null` where a counter went back, as after a restart. */
export function between(before, after) {
  const counts = new Map(before.buckets.map(({ bound, count }) => [bound, count]));
  const buckets = after.buckets.map(({ bound, count }) => ({ bound, count: count - (counts.get(bound) ?? 0) }));
  const [sum, count] = [after.sum - before.sum, after.count - before.count];
  return count < 0 || sum < 0 || buckets.some((one) => one.count < 0) ? null : { buckets, sum, count };
}

/**
 * The time that a share of the answers kept to, by a straight line within its bucket, as Prometheus does: `{ seconds, isMore }`.
 * `isMore`: it lies above the last bound, which is what `seconds` is then. `null` where nothing was answered.
 */
export function quantileOf({ buckets }, share) {
  const all = buckets.at(-1)?.count ?? 0;
  if (!(all > 0)) return null;
  const rank = share * all;
  const at = buckets.findIndex(({ count }) => count >= rank);
  const [lower, below] = at > 0 ? [buckets[at - 1].bound, buckets[at - 1].count] : [0, 0];
  const { bound, count } = buckets[at];
  if (bound === Infinity) return { seconds: lower, isMore: true };
  return { seconds: count > below ? lower + ((bound - lower) * (rank - below)) / (count - below) : bound, isMore: false };
}
