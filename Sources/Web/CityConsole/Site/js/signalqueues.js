// How many vehicles wait on each lane of an intersection, as bars that move.

import { t } from "./language.js";
import { namesLane } from "./signaldecision.js";
import { shortId } from "./entity.js";
import { el, setText } from "./dom.js";
import { formatNumber } from "./units.js";

const LEAST = 10;

export class SignalQueues {
  element;
  #list = el("ul", { className: "signal-queues" });
  #note = el("p", { className: "hint" });
  #rows = new Map();

  constructor() {
    this.element = el("section", { className: "view-card card", "aria-labelledby": "signal-queues-title" }, el("h4", { id: "signal-queues-title" }, t`Queues by lane`), this.#list, this.#note);
  }

  /** @param decision the newest, which says what lanes are blocked or assumed, and queues of lanes that do not say theirs */
  show(lanes, decision) {
    const all = lanes.map((lane) => ({ lane, queue: Number.isFinite(lane.queue) ? lane.queue : queueIn(decision, lane) }));
    const most = Math.max(LEAST, ...all.map(({ queue }) => queue || 0));
    for (const [id, row] of this.#rows) {
      if (lanes.some((lane) => lane.id === id)) continue;
      row.element.remove();
      this.#rows.delete(id);
    }
    for (const { lane, queue } of all) {
      const row = this.#rows.get(lane.id) ?? this.#makeRow(lane);
      setText(row.name, laneName(lane, lanes));
      setText(row.value, Number.isFinite(queue) ? formatNumber(Math.round(queue * 10) / 10) : "–");
      row.bar.style.width = `${Math.min(100, ((queue || 0) / most) * 100)}%`;
      row.assumed.hidden = !decision || !namesLane(decision.assumed, lane);
      row.blocked.hidden = !decision || !namesLane(decision.blocked, lane);
    }
    setText(this.#note, lanes.length === 0 ? t`No lane is described.` : t`In vehicles. An assumed queue is one that no detector tells of; a blocked one does not move though it has green.`);
  }

  #makeRow(lane) {
    const [name, value, bar] = ["signal-cost-name", "signal-cost", "signal-bar is-queue"].map((className) => el("span", { className }));
    const pill = (tone, text) => el("span", { className: "pill", "data-tone": tone, hidden: true }, text);
    const [assumed, blocked] = [pill("", t`assumed`), pill("bad", t`blocked`)];
    const element = el("li", {}, name, el("span", { className: "signal-track", "aria-hidden": "true" }, bar), value, el("span", { className: "signal-marks" }, assumed, blocked));
    const row = { element, name, value, bar, assumed, blocked };
    this.#rows.set(lane.id, row);
    this.#list.append(element);
    return row;
  }
}

const queueIn = (decision, lane) => decision?.queues.get(lane.id) ?? decision?.queues.get(lane.id.split(":").at(-1)) ?? NaN;

/** A lane's name, or what of its id tells it from its neighbours. */
function laneName(lane, lanes) {
  if (lane.name) return lane.name;
  const names = lanes.map(({ id }) => shortId(id));
  const own = shortId(lane.id);
  let shared = 0;
  while (names.length > 1 && shared < own.length && names.every((name) => name[shared] === own[shared])) shared += 1;
  const cut = own.lastIndexOf(":", shared) + 1;
  return own.slice(cut) || own;
}
