// One import while it runs, and what came of it.

import { el, setText } from "./dom.js";
import { saveText } from "./historytable.js";
import { icon } from "./icons.js";
import { countsText, entitiesText, isActive, rowsText, statusOf } from "./importwords.js";
import { failureTable } from "./importpreview.js";
import { t } from "./language.js";
import { formatCount } from "./units.js";

const button = (picture, text, action, more = {}) => el("button", { type: "button", className: "button", onclick: action, ...more }, icon(picture), text);
const cell = (value) => `"${String(value).replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`;

/** How far it is, with a rate and what can be done meanwhile. */
export class ImportProgress {
  #title = el("h3", { tabIndex: -1, id: "import-progress-title" });
  #bar = el("progress", { max: 1, "aria-labelledby": "import-progress-title" });
  #words = el("p", { className: "hint" });
  #pause;
  #cancel;
  element;

  /** @param act does `pause`, `resume` or `cancel` */
  constructor(act) {
    this.#pause = button("pause", t`Pause`, () => act(this.#pause.dataset.action));
    this.#cancel = button("close", t`End it`, () => act("cancel"));
    this.element = el("section", { className: "import-progress", "aria-labelledby": "import-progress-title" }, this.#title, this.#bar, this.#words, el("div", { className: "import-actions" }, this.#pause, this.#cancel));
  }

  show({ status, progress, kind }) {
    const { phase = "checking", rows = 0, fraction = 0, seconds = 0, counts } = progress ?? {};
    const title = status === "paused" ? t`Paused` : phase === "undoing" || status === "undoing" ? t`Putting back what was` : phase === "checking" && kind === "file" ? t`Checking the whole file` : kind === "edit" ? t`Changing` : t`Importing`;
    setText(this.#title, title);
    this.#bar.value = fraction;
    const rate = seconds > 1 && status === "running" ? ` · ${t`${formatCount(Math.round(rows / seconds))} a second`}` : "";
    setText(this.#words, `${Math.floor(fraction * 100)} % · ${kind === "edit" || phase === "undoing" ? entitiesText(rows) : rowsText(rows)}${rate}${counts && phase === "importing" ? ` · ${countsText(counts)}` : ""}`);
    const isPaused = status === "paused";
    this.#pause.hidden = status === "undoing";
    if (this.#pause.dataset.action !== (isPaused ? "resume" : "pause")) {
      this.#pause.dataset.action = isPaused ? "resume" : "pause";
      this.#pause.replaceChildren(icon(isPaused ? "play" : "pause"), isPaused ? t`Go on` : t`Pause`);
    }
  }

  focus() {
    this.#title.focus({ preventScroll: true });
  }
}

/** What came of it, what was left out, and how to undo it. */
export function importResult(state, { undo, goOn, remove }) {
  const { counts, failures = [], message, undo: undone, status } = state;
  const [word, tone] = statusOf(state);
  const title = { done: t`It is done`, undone: t`It is as it was` }[status] ?? word;
  const parts = [el("h3", { id: "import-result-title", tabIndex: -1 }, title)];
  if (message) parts.push(el("p", { className: "notice", "data-tone": tone || "warn" }, message));
  if (undone) parts.push(...undoParts(undone, undo));
  else parts.push(el("p", {}, `${countsText(counts)}${state.seconds > 0.1 ? ` · ${t`in ${formatCount(Math.round(state.seconds * 10) / 10)} seconds`}` : ""}`));
  if (failures.length > 0 && status !== "undone") {
    parts.push(failureTable(failures), el("div", { className: "import-actions" }, button("save", t`What is left out, as CSV`, () => saveFailures(state))));
  }
  const actions = [];
  const mayUndo = !["undone", "uploading", "ready"].includes(status) && counts.batches > 0;
  if (["stopped", "cancelled", "failed"].includes(status)) actions.push(button("play", t`Go on`, goOn, { className: "button is-main" }));
  if (mayUndo) actions.push(button("undo", t`Undo`, () => undo(false)));
  if (status === "done") actions.push(el("a", { className: "button", href: "#/" }, icon("map"), t`Look at the city`));
  actions.push(button("bin", state.kind === "edit" ? t`Forget this change` : t`Forget this import`, remove));
  parts.push(el("div", { className: "import-actions" }, ...actions));
  if (mayUndo) parts.push(el("p", { className: "hint" }, t`Undo deletes what was created and puts back what was replaced. What somebody changed since stays as it is.`));
  return el("section", { className: "import-result", "aria-labelledby": "import-result-title" }, ...parts);
}

function undoParts({ deleted, restored, gone, leftAlone, leftAloneIDs, historiesKept }, undo) {
  const words = [deleted > 0 || restored === 0 ? t`${formatCount(deleted)} deleted again` : "", restored > 0 ? t`${formatCount(restored)} as they were before` : ""].filter(Boolean);
  if (gone > 0) words.push(t`${formatCount(gone)} were gone already`);
  const parts = [el("p", {}, words.join(" · "))];
  if (historiesKept > 0) parts.push(el("p", { className: "hint" }, t`Of ${entitiesText(historiesKept)} that had a history before, the new values of the past stay.`));
  if (leftAlone > 0) {
    parts.push(el("div", { className: "notice", "data-tone": "warn" }, el("p", {}, t`${entitiesText(leftAlone)} changed since the import, and were left alone:`),
      el("ul", { className: "import-ids" }, ...leftAloneIDs.slice(0, 50).map((id) => el("li", {}, el("a", { href: `#/entity/${encodeURIComponent(id)}` }, id)))),
      button("undo", t`Undo these too`, () => undo(true))));
  }
  return parts;
}

function saveFailures({ name, failures }) {
  const lines = ["count,unit,reason,lines,example", ...failures.map(({ count, unit, reason, lines: at, example }) => [count, cell(unit), cell(reason), cell(at.join(" ")), cell(example)].join(","))];
  saveText(`${lines.join("\r\n")}\r\n`, `${name.replace(/[^\p{L}\p{N}._-]/gu, "_").slice(0, 80)}-left-out.csv`, "text/csv");
}

export { isActive };
