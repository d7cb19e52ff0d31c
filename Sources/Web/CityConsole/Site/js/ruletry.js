// How often a rule would have fired: a strip of time with a row for each entity, and a list.

import { entityLinks } from "./alertcards.js";
import { roughLength } from "./durations.js";
import { el, setText, svg } from "./dom.js";
import { shortId } from "./entity.js";
import { icon } from "./icons.js";
import { locale, t, tn } from "./language.js";
import { tryRule } from "./ruleapi.js";
import { dateText, parseTime } from "./time.js";
import { formatCount, formatNumber } from "./units.js";

const DAY = 86_400_000;
const LINES = 12;
const ROWS_MAX = 200;
const WIDTH = 360;
const LINE = 16;
const day = new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric" });

export class RuleTry {
  element;
  #store;
  #button;
  #said = el("p", { role: "status", className: "rule-said" });
  #result = el("div", { className: "rule-result" });
  #asking = null;
  #definition;
  #shown = null;

  /** @param definition gives the rule as the form has it, or `null` where something is missing */
  constructor(store, definition) {
    this.#store = store;
    this.#definition = definition;
    this.#button = el("button", { type: "button", className: "button", onclick: () => this.run() }, icon("history"), t`Try it on last week`);
    this.element = el("section", { className: "rule-try", "aria-label": t`Try the rule` }, el("h3", {}, t`Would it have fired?`), this.#button, this.#said, this.#result);
  }

  /** The rule changed: what is shown is of another one. */
  invalidate() {
    this.#asking?.abort();
    if (this.#shown === null) return;
    this.#result.classList.add("is-old");
    this.#say(t`The rule has changed since; try again.`, "");
  }

  close() {
    this.#asking?.abort();
  }

  async run() {
    const rule = this.#definition();
    if (!rule) return this.#say(t`Fill in or correct what is marked first.`, "bad");
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.#say(t`Looking through the last 7 days …`, "");
    this.element.setAttribute("aria-busy", "true");
    const to = Date.now();
    try {
      // A name that is still to come does not keep from trying.
      const answer = await tryRule({ ...rule, name: rule.name || "-" }, to - 7 * DAY, to, asking.signal);
      this.#show(answer, to - 7 * DAY, to);
    } catch (error) {
      if (asking.signal.aborted) return;
      this.#result.replaceChildren();
      this.#shown = null;
      this.#say(error.message, "bad");
    } finally {
      if (this.#asking === asking) this.element.setAttribute("aria-busy", "false");
    }
  }

  #say(text, tone) {
    setText(this.#said, text);
    this.#said.dataset.tone = tone;
  }

  #show(answer, askedFrom, askedTo) {
    const [from, to] = [orElse(parseTime(answer.from), askedFrom), orElse(parseTime(answer.to), askedTo)];
    const firings = (Array.isArray(answer.firings) ? answer.firings : []).map((one) => ({
      id: String(one?.entity ?? ""), name: String(one?.name ?? shortId(String(one?.entity ?? ""))), from: parseTime(one?.from), to: parseTime(one?.to), peak: one?.peak,
    })).filter((one) => Number.isFinite(one.from)).sort((a, b) => b.from - a.from);
    this.#shown = firings;
    this.#result.classList.remove("is-old");
    const times = tn(firings.length, "once", "{0} times");
    const often = firings.length === 0 ? t`It would not have fired` : answer.truncated ? t`It would have fired ${times} or more` : t`It would have fired ${times}`;
    const entities = new Set(firings.map((one) => one.id)).size;
    const known = Number.isFinite(answer.values) ? ` ${t`${formatCount(answer.values)} values of ${tn(answer.entities ?? 0, "{0} entity", "{0} entities")} were looked at.`}` : "";
    const empty = answer.values === 0 && firings.length === 0 ? ` ${t`There is no history to try it on.`}` : "";
    this.#say(`${firings.length > 0 ? t`${often}, for ${tn(entities, "{0} entity", "{0} entities")}` : often}.${known}${empty}`, firings.length > 100 ? "warn" : "");
    if (firings.length === 0) return this.#result.replaceChildren();
    this.#result.replaceChildren(strip(firings, from, to), this.#list(firings, to));
  }

  #list(firings, to) {
    const items = firings.slice(0, ROWS_MAX).map((one) => {
      const lasted = Number.isFinite(one.to) ? t`for ${roughLength((one.to - one.from) / 1000)}` : t`still, for ${roughLength((to - one.from) / 1000)}`;
      const peak = typeof one.peak === "number" ? t`, up to ${formatNumber(one.peak)}` : "";
      return el("li", {}, el("span", {}, dateText(one.from)), " ", ...entityLinks([one.id], this.#store), el("span", { className: "hint" }, ` ${lasted}${peak}`));
    });
    const more = firings.length > ROWS_MAX ? el("p", { className: "hint" }, t`The newest ${ROWS_MAX} are listed.`) : null;
    return el("div", {}, el("ol", { className: "rule-firings", tabIndex: 0, "aria-label": t`When it would have fired` }, ...items), ...[more].filter(Boolean));
  }
}

const orElse = (value, other) => (Number.isFinite(value) ? value : other);

/** Bars of when it would have stood, a line for each of the entities with most of them; the rest share the last line. */
function strip(firings, from, to) {
  const byEntity = Map.groupBy(firings, (one) => one.id);
  const sorted = [...byEntity.values()].sort((a, b) => b.length - a.length);
  const lines = sorted.length > LINES ? [...sorted.slice(0, LINES - 1), sorted.slice(LINES - 1).flat()] : sorted;
  const x = (time) => Math.max(0, Math.min(WIDTH, ((time - from) / Math.max(1, to - from)) * WIDTH));
  const height = lines.length * LINE;
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${height + 18}`, class: "rule-strip", role: "img", "aria-label": t`${firings.length} times over ${Math.round((to - from) / DAY)} days, a line for each entity` });
  const first = new Date(from).setHours(24, 0, 0, 0);
  for (let time = first; time < to; time = new Date(time).setHours(24, 0, 0, 0)) {
    picture.append(svg("line", { x1: x(time), x2: x(time), y1: 0, y2: height, class: "rule-strip-day" }));
    if (x(time) < WIDTH - 40) {
      const label = svg("text", { x: x(time) + 3, y: height + 13, class: "rule-strip-label" });
      label.append(day.format(time));
      picture.append(label);
    }
  }
  lines.forEach((line, at) => {
    picture.append(svg("line", { x1: 0, x2: WIDTH, y1: (at + 1) * LINE - 1, y2: (at + 1) * LINE - 1, class: "rule-strip-base" }));
    for (const one of line) {
      const [left, right] = [x(one.from), x(Number.isFinite(one.to) ? one.to : to)];
      const bar = svg("rect", { x: left, y: at * LINE + 3, width: Math.max(2, right - left), height: LINE - 6, rx: 1.5, class: "rule-strip-bar" });
      const tip = svg("title");
      tip.append(`${one.name.slice(0, 200)}, ${dateText(one.from)}`);
      bar.append(tip);
      picture.append(bar);
    }
  });
  return picture;
}
