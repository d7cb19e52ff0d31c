// A chart of values over time on a canvas: lines, bands, several series, two axes; for mouse, finger, keyboard and ear.
// Knows nothing of entities or the broker: whoever uses it hands over numbers and hears which window is wanted.
//
// What a series is, chartseries.js says; its colour is the name of a CSS variable.

import { el, setText } from "./dom.js";
import { ChartGestures } from "./chartgestures.js";
import { axisNumber, momentText, numberScale, timeTicks } from "./chartscale.js";
import { firstAfter, isMissingBefore, nearest, rangeText, swatch, valueText } from "./chartseries.js";
import { t } from "./language.js";

const TOP = 14;
const BOTTOM = 28;
const SIDE = 12;
const NARROWEST = 10; // milliseconds that a window has at the least
const FURTHEST = 8.64e15 / 2;

export class TimeChart {
  element;
  /** Called when the reader zoomed or moved: `(from, to)` in milliseconds. */
  onWindow = () => {};
  /** Called when the reader wants the window before. */
  onBack = () => {};
  from = 0;
  to = 1;
  #canvas = el("canvas", { tabIndex: 0, className: "chart-canvas", role: "img" });
  #tip = el("div", { className: "chart-tip", hidden: true, "aria-hidden": "true" });
  #said = el("p", { className: "offscreen", role: "status" });
  #series = [];
  #marks = [];
  #plot = { left: 40, right: 300, top: TOP, bottom: 200 };
  #scales = new Map();
  #cross = null;
  #selection = null;
  #frame = 0;
  #watch;
  #label;

  constructor(label) {
    this.#label = label;
    this.element = el("div", { className: "chart" }, this.#canvas, this.#tip, this.#said);
    this.#canvas.setAttribute("aria-label", label);
    this.#canvas.setAttribute("aria-keyshortcuts", "ArrowLeft ArrowRight Shift+ArrowLeft Shift+ArrowRight + - Backspace");
    new ChartGestures(this.#canvas, {
      plot: () => this.#plot, timeAt: (x) => this.#timeAt(x), window: () => [this.from, this.to],
      show: (from, to) => this.#want(from, to), back: () => this.onBack(),
      point: (x) => this.#point(x === null ? null : this.#timeAt(x), false),
      select: (from, to) => { this.#selection = from === null ? null : [from, to]; this.redraw(); },
      step: (by) => this.#step(by),
    });
    this.#watch = new ResizeObserver(() => this.redraw());
    this.#watch.observe(this.#canvas);
  }

  setSeries(series) {
    this.#series = series;
    this.redraw();
  }

  /** Moments of note, `[{ at, label }]`: each is a line with a word. */
  setMarks(marks) {
    this.#marks = marks;
    this.redraw();
  }

  setWindow(from, to) {
    [this.from, this.to] = [from, to];
    this.redraw();
  }

  /** Draws with the next frame; also for a changed theme. */
  redraw() {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.element.isConnected) this.#draw();
    });
  }

  #want(from, to) {
    const span = Math.min(Math.max(to - from, NARROWEST), FURTHEST);
    const middle = Math.min(Math.max((from + to) / 2, -FURTHEST / 2), FURTHEST / 2);
    this.setWindow(middle - span / 2, middle + span / 2);
    this.onWindow(this.from, this.to);
  }

  #timeAt(x) {
    const { left, right } = this.#plot;
    return this.from + ((x - left) / Math.max(1, right - left)) * (this.to - this.from);
  }

  #x(time) {
    const { left, right } = this.#plot;
    return left + ((time - this.from) / (this.to - this.from)) * (right - left);
  }

  // --- Drawing -----------------------------------------------------------------------------------------------------

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    if (width === 0 || height === 0) return;
    const ratio = Math.min(devicePixelRatio || 1, 3);
    if (this.#canvas.width !== Math.round(width * ratio) || this.#canvas.height !== Math.round(height * ratio)) {
      this.#canvas.width = Math.round(width * ratio);
      this.#canvas.height = Math.round(height * ratio);
    }
    const context = this.#canvas.getContext("2d");
    const style = getComputedStyle(this.#canvas);
    const colours = Object.fromEntries(["ink", "muted", "line", "accent"].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = `12px ${style.fontFamily}`;
    const shown = this.#series.filter((one) => !one.isHidden);
    this.#setScales(shown, height);
    this.#setPlot(context, width, height);
    this.#drawAxes(context, colours);
    context.save();
    context.beginPath();
    const { left, right, top, bottom } = this.#plot;
    context.rect(left, top - 4, right - left, bottom - top + 8);
    context.clip();
    for (const one of shown) this.#drawBands(context, one, style);
    for (const one of shown) this.#drawLine(context, one, style);
    this.#drawMarks(context, colours);
    this.#drawSelection(context, colours);
    context.restore();
    this.#drawCross(context, shown, colours, style);
    this.#describe(shown);
  }

  #setScales(shown, height) {
    this.#scales.clear();
    const most = Math.max(2, Math.floor((height - TOP - BOTTOM) / 52));
    for (const unit of new Set(this.#series.map((one) => one.unit))) {
      let [low, high] = [Infinity, -Infinity];
      for (const one of shown) {
        if (one.unit !== unit) continue;
        const [first, last] = this.#range(one);
        const rows = [one.values, ...(one.bands ?? []).flatMap(({ lows, highs }) => [lows, highs])];
        for (const row of rows) {
          for (let at = first; at < last; at += 1) {
            if (row[at] < low) low = row[at];
            if (row[at] > high) high = row[at];
          }
        }
      }
      this.#scales.set(unit, { ...numberScale(low, high, most), isEmpty: low > high });
    }
  }

  /** The units that have an axis, of those on show: at most two. */
  #axes() {
    return [...this.#scales].filter(([, scale]) => !scale.isEmpty).slice(0, 2);
  }

  #setPlot(context, width, height) {
    const room = ([unit, scale]) => Math.max(...scale.ticks.map((tick) => context.measureText(axisNumber(tick)).width), 0)
      + 14 + (unit ? Math.min(4, unit.length) : 0);
    const [first, second] = this.#axes();
    this.#plot = {
      left: first ? Math.max(34, room(first)) : SIDE, right: width - (second ? Math.max(34, room(second)) : SIDE),
      top: TOP + 8, bottom: height - BOTTOM,
    };
  }

  #y(unit, value) {
    const { top, bottom } = this.#plot;
    return bottom - this.#scales.get(unit).part(value) * (bottom - top);
  }

  #drawAxes(context, colours) {
    const { left, right, top, bottom } = this.#plot;
    context.lineWidth = 1;
    context.textBaseline = "middle";
    this.#axes().forEach(([unit, scale], side) => {
      context.textAlign = side === 0 ? "right" : "left";
      const edge = side === 0 ? left - 7 : right + 7;
      for (const tick of scale.ticks) {
        const y = Math.round(this.#y(unit, tick)) + 0.5;
        if (side === 0) {
          context.strokeStyle = colours.line;
          line(context, left, y, right, y);
        }
        context.fillStyle = colours.muted;
        context.fillText(axisNumber(tick), edge, y);
      }
      context.fillStyle = colours.ink;
      context.textAlign = side === 0 ? "left" : "right";
      context.fillText(unit.slice(0, 14), side === 0 ? 4 : this.#canvas.clientWidth - 4, 7);
    });
    context.textBaseline = "alphabetic";
    context.textAlign = "center";
    const most = Math.max(2, Math.floor((right - left) / 84));
    for (const { at, label, isStrong } of timeTicks(this.from, this.to, most)) {
      const x = Math.round(this.#x(at)) + 0.5;
      context.strokeStyle = colours.line;
      line(context, x, top, x, bottom + 4);
      const half = context.measureText(label).width / 2;
      if (x - half < 0 || x + half > this.#canvas.clientWidth) continue;
      context.fillStyle = isStrong ? colours.ink : colours.muted;
      context.fillText(label, x, bottom + 19);
    }
    context.strokeStyle = colours.muted;
    line(context, left, bottom + 0.5, right, bottom + 0.5);
  }

  /** The indexes of the values in the window, with one more at each side for the line to come from and go to. */
  #range({ times }) {
    return [Math.max(0, firstAfter(times, this.from) - 1), Math.min(times.length, firstAfter(times, this.to) + 1)];
  }

  /** Runs of values without a gap between them: `[first, last)`. */
  * #runs(series, row) {
    const [first, last] = this.#range(series);
    let start = -1;
    for (let at = first; at < last; at += 1) {
      const isMissing = Number.isNaN(row[at]);
      const isGap = start >= 0 && at > start && isMissingBefore(series, at);
      if (start >= 0 && (isMissing || isGap)) {
        yield [start, at];
        start = -1;
      }
      if (!isMissing && start < 0) start = at;
    }
    if (start >= 0) yield [start, last];
  }

  #drawBands(context, series, style) {
    context.fillStyle = colourOf(series, style);
    for (const { lows, highs } of series.bands ?? []) {
      for (const [first, last] of this.#runs(series, lows)) {
        context.beginPath();
        const points = (row, from, to, step) => {
          for (let at = from; at !== to; at += step) context.lineTo(this.#x(series.times[at]), this.#y(series.unit, row[at]));
        };
        points(highs, first, last, 1);
        points(lows, last - 1, first - 1, -1);
        context.globalAlpha = 0.18;
        context.fill();
      }
    }
    context.globalAlpha = 1;
  }

  #drawLine(context, series, style) {
    context.strokeStyle = context.fillStyle = colourOf(series, style);
    context.lineWidth = 1.8;
    context.lineJoin = "round";
    context.setLineDash(series.isDashed ? [5, 4] : []);
    const { times, values, unit } = series;
    for (const [first, last] of this.#runs(series, values)) {
      const [firstX, firstY] = [this.#x(times[first]), this.#y(unit, values[first])];
      if (last - first === 1) {
        dot(context, firstX, firstY, 2);
        continue;
      }
      context.beginPath();
      context.moveTo(firstX, firstY);
      for (let at = first + 1; at < last; at += 1) {
        const x = this.#x(times[at]);
        if (series.isStepped) context.lineTo(x, this.#y(unit, values[at - 1]));
        context.lineTo(x, this.#y(unit, values[at]));
      }
      context.stroke();
    }
    context.setLineDash([]);
  }

  #drawMarks(context, colours) {
    const { left, right, top, bottom } = this.#plot;
    context.strokeStyle = context.fillStyle = colours.muted;
    context.lineWidth = 1;
    for (const { at, label } of this.#marks) {
      const x = Math.round(this.#x(at)) + 0.5;
      if (x < left || x > right) continue;
      const isAtEnd = x + 8 + context.measureText(label).width > right;
      context.textAlign = isAtEnd ? "right" : "left";
      line(context, x, top, x, bottom);
      context.fillText(label, x + (isAtEnd ? -5 : 5), top + 10);
    }
  }

  #drawSelection(context, colours) {
    if (!this.#selection) return;
    const [from, to] = this.#selection.map((time) => this.#x(time));
    context.fillStyle = colours.accent;
    context.globalAlpha = 0.15;
    context.fillRect(Math.min(from, to), this.#plot.top, Math.abs(to - from), this.#plot.bottom - this.#plot.top);
    context.globalAlpha = 1;
  }

  // --- The crosshair -----------------------------------------------------------------------------------------------

  #drawCross(context, shown, colours, style) {
    const points = this.#cross === null ? [] : this.#pointsAt(shown, this.#cross);
    this.#tip.hidden = points.length === 0;
    if (points.length === 0) return;
    const time = points[0].time;
    const x = Math.round(this.#x(time)) + 0.5;
    context.strokeStyle = colours.muted;
    context.setLineDash([3, 3]);
    line(context, x, this.#plot.top, x, this.#plot.bottom);
    context.setLineDash([]);
    for (const { series, at } of points) {
      context.fillStyle = colourOf(series, style);
      dot(context, this.#x(series.times[at]), this.#y(series.unit, series.values[at]), 3.5);
    }
    this.#tip.replaceChildren(el("b", {}, momentText(time, this.to - this.from)), ...points.map(({ series, at }) =>
      el("span", { className: "chart-tip-row" }, swatch(series), el("span", { className: "chart-tip-name" }, series.name), el("span", {}, valueText(series, at)))));
    const width = this.#tip.offsetWidth;
    const isRight = x + 14 + width < this.#canvas.clientWidth;
    this.#tip.style.transform = `translate(${Math.max(0, isRight ? x + 14 : x - 14 - width)}px, ${this.#plot.top + 4}px)`;
  }

  /** For each series its value nearest to a time, if there is one near enough; the nearest of all first. */
  #pointsAt(shown, time) {
    const reach = ((this.to - this.from) / Math.max(1, this.#plot.right - this.#plot.left)) * 28;
    const points = [];
    for (const series of shown) {
      const at = nearest(series, time);
      if (at < 0) continue;
      const distance = Math.abs(series.times[at] - time);
      const isInWindow = series.times[at] >= this.from && series.times[at] <= this.to;
      if (isInWindow && distance <= Math.max(reach, Math.min(series.gap, (this.to - this.from) / 4) / 2)) points.push({ series, at, distance, time: series.times[at] });
    }
    const best = points.reduce((one, other) => (other.distance < one.distance ? other : one), points[0]);
    return points.length === 0 ? [] : [best, ...points.filter((one) => one !== best)];
  }

  #point(time, isSaid) {
    this.#cross = time;
    this.redraw();
    if (!isSaid || time === null) return;
    const points = this.#pointsAt(this.#series.filter((one) => !one.isHidden), time);
    if (points.length > 0) {
      setText(this.#said, t`${momentText(points[0].time, this.to - this.from)}: ${points.map(({ series, at }) => `${series.name} ${valueText(series, at)}`).join(", ")}`);
    }
  }

  /** The next value of any series, by key. */
  #step(by) {
    const shown = this.#series.filter((one) => !one.isHidden);
    const from = this.#cross ?? (by > 0 ? this.from - 1 : this.to + 1);
    const points = this.#cross === null ? [] : this.#pointsAt(shown, from);
    const start = points[0]?.time ?? from;
    let next = null;
    for (const { times } of shown) {
      const at = by > 0 ? firstAfter(times, start) : firstAfter(times, start - 0.001) - 1;
      const time = times[at];
      if (time === undefined || time < this.from || time > this.to) continue;
      if (next === null || Math.abs(time - start) < Math.abs(next - start)) next = time;
    }
    if (next !== null) this.#point(next, true);
  }

  /** What the picture shows, for those who hear the page. */
  #describe(shown) {
    const span = this.to - this.from;
    const parts = shown.map((series) => t`${series.name}: ${rangeText(series, ...this.#range(series))}`);
    const text = t`${this.#label}, ${momentText(this.from, span)} to ${momentText(this.to, span)}. ${parts.join(t`; `)}. Arrows read values.`;
    if (this.#canvas.getAttribute("aria-label") !== text) this.#canvas.setAttribute("aria-label", text);
  }
}

const colourOf = (series, style) => style.getPropertyValue(series.colour).trim() || "#777";

function line(context, x1, y1, x2, y2) {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

function dot(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}
