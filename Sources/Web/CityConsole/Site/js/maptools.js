// How a large city is drawn: markers or heat, coloured by type or by a number, with its scale. Lives in the legend.

import { byId, el, setText } from "./dom.js";
import { attributeNames, mainInstance, numberOf, shortName } from "./entity.js";
import { t } from "./language.js";
import { ramp } from "./tilestyle.js";
import { formatNumber, unitSymbol, withUnit } from "./units.js";

const ATTRIBUTES = 40;
const SAMPLE = 600;

export class MapTools {
  /** Called with `{ layer, by }` when someone chose. */
  onChange = () => {};
  /** Called when the range of the colours is to be taken from the view anew. */
  onRange = () => {};
  #store;
  #box = byId("legend-tools");
  #by;
  #layer;
  #scale;
  #low = el("span", {});
  #high = el("span", {});
  #unit = "";
  #names = [];

  constructor(store, { layer = "markers", by = null } = {}) {
    this.#store = store;
    const changed = () => this.onChange(this.options);
    this.#layer = el("select", { id: "map-layer", onchange: changed },
      ...[["markers", t`Markers`], ["heat", t`Heat`]].map(([value, text]) => el("option", { value, selected: value === layer }, text)));
    this.#by = el("select", { id: "map-by", onchange: changed }, el("option", { value: "" }, t`Type`));
    const bar = el("span", { className: "scale-bar", "aria-hidden": "true" });
    bar.style.background = `linear-gradient(90deg, ${ramp.join(", ")})`;
    const again = el("button", { type: "button", className: "text-button", title: t`Take the range of the colours from what is in view`, onclick: () => this.onRange() }, t`Fit`);
    this.#scale = el("div", { className: "scale", id: "map-scale", role: "group", hidden: true }, this.#low, bar, this.#high, again);
    this.#box.replaceChildren(
      el("label", {}, t`Show`, " ", this.#layer), el("label", { id: "map-by-label" }, t`Colour`, " ", this.#by), this.#scale);
    this.#box.hidden = false;
    if (by) this.#offer([by]);
    this.#by.value = by ?? "";
  }

  /** Chooses as an address says. */
  choose({ layer, by }) {
    this.#layer.value = layer;
    if (by && !this.#names.includes(by)) this.#offer([by]);
    this.#by.value = by ?? "";
  }

  get options() {
    return { layer: this.#layer.value, by: this.#by.value || null };
  }

  /** Offers the numbers that entities at hand have. */
  update() {
    const counts = new Map();
    let looked = 0;
    for (const { entity } of this.#store.records.values()) {
      if ((looked += 1) > SAMPLE) break;
      for (const name of attributeNames(entity)) {
        if (numberOf(entity[name]) !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
    const names = [...counts].sort((a, b) => b[1] - a[1]).slice(0, ATTRIBUTES).map(([name]) => name);
    // What was offered stays: a choice must not vanish because the view moved.
    this.#offer(names.filter((name) => !this.#names.includes(name)));
  }

  #offer(names) {
    if (names.length === 0) return;
    this.#names.push(...names);
    this.#by.append(...names.map((name) => el("option", { value: name }, shortName(name))));
  }

  /** Shows what the colours mean; `null` for none. */
  showScale(domain) {
    const { by, layer } = this.options;
    this.#scale.hidden = domain === null || by === null || layer === "heat";
    byId("map-by-label").hidden = layer === "heat";
    if (this.#scale.hidden) return;
    const [low, high] = domain.map((value) => withUnit(formatNumber(rounded(value, domain)), this.#unitOf(by)));
    setText(this.#low, low);
    setText(this.#high, high);
    this.#scale.setAttribute("aria-label", t`${shortName(by)} from ${low} to ${high}, dark to light`);
  }

  #unitOf(name) {
    for (const { entity } of this.#store.records.values()) {
      const instance = entity[name] && mainInstance(entity[name]);
      if (typeof instance?.value === "number") return unitSymbol(instance.unitCode);
    }
    return this.#unit;
  }
}

/** Three digits of the range are enough for a scale. */
function rounded(value, [low, high]) {
  const step = 10 ** Math.floor(Math.log10(Math.max(high - low, 1e-9)) - 1);
  return Number((Math.round(value / step) * step).toPrecision(6));
}
