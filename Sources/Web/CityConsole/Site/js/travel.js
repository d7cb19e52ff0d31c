// Time travel: a bar with which the page shows the city as it was. While it is open nothing live is taken in; the list,
// the map and the details are those of the moment chosen.
//
// States: closed -> reading -> standing <-> playing -> closed. `#turn` counts what the reader asked for, so that an
// answer to something older is dropped.

import { localText } from "./chartscale.js";
import { copyText } from "./copytext.js";
import { byId, el, setText } from "./dom.js";
import { icon } from "./icons.js";
import { locale, t, tNodes, tn } from "./language.js";
import { PastCity } from "./pastcity.js";
import { setPresentTime } from "./time.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FRAME = 500;
const AHEAD = 3;
const WAIT = 150;
const SPANS = [["1 h", HOUR], ["24 h", DAY], ["7 d", 7 * DAY], ["30 d", 30 * DAY], ["1 y", 365 * DAY], [t`All`, Infinity]];
const SPEEDS = [["1 s/s", 1000], ["10 s/s", 10_000], [t`1 min/s`, MINUTE], [t`10 min/s`, 10 * MINUTE], ["1 h/s", HOUR], ["6 h/s", 6 * HOUR], ["1 d/s", DAY], ["7 d/s", 7 * DAY], ["30 d/s", 30 * DAY]];

const exact = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });

export class Travel {
  /** Called when it is over and the page is to show the present. */
  onLeave = () => {};
  /** Called after another moment is shown. */
  onMoment = () => {};
  /** Whether the page holds a part of the city only. */
  isPart = () => false;
  #store;
  #bar = byId("travel");
  #parts;
  #city = null;
  #time = NaN;
  #turn = 0;
  #reading = null;
  #timer = 0;
  #isPlaying = false;
  #ahead = [];
  #span = DAY;
  #first = NaN;
  #opened = 0;

  constructor(store) {
    this.#store = store;
    this.#build();
  }

  get isOn() {
    return this.#city !== null;
  }

  /** Leaves the present for a moment; `NaN` for an hour ago. */
  async enter(time = NaN) {
    if (!this.isOn) {
      this.#store.isPast = true;
      this.#city = new PastCity([...this.#store.records.values()].map((record) => record.entity), this.#store.limit, this.isPart());
      this.#opened = Date.now();
      this.#first = NaN;
      this.#bar.hidden = false;
      document.body.classList.add("has-travel");
      this.#findFirst();
    }
    const moment = Number.isFinite(time) ? Math.min(time, this.#opened) : this.#opened - HOUR;
    const needed = SPANS.find(([, span]) => this.#opened - moment <= span);
    if (Number.isFinite(time) && needed) this.#setSpan(needed[1]);
    await this.#goTo(moment);
    this.#parts.slider.focus({ preventScroll: true });
  }

  /** Shows the same moment of another part of the city, of which these are the entities as they are now. */
  look(entities) {
    if (!this.isOn) return;
    this.#stop();
    this.#city = new PastCity(entities, this.#store.limit, true);
    this.#goTo(this.#time);
  }

  leave() {
    if (!this.isOn) return;
    this.#stop();
    this.#cancel();
    this.#city = null;
    this.#time = NaN;
    this.#bar.hidden = true;
    this.#store.isPast = false;
    setPresentTime(null);
    document.body.classList.remove("has-travel");
    this.onLeave();
  }

  // --- The bar -----------------------------------------------------------------------------------------------------

  #build() {
    const when = el("b", {});
    const note = el("span", { className: "hint", role: "status" });
    const slider = el("input", { type: "range", min: 0, max: 1000, step: 1, "aria-label": t`Moment`, oninput: () => this.#slide() });
    const play = el("button", { type: "button", className: "icon-button", onclick: () => (this.#isPlaying ? this.#stop() : this.#play()) });
    const moment = el("input", { type: "datetime-local", step: 1, "aria-label": t`Date and time`, onchange: () => this.#readInput() });
    const choice = (label, options, chosen, onchange) => el("select", { "aria-label": label, onchange },
      ...options.map(([text], at) => el("option", { value: String(at), selected: at === chosen }, text)));
    const span = choice(t`How far the slider reaches`, SPANS, 1, () => { this.#setSpan(SPANS[span.value][1]); this.#show(); });
    const speed = choice(t`Speed`, SPEEDS, 3, () => { this.#ahead = []; });
    const link = el("button", {
      type: "button", className: "icon-button", "aria-label": t`Copy the link to this moment`, title: t`Copy the link to this moment`,
      onclick: () => copyText(`${location.origin}/#/at/${new Date(this.#time).toISOString()}`),
    }, icon("copy"));
    const back = el("button", { type: "button", className: "button is-main", onclick: () => this.leave() }, t`Back to now`);
    this.#bar.append(
      el("p", { className: "travel-line" }, icon("history"), el("span", { className: "travel-text" }, ...tNodes`The city as it was at ${when}`, " ", note), link, back),
      el("div", { className: "travel-row" }, play, slider),
      el("div", { className: "travel-row" }, moment, span, speed),
    );
    this.#parts = { when, note, slider, play, moment, span, speed };
    this.#showPlay();
  }

  get #from() {
    if (this.#span !== Infinity) return this.#opened - this.#span;
    return Number.isFinite(this.#first) && this.#first < this.#opened ? this.#first : this.#opened - DAY;
  }

  #setSpan(span) {
    this.#span = span;
    this.#parts.span.value = String(SPANS.findIndex(([, one]) => one === span));
    const perSecond = (this.#opened - this.#from) / 60;
    const speed = SPEEDS.findLastIndex(([, one]) => one <= perSecond * 1.5);
    this.#parts.speed.value = String(Math.max(0, speed));
    this.#ahead = [];
  }

  #show() {
    const { when, slider, moment } = this.#parts;
    const text = exact.format(this.#time);
    setText(when, text);
    slider.value = String(Math.round(((this.#time - this.#from) / (this.#opened - this.#from)) * 1000));
    slider.setAttribute("aria-valuetext", text);
    // The moment on show, which is not the one chosen while it is being read.
    this.#bar.dataset.moment = String(this.#city?.time ?? "");
    if (document.activeElement !== moment) moment.value = localText(this.#time);
  }

  #say(text) {
    setText(this.#parts.note, text);
  }

  #slide() {
    this.#stop();
    const part = Number(this.#parts.slider.value) / 1000;
    this.#time = Math.round(this.#from + (this.#opened - this.#from) * part);
    this.#show();
    this.#cancel();
    this.#timer = setTimeout(() => this.#goTo(this.#time), WAIT);
  }

  #readInput() {
    const time = new Date(this.#parts.moment.value).getTime();
    if (!Number.isFinite(time)) return this.#say(t`This is no date and time.`);
    if (time > this.#opened) return this.#say(t`What will be is not known here: choose a moment that has been.`);
    const needed = SPANS.find(([, span]) => this.#opened - time <= span);
    if (time < this.#from && needed) this.#setSpan(needed[1]);
    this.#stop();
    this.#goTo(time);
  }

  async #findFirst() {
    const city = this.#city;
    const first = await city.first().catch(() => NaN);
    if (this.#city !== city) return;
    this.#first = first;
    if (this.#span === Infinity) this.#show();
  }

  // --- Going -------------------------------------------------------------------------------------------------------

  #cancel() {
    clearTimeout(this.#timer);
    this.#turn += 1;
    this.#reading?.abort();
    this.#reading = null;
    this.#ahead = [];
  }

  /** Reads the whole city at a moment and shows it. */
  async #goTo(time) {
    this.#cancel();
    const turn = this.#turn;
    const reading = (this.#reading = new AbortController());
    this.#time = time;
    this.#show();
    this.#say(t`Reading …`);
    try {
      const entities = await this.#city.jump(time, reading.signal);
      if (turn !== this.#turn) return;
      setPresentTime(time);
      this.#show();
      this.#store.put(entities.map((entity) => ({ ...entity })));
      this.#store.keepOnly(new Set(entities.map((entity) => entity.id)));
      this.#say(entities.length === 0 ? t`Nothing is known of that time.` : tn(entities.length, "{0} entity", "{0} entities"));
      this.onMoment();
    } catch (error) {
      if (turn === this.#turn) this.#say(t`It could not be read: ${error.message}`);
    }
  }

  async #play() {
    if (!this.isOn) return;
    if (this.#time >= this.#opened - 1000) await this.#goTo(this.#from);
    this.#isPlaying = true;
    this.#showPlay();
    if (this.#city.time !== this.#time) await this.#goTo(this.#time);
    if (this.#city?.time !== this.#time) return this.#stop();
    const turn = this.#turn;
    while (this.#isPlaying && turn === this.#turn) {
      const begun = performance.now();
      this.#prefetch();
      const next = this.#ahead.shift();
      if (!next) break;
      const changes = await next.changes;
      if (!this.#isPlaying || turn !== this.#turn) return;
      if (changes instanceof Error) {
        this.#say(t`It could not be read: ${changes.message}`);
        break;
      }
      this.#take(changes);
      this.#prefetch();
      await new Promise((resolve) => setTimeout(resolve, Math.max(40, FRAME - (performance.now() - begun))));
    }
    if (turn === this.#turn) this.#stop();
  }

  /** Asks for the next moments while the present one is on show; at most AHEAD of them. */
  #prefetch() {
    const step = (SPEEDS[this.#parts.speed.value][1] * FRAME) / 1000;
    this.#reading ??= new AbortController();
    while (this.#ahead.length < AHEAD) {
      const from = this.#ahead.at(-1)?.to ?? this.#city.time;
      const to = Math.min(from + step, this.#opened);
      if (to <= from) return;
      this.#ahead.push({ to, changes: this.#city.changes(from, to, this.#reading.signal).catch((error) => error) });
    }
  }

  #take(changes) {
    const entities = this.#city.step(changes);
    this.#time = changes.to;
    setPresentTime(this.#time);
    this.#store.apply(entities.map(([id, entity]) => this.#change(id, entity)).filter(Boolean));
    this.#show();
    this.#say(tn(this.#store.size, "{0} entity", "{0} entities"));
    this.onMoment();
  }

  /** The change that makes the page's record what the entity is; `null` for none. */
  #change(id, entity) {
    const record = this.#store.records.get(id);
    if (!entity) return record ? { op: "delete", id } : null;
    if (!record) return { op: "create", id, entity: { ...entity } };
    const { id: _, type: __, ...rest } = entity;
    return { op: "update", id, entity: rest, removed: Object.keys(record.entity).filter((name) => !Object.hasOwn(entity, name)) };
  }

  #stop() {
    this.#isPlaying = false;
    // One that was waited for would be missing between the moment on show and the rest.
    this.#ahead = [];
    this.#showPlay();
  }

  #showPlay() {
    const { play } = this.#parts;
    const name = this.#isPlaying ? "pause" : "play";
    if (play.dataset.name === name) return;
    play.dataset.name = name;
    play.replaceChildren(icon(name));
    play.setAttribute("aria-label", this.#isPlaying ? t`Pause` : t`Play`);
    play.title = this.#isPlaying ? t`Pause` : t`Play`;
  }
}
