// A year as squares, a row for each month, a square for each day: above a limit or not, by the means or the highest values
// of days, or the means of hours, that the server computes.

import { BrokerError, problemOf } from "./api.js";
import { locale, t, tn } from "./language.js";
import { isoText } from "./temporal.js";
import { pollutantNamed, pollutants } from "./airindex.js";
import { DAY, LEAD, daysIn, eightHourDays, judge, limitText, limitsOf, metricWords, offsetText, standardOffset } from "./airlimits.js";
import { HOUR } from "./airmodel.js";
import { el, setText } from "./dom.js";
import { icon } from "./icons.js";
import { formatCount, formatNumber, withUnit } from "./units.js";

const monthForm = new Intl.DateTimeFormat(locale, { month: "short", timeZone: "UTC" });
const dayForm = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
const words = { none: t`no values`, few: t`too few values`, below: t`within the limit`, above: t`above the limit` };
const FACTORS = { "µg/m³": 1, "mg/m³": 1000 };

export class AirCalendar {
  /** Called when the reader chose another year, limit or kind of day. */
  onChange = () => {};
  element;
  #parts;
  #view = null;
  #days = [];
  #judged = null;
  #at = -1;
  #loading = null;
  #cache = new Map();

  constructor() {
    const select = (label) => el("select", { "aria-label": label, onchange: () => this.#chosen() });
    const [pollutant, limit, zone] = [t`Pollutant of the calendar`, t`Limit`, t`Days`].map(select);
    zone.append(el("option", { value: "local" }), el("option", { value: "utc" }, t`Days in UTC`));
    const year = el("b", { className: "air-year" });
    const step = (by, picture, name) => el("button", { type: "button", className: "icon-button", "aria-label": name, title: name, onclick: () => this.#go(by) }, icon(picture));
    const [before, after] = [step(-1, "back", t`The year before`), step(1, "back", t`The year after`)];
    after.classList.add("is-turned");
    const grid = el("div", { className: "air-days", role: "img", tabIndex: 0, "aria-label": "", "aria-keyshortcuts": "ArrowLeft ArrowRight ArrowUp ArrowDown Home End" });
    grid.addEventListener("keydown", (event) => this.#key(event));
    grid.addEventListener("pointermove", ({ target }) => this.#point(Number(target.dataset.day ?? -1), false));
    grid.addEventListener("pointerleave", () => this.#point(-1, false));
    grid.addEventListener("blur", () => this.#point(-1, false));
    const count = el("p", { className: "air-count-line" });
    const said = el("p", { className: "air-day-line", role: "status" });
    const note = el("p", { className: "hint" });
    const table = el("details", { className: "history-table", ontoggle: () => this.#showTable() }, el("summary", {}, t`Days above the limit as a table`));
    this.#parts = { pollutant, limit, zone, year, before, after, grid, count, said, note, table };
    this.element = el("section", { className: "view-card card", "aria-labelledby": "air-calendar-title" },
      el("h4", { id: "air-calendar-title" }, t`Exceedance calendar`),
      el("div", { className: "view-tools" }, pollutant, limit, zone, el("span", { className: "air-years" }, before, year, after)),
      count, grid, el("ul", { className: "air-day-legend", "aria-label": t`Squares` }, ...["below", "above", "few", "none"].map((state) => el("li", {}, el("span", { className: "air-day", "data-state": state, "aria-hidden": "true" }), words[state]))),
      said, note, table);
  }

  /** What the address keeps: `{ pollutant, limit, zone, year }`. */
  get choice() {
    return this.#view ? { pollutant: this.#view.key, limit: this.#view.limit.id, zone: this.#view.zone, year: this.#view.year } : {};
  }

  /**
   * @param station the station on show
   * @param choice what the address asks for; what it leaves open is chosen here
   * @param newest the time of the newest values
   */
  show(station, choice, newest) {
    const keys = pollutants.map(({ key }) => key).filter((key) => station.readings.has(key) && limitsOf(key).length > 0);
    this.element.hidden = keys.length === 0;
    if (keys.length === 0) return;
    const key = keys.includes(pollutantNamed(choice.pollutant ?? "")?.key) ? pollutantNamed(choice.pollutant).key : keys[0];
    const limit = limitsOf(key).find(({ id }) => id === choice.limit) ?? limitsOf(key)[0];
    const zone = choice.zone === "utc" ? "utc" : "local";
    const wanted = Number(choice.year);
    const year = Number.isInteger(wanted) && wanted > 1900 && wanted < 2200 ? wanted : new Date(newest - 1).getFullYear();
    const { pollutant: pollutantBox, limit: limitBox, zone: zoneBox, year: yearText } = this.#parts;
    pollutantBox.replaceChildren(...keys.map((one) => el("option", { value: one, selected: one === key }, pollutants.find((other) => other.key === one).label)));
    limitBox.replaceChildren(...limitsOf(key).map((one) => el("option", { value: one.id, selected: one === limit }, limitText(one))));
    const offset = zone === "utc" ? 0 : standardOffset(year);
    setText(zoneBox.options[0], t`Days in local standard time (${offsetText(standardOffset(year))})`);
    zoneBox.value = zone;
    setText(yearText, String(year));
    this.#view = { station, key, limit, zone, year, offset, newest };
    this.#load();
  }

  close() {
    this.#loading?.abort();
    this.#cache.clear();
  }

  #chosen() {
    const { pollutant, limit, zone } = this.#parts;
    const isOther = pollutant.value !== this.#view.key;
    this.#change({ pollutant: pollutant.value, limit: isOther ? undefined : limit.value, zone: zone.value, year: this.#view.year });
  }

  #go(by) {
    this.#change({ ...this.choice, year: this.#view.year + by });
  }

  #change(choice) {
    this.show(this.#view.station, choice, this.#view.newest);
    this.onChange();
  }

  // --- Reading -----------------------------------------------------------------------------------------------------

  async #load() {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    const view = this.#view;
    const isEight = view.limit.metric === "mean8";
    const id = JSON.stringify([view.station.id, view.key, view.year, view.offset, isEight]);
    this.element.setAttribute("aria-busy", "true");
    try {
      if (!this.#cache.has(id)) {
        const days = await (isEight ? loadEightHourDays : loadDays)(view.station.id, view.station.readings.get(view.key), view.year, view.offset, loading.signal);
        if (this.#cache.size > 24) this.#cache.clear();
        this.#cache.set(id, days);
      }
      if (loading.signal.aborted) return;
      this.#draw(this.#cache.get(id));
    } catch (error) {
      if (loading.signal.aborted) return;
      this.#draw(new Map());
      setText(this.#parts.count, t`The days could not be read: ${error.message}`);
    }
    this.element.setAttribute("aria-busy", "false");
  }

  // --- Drawing -----------------------------------------------------------------------------------------------------

  #draw(days) {
    const { limit, year, key, offset, zone } = this.#view;
    const { grid, count, note } = this.#parts;
    this.#judged = judge(days, year, limit);
    this.#days = [];
    const head = el("span", { className: "air-day-row is-head", "aria-hidden": "true" }, el("span", {}), ...Array.from({ length: 31 }, (_, at) => el("span", {}, (at + 1) % 5 === 0 || at === 0 ? String(at + 1) : "")));
    const rows = [head];
    let day = 0;
    for (let month = 0; month < 12; month += 1) {
      const length = Math.round((Date.UTC(year, month + 1, 1) - Date.UTC(year, month, 1)) / DAY);
      const squares = Array.from({ length }, () => {
        const { state, part } = this.#judged.days[day];
        const square = el("span", { className: "air-day", "data-state": state, "data-day": String(day), "data-part": part > 2 ? "3" : part > 1 ? "2" : part > 0.5 ? "1" : "0" });
        this.#days.push(square);
        day += 1;
        return square;
      });
      rows.push(el("span", { className: "air-day-row", "aria-hidden": "true" }, el("span", { className: "air-month" }, monthForm.format(Date.UTC(year, month, 1))), ...squares));
    }
    grid.replaceChildren(...rows);
    const { above, valid, measured, verdict } = this.#judged;
    const label = pollutants.find((one) => one.key === key).label;
    const allowed = limit.allowed === null ? "" : limit.metric === "hour" ? ` ${t`${formatCount(limit.allowed)} hours allowed.`}` : ` ${t`${formatCount(limit.allowed)} allowed.`}`;
    const counted = {
      hour: () => tn(above, "{0} day with an hour above the limit", "{0} days with an hour above the limit"),
      mean8: () => tn(above, "{0} day with an 8-hour mean above the limit", "{0} days with an 8-hour mean above the limit"),
      mean: () => tn(above, "{0} day above the limit", "{0} days above the limit"),
    }[limit.metric]();
    count.replaceChildren(el("b", {}, counted), ` ${t`in ${year}, of ${formatCount(valid)} with enough values.`}${allowed} `,
      ...(verdict.text ? [el("span", { className: "pill", "data-tone": verdict.tone }, verdict.text)] : []));
    const said = zone === "utc" ? t`Days in UTC` : t`Days in local standard time (${offsetText(offset)}), the year round`;
    const ends = limit.metric === "mean8" ? t`an hour or 8-hour mean belongs to the day in which it ends` : t`an hour belongs to the day in which it ends`;
    setText(note, `${limitText(limit)}. ${t`${said}; ${ends}.`} ${t`${formatCount(measured - valid)} days have less than three quarters of the usual ${metricWords[limit.metric].values} and do not count.`}`);
    const text = t`${label} in ${year}: ${counted}, ${valid} days with enough values of ${daysIn(year)}. Arrows read days.`;
    grid.setAttribute("aria-label", text);
    this.#point(-1, false);
    this.#showTable();
  }

  #point(day, isSaid) {
    this.#days[this.#at]?.classList.remove("is-on");
    this.#at = day;
    this.#days[day]?.classList.add("is-on");
    this.#parts.said.setAttribute("aria-live", isSaid ? "polite" : "off");
    setText(this.#parts.said, this.#judged?.days[day] ? this.#dayText(day) : t`Point at a day, or press arrows, to read it.`);
  }

  #dayText(day) {
    const { value, state, count } = this.#judged.days[day];
    const date = dayForm.format(Date.UTC(this.#view.year, 0, 1) + day * DAY);
    const metric = metricWords[this.#view.limit.metric];
    return Number.isFinite(value) ? t`${date}: ${metric.value} ${this.#valueText(value)}, ${words[state]} (${formatCount(count)} ${metric.values})` : t`${date}: ${words[state]}`;
  }

  #valueText(value) {
    return this.#view.key === "co" ? withUnit(formatNumber(Math.round(value) / 1000), "mg/m³") : withUnit(formatNumber(Math.round(value * 10) / 10), "µg/m³");
  }

  #key(event) {
    const date = new Date(Date.UTC(this.#view.year, 0, 1) + Math.max(0, this.#at) * DAY);
    const month = (by) => Math.round((Date.UTC(this.#view.year, date.getUTCMonth() + by, date.getUTCDate()) - Date.UTC(this.#view.year, 0, 1)) / DAY);
    const steps = {
      ArrowRight: () => this.#at + 1, ArrowLeft: () => (this.#at < 0 ? 0 : this.#at - 1), ArrowDown: () => (this.#at < 0 ? 0 : month(1)), ArrowUp: () => (this.#at < 0 ? 0 : month(-1)),
      Home: () => 0, End: () => this.#days.length - 1,
    };
    if (event.altKey || event.ctrlKey || event.metaKey || !Object.hasOwn(steps, event.key)) return;
    event.preventDefault();
    this.#point(Math.min(this.#days.length - 1, Math.max(0, steps[event.key]())), true);
  }

  #showTable() {
    const { table } = this.#parts;
    if (!table.open || !this.#judged) return;
    const rows = this.#judged.days.flatMap(({ state, value, count }, day) => (state !== "above" ? [] : [el("tr", {},
      el("th", { scope: "row" }, dayForm.format(Date.UTC(this.#view.year, 0, 1) + day * DAY)), el("td", {}, this.#valueText(value)), el("td", {}, formatCount(count)))]));
    const head = el("tr", {}, ...[t`Day`, capital(metricWords[this.#view.limit.metric].name), capital(metricWords[this.#view.limit.metric].values)].map((text) => el("th", { scope: "col" }, text)));
    const fresh = el("div", { className: "history-rows", tabIndex: 0, role: "region", "aria-label": t`Days above the limit` },
      rows.length > 0 ? el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows)) : el("p", { className: "hint" }, t`No day is above the limit.`));
    if (table.children[1]) table.children[1].replaceWith(fresh);
    else table.append(fresh);
  }
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** The days of a year by their number: `{ count, mean, most }` in µg/m³. Days begin at midnight, `offset` east of UTC. */
const loadDays = (id, reading, year, offset, signal) => loadPeriods(id, reading, startOf(year, offset), daysIn(year), DAY, "P1D", signal);

/** The same with the highest 8-hour mean of each: `{ count, most }`. */
async function loadEightHourDays(id, reading, year, offset, signal) {
  const hours = await loadPeriods(id, reading, startOf(year, offset) - LEAD * HOUR, LEAD + daysIn(year) * 24, HOUR, "PT1H", signal);
  return eightHourDays(new Map([...hours].map(([hour, { mean }]) => [hour, mean])), year);
}

/** A mean that is stamped midnight is that of the hour before: a day has the instants after its midnight, up to the next. */
const startOf = (year, offset) => Date.UTC(year, 0, 1) - offset + 1;

/** Periods by their number: `{ count, mean, most }` in µg/m³. */
async function loadPeriods(id, { attribute, unit }, start, number, length, duration, signal) {
  const factor = FACTORS[unit];
  if (factor === undefined) throw new Error(t`limits are in µg/m³, and the values are in ${unit}`);
  const query = new URLSearchParams({
    attrs: attribute, timerel: "between", timeAt: isoText(start), endTimeAt: isoText(start + number * length), options: "aggregatedValues",
    aggrMethods: "totalCount,avg,max", aggrPeriodDuration: duration,
  });
  const response = await fetch(`/ngsi-ld/v1/temporal/entities/${encodeURIComponent(id)}?${query}`, { headers: { Accept: "application/json" }, signal });
  if (response.status === 404) return new Map();
  if (!response.ok) throw new BrokerError(await problemOf(response));
  const aggregates = [(await response.json())[attribute] ?? []].flat().find((one) => Array.isArray(one?.totalCount));
  const byStart = (name) => new Map((aggregates?.[name] ?? []).map(([value, from]) => [from, value]));
  const [means, most] = ["avg", "max"].map(byStart);
  const periods = new Map();
  for (const [count, from] of aggregates?.totalCount ?? []) {
    const mean = means.get(from);
    if (!(count > 0) || !Number.isFinite(mean)) continue;
    periods.set(Math.round((Date.parse(from) - start) / length), { count, mean: mean * factor, most: (most.get(from) ?? mean) * factor });
  }
  return periods;
}
