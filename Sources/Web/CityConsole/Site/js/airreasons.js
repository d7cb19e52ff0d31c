// The sentences in which the service of the air says why an index is withheld and why a value is marked, in the language of the
// page. They are those of `IndexEntity.text` and `SensorQualityControl`; others stay as they are.

import { t } from "./language.js";
import { formatNumber } from "./units.js";

const number = (text) => (text !== "" && Number.isFinite(Number(text)) ? formatNumber(Number(text)) : text);

const sentences = [
  [/^no pollutant has enough valid hours$/, () => t`no pollutant has enough valid hours`],
  [/^the index needs (.+) too$/, (names) => t`the index needs ${names} too`],
  [/^the index needs (\d+) pollutants, there are (\d+)$/, (need, have) => t`the index needs ${need} pollutants, there are ${have}`],
  [/^the index needs PM2\.5 or PM10$/, () => t`the index needs PM2.5 or PM10`],
  [/^the index has no such report$/, () => t`the index has no such report`],
  [/^(\S+) µg\/m³ is outside (\S+) to (\S+)$/, (value, low, high) => t`${value} µg/m³ is outside ${low} to ${high}`],
  [/^(\S+) µg\/m³ for (\d+) observations; the limit is (\d+)$/, (value, count, limit) => t`${value} µg/m³ for ${count} observations; the limit is ${limit}`],
  [/^jumped by (\S+) µg\/m³; the limit is (\S+)$/, (jump, limit) => t`jumped by ${jump} µg/m³; the limit is ${limit}`],
  [/^jumped by (\S+) µg\/m³, neighbours by (\S+); the limit is (\S+)$/, (jump, others, limit) => t`jumped by ${jump} µg/m³, neighbours by ${others}; the limit is ${limit}`],
  [/^(\S+) µg\/m³ where (\d+) neighbours tell (\S+); the difference may be (\S+)$/,
    (value, count, expected, limit) => t`${value} µg/m³ where ${count} neighbours tell ${expected}; the difference may be ${limit}`],
  [/^the week's ratio to neighbours is (\S+), usually it is (\S+)$/, (ratio, usual) => t`the week's ratio to neighbours is ${ratio}, usually it is ${usual}`],
  [/^the value has not changed for (\d+) observations$/, (count) => t`the value has not changed for ${count} observations`],
  [/^the week's correlation with neighbours is (\S+), below (\S+)$/, (correlation, least) => t`the week's correlation with neighbours is ${correlation}, below ${least}`],
  [/^the week's ratio to neighbours is (\S+) times its usual one$/, (change) => t`the week's ratio to neighbours is ${change} times its usual one`],
];

export function reasonOf(text) {
  for (const [pattern, words] of sentences) {
    const parts = pattern.exec(text);
    if (parts) return words(...parts.slice(1).map(number));
  }
  return text;
}
