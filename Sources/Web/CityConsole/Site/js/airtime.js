// The hour on show: a slider over the last days, step by step, or playing; and any other hour by its date.

import { localText } from "./chartscale.js";
import { HOUR } from "./airmodel.js";
import { el, setText } from "./dom.js";
import { icon } from "./icons.js";
import { locale, t } from "./language.js";

const spans = new Map([["1", t`1 day`], ["3", t`3 days`], ["7", t`7 days`], ["30", t`30 days`]]);
const WAIT = 160;
const STEP = 900;
const hourForm = new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
const endForm = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });

/** `Sun, 1 Mar 2015, 08:00 – 09:00`, the hour that ends at a time. */
export const hourText = (end) => (Number.isFinite(end) ? `${hourForm.format(end - HOUR)} – ${endForm.format(end)}` : "");

export class HourSlider {
  /** Called with the end of the hour to show, or `null` for the newest. */
  onHour = () => {};
  element;
  #newest = NaN;
  #at = null;
  #window = [0, 0];
  #timer = 0;
  #player = 0;
  #parts;

  constructor() {
    const slider = el("input", { type: "range", step: 1, min: 0, max: 72, value: 72, "aria-label": t`Hour on show`, oninput: () => this.#slide() });
    const text = el("b", { className: "air-hour" });
    const badge = el("span", { className: "pill" });
    const play = el("button", { type: "button", className: "icon-button", onclick: () => (this.#player ? this.stop() : this.#play()) });
    const newest = el("button", { type: "button", className: "button", onclick: () => this.#choose(null) }, t`Newest`);
    const span = el("select", { "aria-label": t`Length of the slider`, onchange: () => this.#setWindow(true) }, ...[...spans].map(([value, name]) => el("option", { value, selected: value === "3" }, name)));
    const moment = el("input", { type: "datetime-local", step: 3600, "aria-label": t`Date and hour`, onchange: () => this.#jump() });
    this.#parts = { slider, text, badge, play, newest, span, moment };
    this.element = el("div", { className: "air-time", role: "group", "aria-label": t`Hour` },
      el("p", { className: "air-time-line" }, text, " ", badge), el("div", { className: "air-time-row is-more" }, span, moment), el("div", { className: "air-time-row is-slider" }, play, slider, newest));
    this.#showPlay();
  }

  /**
   * @param newest the end of the newest hour that there is
   * @param at the end of the hour on show, or `null` for the newest
   * @param isLive whether the newest hour is still running
   */
  show({ newest, at, isLive }) {
    const isOther = newest !== this.#newest || at !== this.#at;
    this.#newest = newest;
    this.#at = at;
    if (isOther) this.#setWindow(false);
    const { text, badge, newest: button, moment } = this.#parts;
    setText(text, hourText(at ?? newest));
    setText(badge, at !== null ? t`Past` : isLive ? t`Live` : t`Newest hour`);
    badge.dataset.tone = at !== null ? "warn" : isLive ? "good" : "";
    badge.hidden = !Number.isFinite(at ?? newest);
    button.disabled = at === null;
    if (document.activeElement !== moment) moment.value = localText(at ?? newest).slice(0, 16);
  }

  stop() {
    clearTimeout(this.#player);
    this.#player = 0;
    this.#showPlay();
  }

  /** The hours that the slider reaches; an hour on show beyond the last days takes it with it. */
  #setWindow(isForced) {
    if (!Number.isFinite(this.#newest)) return;
    const length = Number(this.#parts.span.value) * 24 * HOUR;
    const at = this.#at ?? this.#newest;
    const [from, to] = this.#window;
    const isInside = at >= from && at <= to && to - from === length && to <= this.#newest && (this.#at !== null || to === this.#newest);
    if (isForced || !isInside) {
      const end = at >= this.#newest - length ? this.#newest : at + length / 2;
      this.#window = [end - length, end];
    }
    const { slider } = this.#parts;
    slider.max = String(Math.round((this.#window[1] - this.#window[0]) / HOUR));
    slider.value = String(Math.round((at - this.#window[0]) / HOUR));
    slider.setAttribute("aria-valuetext", hourText(at));
  }

  #slide() {
    const at = this.#window[0] + Number(this.#parts.slider.value) * HOUR;
    this.#parts.slider.setAttribute("aria-valuetext", hourText(at));
    setText(this.#parts.text, hourText(at));
    this.stop();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.onHour(at >= this.#newest ? null : at), WAIT);
  }

  #choose(at) {
    this.stop();
    clearTimeout(this.#timer);
    this.onHour(at);
  }

  #jump() {
    const at = Math.ceil(new Date(this.#parts.moment.value).getTime() / HOUR) * HOUR;
    if (Number.isFinite(at)) this.#choose(at >= this.#newest ? null : at);
  }

  #play() {
    const step = () => {
      // From the newest hour on, it begins again where the slider begins.
      const at = this.#at === null ? this.#window[0] : this.#at + HOUR;
      this.#player = at >= this.#newest ? 0 : setTimeout(step, STEP);
      this.#showPlay();
      this.onHour(at >= this.#newest ? null : at);
    };
    step();
  }

  #showPlay() {
    const { play } = this.#parts;
    const name = this.#player ? t`Pause` : t`Play the hours`;
    play.replaceChildren(icon(this.#player ? "pause" : "play"));
    play.setAttribute("aria-label", name);
    play.title = name;
  }
}
