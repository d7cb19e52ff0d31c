// One attribute in the detail panel: its value in a form that fits its kind, its unit, its age, its recent course.

import { el, prefersReducedMotion, setText } from "./dom.js";
import { instancesOf, mainInstance, positionsOf, shortName, subAttributeNames, textInLanguage, valueOf } from "./entity.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { sparkline } from "./sparkline.js";
import { ageText, dateText, exactText, parseTime } from "./time.js";
import { formatCount, formatNumber, unitSymbol, withUnit } from "./units.js";

const TEXT_LIMIT = 2000;
const OBJECT_LIMIT = 100;
const INSTANCE_LIMIT = 20;

export class AttributeRow {
  element;
  /** Called when the reader wants to change the attribute. */
  onEdit = () => {};
  /** The kind of its value: `number`, `text`, `time`, `relationship`, `language`, `geometry`, `json`. */
  kind = "text";
  #name;
  #record;
  #store;
  #value = el("dd", { className: "attribute-value" });
  #age = el("dd", { className: "attribute-age" });
  #more = el("dd", { className: "attribute-more" });
  #chart;
  #alert;
  #editor = null;
  #spark = null;
  #unit = "";
  #shown = null;
  #time = NaN;
  #isObserved = false;

  constructor(name, record, store) {
    this.#name = name;
    this.#record = record;
    this.#store = store;
    const label = el("dt", { title: name }, shortName(name));
    this.#chart = el("a", {
      className: "attribute-chart", hidden: true, title: t`History`, "aria-label": t`History of ${shortName(name)}`,
      href: `#/history?${new URLSearchParams({ e: record.id, a: name })}`,
    }, icon("chart"));
    this.#alert = el("a", {
      className: "attribute-chart", hidden: true, title: t`Alert me …`, "aria-label": t`Alert me about ${shortName(name)}`,
      href: `#/alerts/new?${new URLSearchParams({ type: [record.entity.type].flat()[0] ?? "", attribute: name, entity: record.id })}`,
    }, icon("alert"));
    const edit = el("button", {
      type: "button", className: "attribute-chart attribute-edit", title: t`Change`, "aria-label": t`Change ${shortName(name)}`, onclick: () => this.onEdit(),
    }, icon("edit"));
    label.append(this.#chart, this.#alert, edit);
    this.element = el("div", { className: "attribute" }, label, this.#age, this.#value, this.#more);
  }

  update(now) {
    const attribute = this.#record.entity[this.#name];
    if (attribute === this.#shown) return;
    const isFirst = this.#shown === null;
    this.#shown = attribute;
    const instance = mainInstance(attribute);
    if (!instance) return;
    this.#time = timeOf(instance);
    this.#isObserved = Number.isFinite(parseTime(instance.observedAt));
    const value = valueOf(instance);
    this.kind = value.kind;
    this.element.dataset.kind = value.kind;
    this.#chart.hidden = this.#alert.hidden = value.kind !== "number";
    const unit = unitSymbol(instance.unitCode);
    this.#showValue(value, unit, isFirst);
    this.#unit = unit;
    this.#showMore(attribute, instance);
    this.tick(now);
  }

  get isEditing() {
    return this.#editor !== null;
  }

  /** Shows what `make(close)` gives, `{ element, focus, close }`, until it is closed. */
  showEditor(make) {
    this.closeEditor();
    this.#editor = make(() => {
      this.closeEditor();
      this.element.querySelector(".attribute-edit").focus();
    });
    this.element.append(el("dd", { className: "attribute-editing" }, this.#editor.element));
    this.#editor.focus();
  }

  closeEditor() {
    this.#editor?.close();
    this.#editor = null;
    this.element.querySelector(".attribute-editing")?.remove();
  }

  tick(now) {
    setText(this.#age, ageText(this.#time, now));
    const exact = !Number.isFinite(this.#time) ? "" : this.#isObserved ? t`Observed ${exactText(this.#time)}` : t`Written ${exactText(this.#time)}`;
    if (this.#age.title !== exact) this.#age.title = exact;
    if (this.kind === "number") this.#showRecent(now);
  }

  #showValue(value, unit, isFirst) {
    if (value.kind === "relationship") {
      // Links are made again only when they lead elsewhere, so that the focus stays on one.
      const signature = value.objects.join("\n");
      if (this.#value.dataset.objects === signature) return;
      this.#value.dataset.objects = signature;
      this.#value.replaceChildren(...linksTo(value.objects, this.#store));
      return;
    }
    const text = textOf(value, unit);
    if (this.#value.textContent === text) return;
    this.#value.textContent = text;
    if (!isFirst && !prefersReducedMotion()) {
      this.#value.animate([{ backgroundColor: "var(--flash)" }, { backgroundColor: "transparent" }], { duration: 900, easing: "ease-out" });
    }
  }

  /** The chart reaches to this moment, so that a steady value is seen to be steady. */
  #showRecent(now) {
    const recent = this.#store.recent.of(this.#record.index, this.#name);
    if (!recent || recent.values.length < 3) return;
    if (!this.#spark) {
      this.#spark = sparkline();
      this.#spark.range = el("span", { className: "spark-range" });
      this.#spark.box = el("dd", { className: "attribute-spark" }, this.#spark.picture, this.#spark.range);
      this.#more.before(this.#spark.box);
    }
    const { low, high } = this.#spark.draw(recent, now, shortName(this.#name), this.#unit);
    setText(this.#spark.range, low === high ? t`steady` : t`${formatNumber(low)} to ${formatNumber(high)}`);
  }

  /** What else the attribute carries: further instances, attributes of the attribute. */
  #showMore(attribute, instance) {
    const lines = [];
    for (const other of instancesOf(attribute).slice(0, INSTANCE_LIMIT)) {
      if (other !== instance) lines.push([other.datasetId ?? "also", textOf(valueOf(other), unitSymbol(other.unitCode))]);
    }
    for (const name of subAttributeNames(instance)) {
      const sub = mainInstance(instance[name]);
      lines.push([shortName(name), textOf(valueOf(sub), unitSymbol(sub.unitCode))]);
    }
    const signature = JSON.stringify(lines);
    if (this.#more.dataset.lines === signature) return;
    this.#more.dataset.lines = signature;
    this.#more.replaceChildren(...lines.map(([name, text]) => el("span", { className: "sub" }, el("span", {}, shortName(name)), ` ${text}`)));
    this.#more.hidden = lines.length === 0;
  }
}

/** When the value was true: observed, else written. */
function timeOf(instance) {
  const observed = parseTime(instance.observedAt);
  if (Number.isFinite(observed)) return observed;
  const modified = parseTime(instance.modifiedAt);
  return Number.isFinite(modified) ? modified : parseTime(instance.createdAt);
}

function textOf(value, unit) {
  switch (value.kind) {
    case "number": return withUnit(formatNumber(value.value), unit);
    case "time": return dateText(Date.parse(value.value));
    case "language": return cut(textInLanguage(value.map));
    case "geometry": return geometryText(value.geometry);
    case "relationship": return value.objects.map(String).join(", ");
    case "json": return cut(JSON.stringify(value.value, null, 1) ?? "");
    default: return cut(withUnit(String(value.value), unit));
  }
}

const cut = (text) => (text.length > TEXT_LIMIT ? `${text.slice(0, TEXT_LIMIT)}...` : text);

const shapes = { MultiPoint: t`Points`, LineString: t`Line`, MultiLineString: t`Lines`, Polygon: t`Area`, MultiPolygon: t`Areas` };

function geometryText(geometry) {
  if (geometry.type === "Point") {
    const [longitude, latitude] = geometry.coordinates;
    return `${Number(longitude).toFixed(5)}, ${Number(latitude).toFixed(5)}`;
  }
  let count = 0;
  for (const position of positionsOf(geometry)) if (position) count += 1;
  const shape = Object.hasOwn(shapes, geometry.type) ? shapes[geometry.type] : geometry.type;
  return t`${shape}, ${formatCount(count)} positions`;
}

function linksTo(objects, store) {
  const links = objects.slice(0, OBJECT_LIMIT).map((object) => {
    const id = String(object);
    const target = store.records.get(id);
    return el("a", { href: `#/entity/${encodeURIComponent(id)}`, title: id, className: "relation" }, icon("link"), target?.hasName ? target.name : id);
  });
  if (objects.length > OBJECT_LIMIT) links.push(el("span", {}, t`and ${formatCount(objects.length - OBJECT_LIMIT)} more`));
  return links;
}
