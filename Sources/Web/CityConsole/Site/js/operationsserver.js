// The parts about the process: health, memory and storage, history, and the command for a backup.

import { copyButton } from "./empty.js";
import { el } from "./dom.js";
import { t, tn } from "./language.js";
import { course, figures, hint, part, renew, table } from "./operationsparts.js";
import { bytesText, countText, list, perSecondText, policySubject, retentionText, text, uptimeText } from "./operationswords.js";

const POLICIES_MAX = 50;

export class HealthPart {
  #part = part("health", t`Health`);
  #figures = figures([["health", t`Process`], ["ready", t`Requests`], ["uptime", t`Running for`], ["api", t`NGSI-LD version`], ["entities", t`Entities`], ["waiting", t`Waiting to be written`]]);

  constructor() {
    this.#part.body.append(this.#figures.element, hint(t`The version of Parvis itself is not told over HTTP. On the machine:`), command("parvis --version"));
    this.element = this.#part.element;
  }

  show({ health, readiness, identity, api }, gauge) {
    const state = (one, good, bad) => (one === undefined ? "…" : one.refusal ? [bad, "bad"] : [good, "good"]);
    this.#figures.set({
      health: state(health, t`Up`, t`Not well`), ready: state(readiness, t`Taken`, t`Not taken`), uptime: identity?.value ? uptimeText(identity.value.contextSourceUptime) : identity?.refusal ? t`not told` : "…",
      api: api?.value || (api?.refusal ? t`not told` : "…"), entities: countText(gauge("parvis_entities")), waiting: countText(gauge("parvis_queue_entities")),
    });
    this.#part.say([...new Set([health, readiness, identity, api].map((one) => one?.refusal).filter(Boolean))].join(" "), false);
  }
}

export class MemoryPart {
  #part = part("memory", t`Memory and storage`);
  #course = course(t`Resident memory`);
  #figures = figures([["peak", t`Most ever`], ["entities", t`Entities in memory`], ["files", t`Open files`], ["writes", t`Entities written`], ["now", t`Written now`], ["commits", t`Commits`], ["outbox", t`Waiting notifications`], ["chunks", t`Chunks of history`]]);

  constructor() {
    this.#part.body.append(this.#course.element, this.#figures.element, hint(t`How large the files are is not told over HTTP. On the machine, with the folder given to --data:`), command("du -h data/parvis.db*"));
    this.element = this.#part.element;
  }

  show(samples, refusal, gauge) {
    this.#part.say(refusal);
    if (refusal) return;
    this.#course.draw(samples.memorySeries, bytesText(gauge("process_resident_memory_bytes")), t`MiB`);
    this.#figures.set({
      peak: bytesText(gauge("process_peak_resident_memory_bytes")), entities: bytesText(gauge("parvis_entity_bytes")), files: countText(gauge("process_open_fds")),
      writes: countText(gauge("parvis_entity_writes_total")), now: perSecondText(samples.rate("writes")), commits: countText(gauge("parvis_commits_total")),
      outbox: bytesText(gauge("parvis_outbox_bytes")), chunks: countText(gauge("parvis_history_written_chunks_total")),
    });
  }
}

export class HistoryPart {
  #part = part("history", t`History`);
  #figures = figures([["tail", t`Values waiting in memory`], ["written", t`Values written`], ["rolled", t`Rolled up or deleted`]]);
  #list = el("div");

  constructor() {
    this.#part.body.append(this.#figures.element, this.#list);
    this.element = this.#part.element;
    this.element.classList.add("is-broad");
  }

  show(policies, gauge) {
    this.#figures.set({ tail: countText(gauge("parvis_history_tail_samples")), written: countText(gauge("parvis_history_written_samples_total")), rolled: countText(gauge("parvis_history_rolled_samples_total")) });
    this.#part.say(policies?.refusal, false);
    const all = list(policies?.value);
    this.#list.hidden = !policies?.value;
    renew(this.#list, all.slice(0, POLICIES_MAX), () => [
      hint(all.length === 0 ? t`No policy: every value is kept for ever.` : t`What no policy names is kept for ever. Of several, the most specific one counts.`),
      ...(all.length === 0 ? [] : [table(t`Policies of the history`, [t`For`, t`What is kept`, t`Policy`], all.slice(0, POLICIES_MAX).map((one) => [policySubject(one), retentionText(one), text(one.name, 100)]))]),
      ...(all.length > POLICIES_MAX ? [hint(tn(all.length - POLICIES_MAX, "{0} more policies are not shown.", "{0} more policies are not shown."))] : []),
    ]);
  }
}

export class BackupPart {
  constructor(now = new Date()) {
    const day = `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}-${String(now.getDate()).padStart(2, "0")}`;
    const one = part("backup", t`Back up now`,
      el("p", {}, t`Parvis makes no backup over HTTP: a copy is written on its machine, also while it runs. There, with the folder given to --data in the place of data:`),
      command(`parvis backup --data data city-${day}.db`),
      hint(t`The copy shows one instant, and never takes the place of a file. To restore it, put it into an empty folder as parvis.db and start Parvis with --data on that folder.`));
    this.element = one.element;
  }
}

function command(words) {
  return el("div", { className: "command" }, el("code", {}, words), copyButton(words));
}
