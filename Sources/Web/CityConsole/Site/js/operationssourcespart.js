// The part with sources that went silent, by type.

import { roughLength } from "./durations.js";
import { el } from "./dom.js";
import { t, tn } from "./language.js";
import { hint, part, renew } from "./operationsparts.js";
import { SAMPLE } from "./operationssources.js";
import { countText, text } from "./operationswords.js";

const TYPES_MAX = 20;
const EACH_MAX = 20;

export class SourcesPart {
  #part = part("sources", t`Sources that went silent`);
  #list = el("div");
  /** Whether the reader opened or closed a type, where they did. */
  #opened = new Map();

  constructor() {
    this.#part.body.append(this.#list, hint(t`A source is an entity with values that have an observedAt. It counts as silent when its newest value is older than five of its usual intervals, three times the longest gap seen, and two minutes. Intervals come from the last 12 values in the history of up to ${SAMPLE} entities of each type with old values; others of the type, and those without a rhythm, are judged by these too. One that reports only changes may seem silent while nothing changes.`));
    this.element = this.#part.element;
    this.element.classList.add("is-broad");
  }

  /** @param held `{ count, total, isPast }`: what the page holds of the city */
  show(found, held, now) {
    this.#part.say(held.isPast ? t`The page is at another time; leave time travel to see which sources are silent now.` : found?.refusal ? t`Not every source could be judged: ${found.refusal}` : "", held.isPast);
    if (!found || held.isPast) return renew(this.#list, found, () => [hint(t`Looking …`)]);
    const types = found.types.filter(({ silent }) => silent.length > 0).sort((a, b) => b.silent.length - a.silent.length);
    const count = types.reduce((sum, one) => sum + one.silent.length, 0);
    const unknown = found.types.reduce((sum, one) => sum + one.unknown, 0);
    const lines = [
      found.sources === 0 ? t`No entity here has values with an observedAt.` : types.length === 0 ? tn(found.sources, "None of {0} source is known to be silent.", "None of {0} sources is known to be silent.") : tn(count, "{0} of {1} is silent.", "{0} of {1} are silent.", countText(count), tn(found.sources, "{0} source", "{0} sources")),
      unknown > 0 ? t`${countText(unknown)} with old values could not be judged: too few values are in the history to tell how often they come.` : "",
      found.waiting > 0 ? tn(found.waiting, "{0} type will be looked at within minutes.", "{0} types will be looked at within minutes.") : "",
      held.total > held.count ? t`The page holds ${countText(held.count)} of ${countText(held.total)} entities; only these are judged.` : "",
    ].filter(Boolean);
    const shown = types.slice(0, TYPES_MAX).map(({ type, count, silent }) => ({
      type: text(type, 100), words: t`${countText(silent.length)} of ${countText(count)}`,
      entities: silent.slice(0, EACH_MAX).map(({ record, at, usual }) => [record.id, text(record.name, 100), t`${roughLength((now - at) / 1000)}, usually every ${roughLength(usual / 1000)}`]), left: silent.length - EACH_MAX,
    }));
    renew(this.#list, [lines, shown, types.length], () => [
      ...lines.map((line) => el("p", {}, line)),
      ...shown.map(({ type, words, entities, left }, at) => el("details", { className: "ops-silent", open: this.#opened.get(type) ?? at < 3, ontoggle: (event) => this.#opened.set(type, event.target.open) }, el("summary", {}, `${type}: ${words}`),
        el("ul", {}, ...entities.map(([id, name, age]) => el("li", {}, el("a", { href: `#/entity/${encodeURIComponent(id)}` }, name), ` ${t`silent for ${age}`}`)), ...(left > 0 ? [el("li", { className: "hint" }, t`and ${countText(left)} more`)] : [])))),
      ...(types.length > TYPES_MAX ? [hint(tn(types.length - TYPES_MAX, "{0} more type not shown.", "{0} more types not shown."))] : []),
    ]);
  }
}
