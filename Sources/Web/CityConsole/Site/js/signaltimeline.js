// What each signal group showed in the last ten minutes: a row of bands for each, in the order of the groups.
//
// Green is as high as its row, green that gives way half as high, yellow full and short, red a thin line: shape tells as colour does.

import { el, setText } from "./dom.js";
import { locale, t } from "./language.js";
import { loadCourses } from "./temporal.js";
import { exactText, isTravelling, presentTime } from "./time.js";
import { lampNamed, lamps } from "./trafficwords.js";

const MINUTE = 60_000;
const SPAN = 10 * MINUTE;
const ROW = 20;
const LEFT = 42;
const BOTTOM = 22;
/** How far the clock of a street may be ahead, as that of a simulation that runs faster than time; what is later is a fault. */
const AHEAD = 7 * 24 * 60 * MINUTE;
/** Ids in one request, so that its address stays short. */
const IDS_MAX = 40;
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });

export class SignalTimeline {
  element;
  theme = "light";
  #canvas = el("canvas", { className: "signal-timeline", role: "img", "aria-label": t`What the signals showed` });
  #note = el("p", { className: "hint", role: "status" });
  #table = el("tbody", {});
  #id = null;
  #read = "";
  #groups = [];
  #courses = new Map();
  #loading = null;
  #frame = 0;
  #toldAt = 0;

  constructor() {
    const head = el("thead", {}, el("tr", {}, ...[t`Group`, t`Green`, t`Greens`, t`Longest red`].map((text) => el("th", { scope: "col" }, text))));
    this.element = el("section", { className: "view-card card", "aria-labelledby": "signal-timeline-title" }, el("h4", { id: "signal-timeline-title" }, t`The last ten minutes`), this.#canvas,
      el("ul", { className: "signal-key", "aria-label": t`Bands` }, ...Object.entries(lamps).map(([state, { name }]) => el("li", {}, el("span", { className: `signal-band is-${state}`, "aria-hidden": "true" }), name))), this.#note,
      el("details", { className: "history-table" }, el("summary", {}, t`Greens as a table`), el("div", { className: "history-rows", tabIndex: 0, role: "region", "aria-label": t`Greens as a table` }, el("table", {}, head, this.#table))));
    new ResizeObserver(() => this.redraw()).observe(this.#canvas);
  }

  show(id, groups, theme) {
    this.theme = theme;
    this.#groups = groups;
    // Groups may come later than their intersection.
    const read = [id, ...groups.map((group) => group.id)].join(" ");
    if (this.#id !== id) this.#courses.clear();
    this.#id = id;
    this.note(groups);
    if (this.#read !== read) {
      this.#read = read;
      this.#toldAt = 0;
      this.#load();
    }
    this.redraw();
  }

  /** Takes in what groups show now. */
  note(groups) {
    for (const { id, state, since } of groups) {
      const course = this.#courses.get(id) ?? [];
      this.#courses.set(id, course);
      const last = course.at(-1);
      const at = Number.isFinite(since) ? since : presentTime();
      if (state !== "" && (!last || (at > last[1] && last[0] !== state))) course.push([state, at]);
    }
  }

  close() {
    this.#loading?.abort();
    this.#id = null;
    this.#read = "";
  }

  tick() {
    this.redraw();
    if (presentTime() - this.#toldAt > 10_000) this.#tell();
  }

  redraw() {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.element.isConnected && this.#id !== null) this.#draw();
    });
  }

  async #load() {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    const end = this.#end();
    setText(this.#note, t`Reading …`);
    try {
      const groups = [...this.#groups];
      const attribute = groups[0]?.stateAttribute ?? "signalState";
      for (let at = 0; at < groups.length; at += IDS_MAX) {
        const courses = await loadCourses(groups.slice(at, at + IDS_MAX).map(({ id }) => id), attribute, end - SPAN, end + MINUTE, loading.signal);
        if (loading.signal.aborted) return;
        for (const [id, rows] of courses) {
          const newest = rows.at(-1)?.[1] ?? -Infinity;
          this.#courses.set(id, [...rows, ...(this.#courses.get(id) ?? []).filter(([, time]) => time > newest)]);
        }
      }
      setText(this.#note, end > presentTime() + MINUTE ? t`The street's clock is ahead: it is ${exactText(end)} there.` : "");
    } catch (error) {
      if (!loading.signal.aborted) setText(this.#note, t`What was before could not be read: ${error.message}`);
    }
    this.#tell();
    this.redraw();
  }

  /** Where the window ends: now, or the newest of the groups' times where their clock is ahead. */
  #end() {
    const now = presentTime();
    if (isTravelling()) return now;
    return Math.max(now, ...[...this.#courses.values()].map((course) => course.at(-1)?.[1] ?? now).filter((time) => time <= now + AHEAD));
  }

  /** Bands of a group in the window: `[state, from, to]`. */
  #bandsOf(id, from, to) {
    const course = this.#courses.get(id) ?? [];
    // Older than the window but for one: that one says what stood at its beginning.
    const first = Math.max(0, course.findLastIndex(([, time]) => time <= from));
    if (first > 50) course.splice(0, first);
    return course.map(([state, time], at) => [state, Math.max(time, from), Math.min(course[at + 1]?.[1] ?? to, to)]).filter(([, start, end]) => end > start);
  }

  #draw() {
    const { clientWidth: width } = this.#canvas;
    const height = this.#groups.length * ROW + BOTTOM;
    if (width === 0) return;
    const ratio = Math.min(devicePixelRatio || 1, 3);
    this.#canvas.style.height = `${height}px`;
    if (this.#canvas.width !== Math.round(width * ratio) || this.#canvas.height !== Math.round(height * ratio)) {
      this.#canvas.width = Math.round(width * ratio);
      this.#canvas.height = Math.round(height * ratio);
    }
    const context = this.#canvas.getContext("2d");
    const style = getComputedStyle(this.#canvas);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = `12px ${style.fontFamily}`;
    context.textBaseline = "middle";
    const to = this.#end();
    const from = to - SPAN;
    const x = (time) => LEFT + ((time - from) / SPAN) * (width - LEFT - 2);
    context.fillStyle = colour("muted");
    context.textAlign = "center";
    const step = width < 460 ? 4 * MINUTE : 2 * MINUTE;
    for (let time = Math.ceil(from / step) * step; time <= to; time += step) {
      context.fillStyle = colour("line");
      context.fillRect(Math.round(x(time)), 0, 1, height - BOTTOM + 4);
      context.fillStyle = colour("muted");
      if (x(time) > LEFT + 28 && x(time) < width - 30) context.fillText(clock.format(time), x(time), height - BOTTOM / 2 + 1);
    }
    context.textAlign = "right";
    this.#groups.forEach(({ id, number, kind }, at) => {
      const middle = at * ROW + ROW / 2;
      context.fillStyle = colour("ink");
      context.fillText(Number.isFinite(number) ? String(number) : "?", LEFT - 8, middle);
      if (kind === "pedestrian") walker(context, 7, middle, colour("muted"));
      for (const [state, start, end] of this.#bandsOf(id, from, to)) {
        const lamp = lampNamed(state);
        if (!lamp) continue;
        const high = state === "red" ? 3 : state === "permissiveGreen" ? 7 : ROW - 6;
        context.fillStyle = lamp[this.theme];
        context.fillRect(x(start), middle - high / 2, Math.max(1, x(end) - x(start)), high);
      }
    });
  }

  /** The same in numbers, now and then. */
  #tell() {
    const to = this.#end();
    this.#toldAt = presentTime();
    const figures = this.#groups.map((group) => {
      const bands = this.#bandsOf(group.id, to - SPAN, to);
      const known = bands.reduce((sum, [, start, end]) => sum + end - start, 0);
      const isGreen = ([state]) => state === "green" || state === "permissiveGreen";
      const green = bands.filter(isGreen).reduce((sum, [, start, end]) => sum + end - start, 0);
      const red = Math.max(0, ...bands.filter(([state]) => state === "red").map(([, start, end]) => end - start));
      const greens = bands.filter((band, at) => isGreen(band) && !(at > 0 && isGreen(bands[at - 1]))).length;
      return { group, share: known > 0 ? green / known : NaN, greens, red };
    });
    this.#table.replaceChildren(...figures.map(({ group, share, greens, red }) => el("tr", {}, el("th", { scope: "row" }, Number.isFinite(group.number) ? String(group.number) : "?"),
      el("td", {}, Number.isFinite(share) ? `${Math.round(share * 100)} %` : "–"), el("td", {}, String(greens)), el("td", {}, red > 0 ? t`${Math.round(red / 1000)} s` : "–"))));
    const told = figures.filter(({ share }) => Number.isFinite(share)).map(({ group, share }) => t`group ${group.number} green ${Math.round(share * 100)} %`);
    this.#canvas.setAttribute("aria-label", told.length > 0 ? t`What the signals showed in the last ten minutes: ${told.join(", ")}.` : t`Nothing is known of the last ten minutes.`);
  }
}

/** A small figure on foot. */
function walker(context, x, y, colour) {
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  context.arc(x, y - 5, 1.8, 0, 2 * Math.PI);
  context.fill();
  context.beginPath();
  for (const [fromX, fromY, toX, toY] of [[0, -3, 0, 1.5], [0, 1.5, -2.5, 6], [0, 1.5, 2.5, 6], [-3, 0.5, 0, -2], [0, -2, 3, 0.5]]) {
    context.moveTo(x + fromX, y + fromY);
    context.lineTo(x + toX, y + toY);
  }
  context.stroke();
}
