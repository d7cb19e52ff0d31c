// What the traffic page lists: segments, the worst first; intersections, those that fell back first; detectors at fault.

import { el, setText } from "./dom.js";
import { t, tn } from "./language.js";
import { markCurrent, RankedList, setMark } from "./rankedlist.js";
import { phaseText } from "./signaldecision.js";
import { ageText, presentTime } from "./time.js";
import { controlOf, durationText, faultNamed, faults } from "./trafficwords.js";
import { formatCount } from "./units.js";

const RECENT = 240;

export class TrafficList {
  /** Gives the address of a segment or an intersection: `(kind, id)`. */
  addressOf = () => "#/traffic";
  /** Called when another list was chosen. */
  onChoose = () => {};
  /** Which list is on show: `segments`, `junctions` or `detectors`. */
  chosen = "segments";
  element;
  #model;
  #lists;
  #chips;
  #note = el("p", { className: "hint" });
  #view = { theme: "light", selected: null, trends: new Map() };
  #queues = new Map();

  constructor(model) {
    this.#model = model;
    const age = (row) => setText(row.age, Number.isFinite(row.at) ? ageText(row.at, presentTime()) : "");
    const list = (find, findLabel, nouns, searched, draw) => new RankedList({ find, findLabel, nouns, searched, idOf: ({ id }) => id, draw, age });
    this.#lists = {
      segments: list(t`Find a segment`, t`Find a segment by name or id`, (count) => tn(count, "{0} segment", "{0} segments"), (one) => `${model.nameOfSegment(one)}\n${one.id}`, (row, one) => this.#drawSegment(row, one)),
      junctions: list(t`Find an intersection`, t`Find an intersection by name or id`, (count) => tn(count, "{0} intersection", "{0} intersections"), (one) => `${one.name}\n${one.id}`, (row, one) => this.#drawJunction(row, one)),
      detectors: list(t`Find a detector`, t`Find a detector at fault by name or id`, (count) => tn(count, "{0} detector at fault", "{0} detectors at fault"), (one) => `${model.nameOfDetector(one)}\n${one.id}`, (row, one) => this.#drawDetector(row, one)),
    };
    this.#chips = new Map([["segments", t`Segments`], ["junctions", t`Intersections`], ["detectors", t`Detectors at fault`]].map(([name, title]) => {
      const count = el("span", { className: "chip-count" });
      return [name, { count, button: el("button", { type: "button", className: "chip", "aria-pressed": "false", onclick: () => this.choose(name, true) }, title, count) }];
    }));
    this.element = el("div", { className: "traffic-lists" }, el("div", { className: "traffic-tabs", role: "group", "aria-label": t`What is listed` }, ...[...this.#chips.values()].map(({ button }) => button)),
      this.#note, ...Object.values(this.#lists).map(({ element }) => element));
    this.choose("segments", false);
  }

  get search() {
    return this.#lists[this.chosen].search;
  }

  /** The segments, intersections or detectors that the search leaves. */
  get fitting() {
    return this.#lists[this.chosen].fitting;
  }

  clearSearch() {
    this.#lists[this.chosen].clearSearch();
  }

  focusRow(id) {
    this.#lists[this.chosen].focusRow(id);
  }

  choose(name, isByReader) {
    if (!Object.hasOwn(this.#lists, name)) return;
    this.chosen = name;
    for (const [other, { button }] of this.#chips) button.setAttribute("aria-pressed", String(other === name));
    for (const [other, { element }] of Object.entries(this.#lists)) element.hidden = other !== name;
    if (!isByReader) return;
    this.show(this.#view);
    this.onChoose(name);
  }

  /** @param view `{ theme, selected, trends }`: `trends` of segments by id, `{ times, values }` */
  show(view) {
    this.#view = view;
    const { segments, intersections, detectors } = this.#model;
    const faulty = [...detectors.values()].filter(({ status }) => status !== "ok");
    const counts = { segments: segments.size, junctions: intersections.size, detectors: faulty.length };
    for (const [name, { count, button }] of this.#chips) {
      setText(count, formatCount(counts[name]));
      if (name === "detectors") button.dataset.tone = faulty.length > 0 ? "warn" : "";
    }
    if (this.chosen === "segments") this.#lists.segments.show(this.#model.rankedSegments);
    if (this.chosen === "junctions") this.#lists.junctions.show(this.#rankedJunctions());
    if (this.chosen === "detectors") this.#lists.detectors.show(faulty.sort((a, b) => faultNamed(b.status).rank - faultNamed(a.status).rank || this.#model.nameOfDetector(a).localeCompare(this.#model.nameOfDetector(b))));
    const fine = detectors.size - faulty.length;
    setText(this.#note, this.chosen === "detectors" && detectors.size > 0 ? t`${formatCount(fine)} of ${formatCount(detectors.size)} detectors are fine.`
      : this.chosen === "segments" && segments.size === 0 ? t`No segment has a state yet: RoadSegment entities say where roads are, TrafficFlowObserved what is measured there.`
        : this.chosen === "junctions" && intersections.size === 0 ? t`No SignalizedIntersection is here.` : "");
    this.#note.hidden = this.#note.textContent === "";
  }

  tick() {
    this.#lists[this.chosen].tick();
  }

  /** Keeps how many wait at each intersection, for the course of the last minutes. */
  noteQueues(now) {
    for (const id of this.#model.intersections.keys()) {
      const waiting = this.#waitingAt(id);
      if (!Number.isFinite(waiting)) continue;
      const course = this.#queues.get(id) ?? { times: [], values: [] };
      // A new object for each change, so that a drawing knows it.
      this.#queues.set(id, { times: [...course.times.slice(-RECENT), now], values: [...course.values.slice(-RECENT), waiting] });
    }
    for (const id of [...this.#queues.keys()]) if (!this.#model.intersections.has(id)) this.#queues.delete(id);
  }

  #waitingAt(id) {
    const known = this.#model.partsOf(id).lanes.map(({ queue }) => queue).filter(Number.isFinite);
    return known.length > 0 ? known.reduce((sum, queue) => sum + queue, 0) : NaN;
  }

  #rankedJunctions() {
    const rank = (one) => (controlOf(one).warning ? 1 : 0);
    const waiting = new Map([...this.#model.intersections.keys()].map((id) => [id, this.#waitingAt(id) || 0]));
    return [...this.#model.intersections.values()].sort((a, b) => rank(b) - rank(a) || waiting.get(b.id) - waiting.get(a.id) || a.name.localeCompare(b.name));
  }

  #drawSegment(row, segment) {
    const { theme, selected, trends } = this.#view;
    const { level, speed, freeFlow } = segment;
    row.link.href = this.addressOf("segment", segment.id);
    markCurrent(row, segment.id === selected);
    setText(row.name, this.#model.nameOfSegment(segment));
    setMark(row, level?.[theme], level?.letter ?? "–");
    const pace = !Number.isFinite(speed) ? t`no speed` : Number.isFinite(freeFlow) ? t`${Math.round(speed)} of ${Math.round(freeFlow)} km/h` : t`${Math.round(speed)} km/h`;
    setText(row.word, `${level?.name ?? t`Not known`}, ${pace}`);
    setText(row.what, !Number.isFinite(segment.travelTime) ? "" : segment.delay >= 0.5 ? t`${durationText(segment.travelTime)} to drive it, ${durationText(segment.delay)} lost` : t`${durationText(segment.travelTime)} to drive it`);
    row.at = segment.at;
    const trend = trends.get(segment.id);
    row.spark.picture.toggleAttribute("hidden", !trend);
    if (trend && row.trend !== trend) {
      row.trend = trend;
      row.spark.draw(trend, trend.times.at(-1), t`Speed`, "km/h", [0, Math.max(freeFlow || 0, ...trend.values)]);
    }
  }

  #drawJunction(row, junction) {
    const control = controlOf(junction);
    const { phases } = this.#model.partsOf(junction.id);
    const waiting = this.#waitingAt(junction.id);
    row.link.href = this.addressOf("junction", junction.id);
    markCurrent(row, junction.id === this.#view.selected);
    setText(row.name, junction.name);
    setMark(row, null, Number.isFinite(waiting) ? String(Math.round(waiting)) : "–");
    setText(row.word, Number.isFinite(waiting) ? tn(Math.round(waiting), "{0} vehicle waits", "{0} vehicles wait") : t`Queues are not known`);
    setText(row.what, junction.decision?.phase ? t`${phaseText(junction.decision.phase, phases)} has green` : "");
    if (row.tone !== control.tone + control.name) {
      row.tone = control.tone + control.name;
      row.doubts.replaceChildren(el("span", { className: "view-doubt" }, el("span", { className: "pill", "data-tone": control.tone }, control.name), control.warning ? ` ${control.warning}` : ""));
    }
    row.at = junction.decision?.at ?? junction.activeSince;
    const course = this.#queues.get(junction.id);
    const hasCourse = (course?.times.length ?? 0) > 1;
    row.spark.picture.toggleAttribute("hidden", !hasCourse);
    if (hasCourse && row.trend !== course) {
      row.trend = course;
      row.spark.draw(course, course.times.at(-1), t`Waiting vehicles`, "", [0, Math.max(1, ...course.values)]);
    }
  }

  #drawDetector(row, detector) {
    const fault = faultNamed(detector.status);
    row.link.href = `#/entity/${encodeURIComponent(detector.ref ?? detector.id)}`;
    setText(row.name, this.#model.nameOfDetector(detector));
    setMark(row, null, Object.hasOwn(faults, detector.status) ? "×" : "?");
    setText(row.word, fault.name);
    setText(row.what, detector.reason);
    row.at = detector.at;
    row.spark.picture.toggleAttribute("hidden", true);
  }
}
