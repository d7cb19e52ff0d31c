// An area in a form: a circle, or corners set one by one, on the map or by numbers. Its value is a GeoJSON Polygon.

import { areaPicker, polygonOf } from "./areapicker.js";
import { el, setText } from "./dom.js";
import { choice, field, textInput } from "./formparts.js";
import { t } from "./language.js";

const CORNERS_MAX = 500;
const isPlace = ([longitude, latitude]) => Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90;

/** The corners of lines such as `7.75, 48.58`; `null` where a line is none. */
export function cornersOf(text) {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  const corners = lines.map((line) => line.split(/[,;\s]+/).filter(Boolean).map(Number));
  return corners.every((one) => one.length === 2 && one.every(Number.isFinite) && isPlace(one)) ? corners : null;
}

/** A ring of corners as a Polygon, closed; `null` with fewer than three. */
export function polygonOfCorners(corners) {
  return corners && corners.length >= 3 && corners.length <= CORNERS_MAX ? { type: "Polygon", coordinates: [[...corners, corners[0]]] } : null;
}

const isSimple = (geometry) => geometry?.type === "Polygon" && Array.isArray(geometry.coordinates) && geometry.coordinates.length === 1 && Array.isArray(geometry.coordinates[0]);

export class AreaField {
  element;
  /** Called when the area changed. */
  onChange = () => {};
  #given;
  #map;
  #store;
  #mapBox;
  #picker = null;
  #check;
  #kind;
  #circle;
  #corners;
  #error = el("p", { className: "field-error", role: "alert", hidden: true });
  #parts;
  #isKept;

  /**
   * @param geometry what the area was; `null` for none
   * @param options `map` as `Pages.mapParts` gives it, or `null`; `isRequired`: whether there is always an area
   */
  constructor(label, geometry, { map, store, isRequired = false }) {
    this.#given = geometry;
    this.#map = map;
    this.#store = store;
    // An area with holes, or of several parts, is more than this form can draw: it stays until it is drawn anew.
    this.#isKept = Boolean(geometry) && !isSimple(geometry);
    this.#mapBox = el("div", { className: "area-map", role: "group", "aria-label": t`Area on the map` });
    const number = (name, value = "") => field(name, textInput({ inputMode: "decimal", value }));
    this.#circle = { latitude: number(t`Latitude`), longitude: number(t`Longitude`), metres: number(t`Radius in metres`, "500") };
    this.#kind = choice(t`Shape`, [["circle", t`A circle`], ["corners", t`Corners`]], geometry ? "corners" : "circle");
    const rows = isSimple(geometry) ? geometry.coordinates[0].slice(0, -1).filter(Array.isArray).map(([longitude, latitude]) => `${longitude}, ${latitude}`).join("\n") : "";
    this.#corners = field(t`Corners`, el("textarea", { rows: 4, value: rows, spellcheck: false }), t`Longitude, latitude; one corner a line, three at least.`);
    this.#check = el("input", { type: "checkbox", checked: isRequired || Boolean(geometry), "aria-label": label });
    const kept = el("p", { className: "hint" }, t`The area is one that this form cannot draw; it stays as it is until you draw another.`);
    kept.hidden = !this.#isKept;
    const back = el("button", { type: "button", className: "text-button", onclick: () => this.#takeBack() }, t`Remove the last corner`);
    const hint = el("p", { className: "hint" });
    this.#parts = {
      box: el("div", { className: "area" }, kept, this.#kind.element, hint, map ? this.#mapBox : null,
        el("div", { className: "field-row" }, this.#circle.latitude.element, this.#circle.longitude.element, this.#circle.metres.element),
        el("div", { className: "area-corners" }, this.#corners.element, back), this.#error),
      hint,
    };
    this.element = el("div", { className: "field" }, isRequired ? el("p", { className: "label" }, label) : el("label", { className: "radio" }, this.#check, label), this.#parts.box);
    this.#kind.onChange = () => this.#changed();
    this.element.addEventListener("input", () => this.#changed());
    this.#check.addEventListener("change", () => this.#changed());
    // A map needs its place in the page before it can draw.
    requestAnimationFrame(() => this.#show());
  }

  get isWanted() {
    return this.#check.checked;
  }

  /** The area, or `null` where there is none. */
  value() {
    if (!this.isWanted) return null;
    return this.#drawn() ?? (this.#isKept ? this.#given : null);
  }

  /** Says what is missing; whether there is nothing. */
  check() {
    const isFault = this.isWanted && this.value() === null;
    const text = this.#kind.value === "circle" ? t`Click on the map, or write latitude, longitude and a radius above 0.` : t`Three corners at least, each as longitude, latitude.`;
    setText(this.#error, isFault ? text : "");
    this.#error.hidden = !isFault;
    return isFault ? [this.#kind.value === "circle" ? this.#circle.latitude.input : this.#corners.input] : [];
  }

  close() {
    this.#picker?.close();
    this.#picker = null;
  }

  #drawn() {
    if (this.#kind.value === "corners") return polygonOfCorners(cornersOf(this.#corners.input.value));
    const [latitude, longitude, metres] = ["latitude", "longitude", "metres"].map((name) => {
      const text = this.#circle[name].input.value.trim();
      return text === "" ? NaN : Number(text);
    });
    return isPlace([longitude, latitude]) && metres > 0 && metres <= 1e6 ? polygonOf({ latitude, longitude, metres }) : null;
  }

  #takeBack() {
    const { input } = this.#corners;
    input.value = input.value.trimEnd().split("\n").slice(0, -1).join("\n");
    this.#changed();
  }

  #pick([longitude, latitude]) {
    const [east, north] = [longitude.toFixed(5), latitude.toFixed(5)];
    if (this.#kind.value === "circle") {
      this.#circle.longitude.input.value = east;
      this.#circle.latitude.input.value = north;
    } else {
      const { input } = this.#corners;
      input.value = `${input.value.trimEnd()}\n${east}, ${north}`.trimStart();
    }
    this.#changed();
  }

  #changed() {
    this.#show();
    if (!this.#error.hidden) this.check();
    this.onChange();
  }

  #show() {
    const { box, hint } = this.#parts;
    const isCircle = this.#kind.value === "circle";
    box.hidden = !this.isWanted;
    box.querySelector(".field-row").hidden = !isCircle;
    box.querySelector(".area-corners").hidden = isCircle;
    setText(hint, this.#map ? (isCircle ? t`Click on the map to set the middle, or write it down.` : t`Click on the map, corner by corner, or write them down.`) : "");
    if (this.isWanted && this.#map && !this.#picker && box.isConnected) {
      const title = t`Map on which a click sets the middle, or the next corner, of the area. The fields below do the same.`;
      this.#picker = areaPicker({ ...this.#map, store: this.#store, box: this.#mapBox, title, onPick: (at) => this.#pick(at) });
    }
    this.#picker?.showShape(this.value() ?? (this.isWanted ? this.#begun() : null));
  }

  /** What of the corners is there before they make an area. */
  #begun() {
    const corners = this.#kind.value === "corners" ? cornersOf(this.#corners.input.value) ?? [] : [];
    if (corners.length === 0) return null;
    return corners.length === 1 ? { type: "Point", coordinates: corners[0] } : { type: "LineString", coordinates: corners };
  }
}
