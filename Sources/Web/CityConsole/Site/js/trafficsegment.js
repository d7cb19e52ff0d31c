// One segment: how the traffic is there now, what was measured, and what is expected on its detectors.

import { colourMark } from "./colourmark.js";
import { el, setText } from "./dom.js";
import { ForecastFan } from "./forecastfan.js";
import { t } from "./language.js";
import { PanelHead } from "./panelhead.js";
import { RangeChart } from "./rangechart.js";
import { ageText, dateText, presentTime } from "./time.js";
import { isOld } from "./trafficmodel.js";
import { durationText } from "./trafficwords.js";
import { formatNumber, withUnit } from "./units.js";

const HOUR = 3_600_000;
const quantities = {
  averageVehicleSpeed: { title: t`Speed`, unit: "km/h", colour: "--series-1" },
  intensity: { title: t`Intensity`, unit: "vehicles/h", colour: "--series-2" },
  occupancy: { title: t`Occupancy`, unit: "%", colour: "--series-3" },
};
const titleOf = (quantity) => (Object.hasOwn(quantities, quantity) ? quantities[quantity].title : String(quantity).slice(0, 40));

export class TrafficSegment {
  onClose = () => {};
  /** Called when the reader chose something that the address keeps. */
  onChange = () => {};
  element;
  #head;
  #now = el("section", { className: "view-card card view-now", "aria-labelledby": "traffic-now-title" });
  #chart = new RangeChart({ id: "traffic-chart-title", title: t`Measured`, offered: ["2h", "24h", "7d", "30d"], drawn: drawnSeries });
  #forecast = new ForecastFan({ id: "traffic-forecast-title", chooser: t`Detector and quantity of the forecast`, ahead: t`Minutes ahead`, before: 2 * HOUR, after: HOUR / 12 });
  #segment = null;
  #shown = "";

  constructor() {
    this.#head = new PanelHead("traffic-segment-title", t`Details of this segment`, t`Close the segment`, () => this.onClose());
    for (const part of [this.#chart, this.#forecast]) part.onChange = () => this.onChange();
    this.element = el("section", { className: "view-panel", "aria-labelledby": this.#head.titleId, hidden: true }, this.#head.element,
      el("div", { className: "view-cards" }, this.#now, this.#chart.element, this.#forecast.element));
  }

  get isOpen() {
    return !this.element.hidden;
  }

  get choice() {
    return { range: this.#chart.range, forecast: this.#forecast.chosen };
  }

  /** @param choice what the address asks for: `{ range, forecast }` */
  show(segment, model, choice, theme) {
    this.#segment = segment;
    this.element.hidden = false;
    this.#head.show(model.nameOfSegment(segment), segment.id);
    this.#showNow(theme);
    this.tick();
    const definitions = Object.entries(segment.attributes).map(([key, attribute]) => ({ key, id: segment.id, attribute, unit: quantities[key].unit, colour: quantities[key].colour }));
    this.#chart.show({ id: segment.id, definitions, range: choice.range ?? this.#chart.range, end: Math.max(presentTime(), segment.at || 0) });
    this.#forecast.show(segment.id, fansOf(segment, model), choice.forecast ?? this.#forecast.chosen ?? undefined);
  }

  focus() {
    this.#head.focus(this.element);
  }

  close() {
    this.element.hidden = true;
    this.#segment = null;
    this.#shown = "";
    this.#chart.close();
    this.#forecast.close();
  }

  redraw() {
    this.#chart.redraw();
    this.#forecast.redraw();
  }

  tick() {
    if (!this.#segment) return;
    const { at } = this.#segment;
    this.#head.say(!Number.isFinite(at) ? "" : isOld(at, presentTime()) ? t`Measured ${ageText(at)}; nothing newer has come` : t`Measured ${ageText(at)}`);
  }

  #showNow(theme) {
    const one = this.#segment;
    const text = JSON.stringify([theme, { ...one, coordinates: 0 }]);
    if (text === this.#shown) return;
    this.#shown = text;
    const { level, speed, freeFlow, completeness } = one;
    const mark = colourMark(level?.[theme], level?.letter ?? "–");
    mark.classList.add("view-big");
    const share = Number.isFinite(speed) && freeFlow > 0 ? t`${Math.round((speed / freeFlow) * 100)} % of free flow` : "";
    const rows = [
      [t`Speed`, number(speed, "km/h"), share], [t`Free flow`, number(freeFlow, "km/h"), ""], [t`Travel time`, durationText(one.travelTime), one.delay >= 0.5 ? t`${durationText(one.delay)} of it lost` : ""],
      [t`Intensity`, number(one.intensity, one.intensityUnit), ""], [t`Occupancy`, Number.isFinite(one.occupancy) ? `${formatNumber(Math.round(one.occupancy * 1000) / 10)} %` : "–", t`of the time a vehicle is over the loop`],
    ].filter(([, value]) => value !== "–");
    this.#now.replaceChildren(...[
      el("h4", { id: "traffic-now-title" }, t`Now`),
      el("div", { className: "view-head" }, mark, el("div", {}, el("p", { className: "view-category" }, level?.name ?? t`Not known`), el("p", { className: "hint" }, level ? t`Level of service ${level.letter}` : t`No level of service`),
        one.isCongested ? el("p", {}, el("span", { className: "pill", "data-tone": "bad" }, t`Congested`)) : null)),
      el("table", { className: "view-table" }, el("tbody", {}, ...rows.map(([name, value, more]) => el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, value), el("td", { className: "hint" }, more))))),
      completeness < 1 ? el("p", { className: "hint" }, t`${Math.round(completeness * 100)} % of the usual values have come.`) : null,
    ].filter(Boolean));
  }
}

const number = (value, unit) => (Number.isFinite(value) ? withUnit(formatNumber(Math.round(value)), unit) : "–");

/** A part of one, as occupancy is, reads better as percent. */
function drawnSeries({ key, data, ...series }) {
  const { title, unit } = quantities[key];
  const scale = (row) => (key === "occupancy" ? row.map((value) => value * 100) : row);
  return {
    ...series, name: title, unit, isStepped: false, times: data?.times ?? [], values: scale(data?.values ?? []), ends: data?.ends, gap: data?.gap ?? Infinity,
    bands: data?.bands?.map(({ lows, highs }) => ({ lows: scale(lows), highs: scale(highs) })),
  };
}

/** The forecasts of a segment's detectors, as a fan takes them. */
function fansOf(segment, model) {
  const all = model.forecastsOf(segment);
  const several = new Set(all.map(({ ref }) => ref)).size > 1;
  return all.sort((a, b) => a.quantity.localeCompare(b.quantity) || String(a.ref).localeCompare(String(b.ref))).map((forecast) => {
    const observed = model.observed.get(forecast.ref);
    const attribute = observed?.attributes[forecast.quantity];
    return {
      ...forecast, key: forecast.id, label: `${titleOf(forecast.quantity)}${several ? `, ${observed?.name ?? forecast.ref.split(":").at(-1)}` : ""}`,
      measured: attribute ? { id: forecast.ref, attribute, unit: forecast.unit } : null,
      note: t`Issued ${dateText(forecast.issued)}, for the detector ${observed?.name ?? forecast.ref}.`,
    };
  });
}
