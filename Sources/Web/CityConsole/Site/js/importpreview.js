// What would be made: the first entities as a table and on a map, and what would be left out.

import { el } from "./dom.js";
import { attributeNames, mainInstance, shortName, valueOf } from "./entity.js";
import { entitiesText, rowsText } from "./importwords.js";
import { t, tn } from "./language.js";
import { collection, PageMap } from "./pagemap.js";
import { currentTheme } from "./theme.js";
import { formatCount, formatNumber, unitSymbol, withUnit } from "./units.js";

const COLUMNS_MAX = 12;
const cut = (text, most = 60) => (text.length > most ? `${text.slice(0, most)}…` : text);

/** A value in a few words. */
export function shortValue(attribute) {
  if (attribute === undefined || attribute === null) return "–";
  const instance = mainInstance(attribute);
  const value = valueOf(instance);
  if (value.kind === "number") return withUnit(formatNumber(value.value), unitSymbol(instance.unitCode));
  if (value.kind === "geometry") {
    const { type, coordinates } = value.geometry;
    return type === "Point" ? [coordinates[1], coordinates[0]].map((one) => (typeof one === "number" ? Number(one.toFixed(6)) : one)).join(", ") : type;
  }
  const plain = instance.object ?? instance.value?.["@value"] ?? instance.value ?? instance.json ?? instance.languageMap ?? instance.vocab;
  return cut(typeof plain === "string" ? plain : JSON.stringify(plain) ?? "–");
}

/** A table that scrolls within itself. */
export function table(name, heads, lines) {
  return el("div", { className: "import-table", tabIndex: 0, role: "region", "aria-label": name },
    el("table", {}, el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", {}, ...lines.map((cells) => el("tr", {}, ...cells.map((cell) => el("td", {}, cell)))))));
}

/** Reasons with the places where they hold. */
export function failureTable(failures) {
  return table(t`What is left out`, [t`How many`, t`Why`, t`Where`, t`Such as`], failures.slice(0, 200).map(({ count, reason, lines, example, unit }) => [
    formatCount(count), reason, lines.length > 0 ? t`line ${lines.slice(0, 5).join(", ")}${count > lines.length ? " …" : ""}` : unit === "entity" ? t`refused` : "–", cut(example, 80) || "–"]));
}

const paintOf = (theme) => (theme === "dark" ? "#5cc2e8" : "#0b6383");
const layersOf = (theme) => [
  { id: "import-areas", type: "fill", source: "import-preview", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": paintOf(theme), "fill-opacity": 0.35 } },
  { id: "import-lines", type: "line", source: "import-preview", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": paintOf(theme), "line-width": 3 } },
  { id: "import-points", type: "circle", source: "import-preview", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": paintOf(theme), "circle-radius": 6, "circle-stroke-width": 2, "circle-stroke-color": theme === "dark" ? "#10181f" : "#ffffff" } },
];

export class ImportPreview {
  element = el("section", { className: "import-preview", "aria-labelledby": "import-preview-title" });
  #map = null;

  constructor(store, map) {
    this.store = store;
    this.map = map;
  }

  show({ entities, rows, isWhole, failedRows, failedValues, failures }) {
    this.close();
    const names = [...new Set(entities.flatMap(attributeNames))];
    const shown = names.slice(0, COLUMNS_MAX);
    const words = [isWhole ? t`All ${rowsText(rows)} were tried.` : t`The first ${rowsText(rows)} were tried.`];
    words.push(failures.length === 0 ? t`Nothing would be left out.` : t`${rowsText(failedRows)} and ${tn(failedValues, "{0} single cell", "{0} single cells")} would be left out.`);
    this.element.replaceChildren(el("h3", { id: "import-preview-title", tabIndex: -1 }, t`What would be made`), el("p", {}, words.join(" ")));
    if (failures.length > 0) this.element.append(failureTable(failures));
    if (entities.length === 0) return;
    const made = table(t`The first entities`, ["id", t`Type`, ...shown.map(shortName)], entities.map((entity) => [
      cut(entity.id, 80), shortName([entity.type].flat()[0]), ...shown.map((name) => shortValue(entity[name]))]));
    made.classList.add("is-made");
    this.element.append(made);
    this.element.append(el("p", { className: "hint" }, t`The first ${entitiesText(entities.length)}${names.length > shown.length ? t`; ${formatCount(names.length - shown.length)} more attributes are not shown` : ""}.`));
    this.#draw(entities);
  }

  focus() {
    this.element.querySelector("h3")?.focus({ preventScroll: true });
    this.element.scrollIntoView({ block: "start" });
  }

  #draw(entities) {
    const features = entities.flatMap((entity) => attributeNames(entity).map((name) => [name, valueOf(mainInstance(entity[name]))]).filter(([, value]) => value.kind === "geometry")
      .map(([, value]) => ({ type: "Feature", geometry: value.geometry, properties: { id: entity.id, name: cut(mainInstance(entity.name)?.value?.toString() ?? entity.id), text: shortName([entity.type].flat()[0]) } })));
    if (!this.map || features.length === 0) return;
    const box = el("div", { className: "import-map" });
    this.element.append(box);
    this.#map = new PageMap(this.map, this.store, box, {
      title: t`Map of the first entities`, fitName: t`Show all of them`, sources: { "import-preview": {} }, layersOf, clickable: ["import-points", "import-lines", "import-areas"],
      draw: () => this.#map?.setData("import-preview", collection(features)), boxesOf: () => features.map(boxOf), maxZoom: 15,
      tipOf: ({ properties: { name, text } }) => [name, text], open: () => {},
    });
    this.#map.fit();
  }

  redraw() {
    this.#map?.setTheme(currentTheme());
  }

  close() {
    this.#map?.map.remove();
    this.#map = null;
    this.element.replaceChildren();
  }
}

function boxOf({ geometry }) {
  const box = [180, 90, -180, -90];
  const note = (one) => {
    if (typeof one?.[0] !== "number") return one?.forEach?.(note);
    box[0] = Math.min(box[0], one[0]);
    box[1] = Math.min(box[1], one[1]);
    box[2] = Math.max(box[2], one[0]);
    box[3] = Math.max(box[3], one[1]);
  };
  note(geometry.coordinates);
  return box;
}
