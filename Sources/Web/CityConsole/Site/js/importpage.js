// The page that brings files in: `#/import` takes one and lists earlier ones, `#/import/ID` is one on its way.

import { byId, el, setText } from "./dom.js";
import { saveText } from "./historytable.js";
import { icon } from "./icons.js";
import { controlImport, correctReading, createImport, deleteImport, listImports, previewImport, readImport, runImport, sendPieces, undoImport } from "./importapi.js";
import { ImportMapping } from "./importmapping.js";
import { ImportPreview, shortValue, table } from "./importpreview.js";
import { carriedOver, readingFields } from "./importreading.js";
import { ImportProgress, importResult } from "./importrun.js";
import { bytesText, countsText, entitiesText, formatOf, isActive, statusOf, titleOf } from "./importwords.js";
import { field, textInput } from "./formparts.js";
import { shortName } from "./entity.js";
import { t } from "./language.js";
import { exactText, parseTime } from "./time.js";
import { formatCount } from "./units.js";

const EVERY = 700;
const accepted = ".csv,.tsv,.txt,.gz,.geojson,.json,.zip,text/csv,application/geo+json,application/zip";
const button = (picture, text, action, more = {}) => el("button", { type: "button", className: "button", onclick: action, ...more }, icon(picture), text);
const parsed = (text) => (text === null || text === undefined ? null : JSON.parse(text));

export class ImportPage {
  #store;
  #pages;
  #page = byId("import");
  #title = el("h2", { id: "import-title", tabIndex: -1 });
  #back = el("a", { className: "icon-button", href: "#/import", "aria-label": t`All imports`, title: t`All imports` }, icon("back"));
  #steps = el("ol", { className: "import-steps", "aria-label": t`Steps` });
  #problem = el("p", { className: "notice", role: "alert", "data-tone": "bad", hidden: true });
  #body = el("div", { className: "import-body" });
  #id = null;
  #state = null;
  #timer = null;
  #sending = null;
  #mapping = null;
  #preview = null;
  #progress = null;
  #shown = "";
  #yaml = null;

  constructor(store, pages) {
    this.#store = store;
    this.#pages = pages;
    this.#page.append(el("div", { className: "import-head" }, this.#back, this.#title), this.#steps, this.#problem, this.#body);
  }

  get isOpen() {
    return !this.#page.hidden;
  }

  open(address) {
    this.#page.hidden = false;
    const id = /^#\/import\/([0-9a-f]{16})$/.exec(address)?.[1] ?? null;
    if (id === this.#id && id !== null && this.#state) return;
    this.#clear();
    this.#id = id;
    this.#back.hidden = id === null;
    setText(this.#title, id === null ? t`Import` : "…");
    if (id === null) this.#openList();
    else this.#pages.mapKnown.then(() => { if (this.#id === id) this.#read(true); });
    this.#title.focus({ preventScroll: true });
  }

  leave() {
    this.#pages.goTo(this.#id === null ? "#/" : "#/import");
  }

  focusSearch() {}

  redraw() {
    this.#preview?.redraw();
  }

  close() {
    this.#clear();
    this.#id = null;
    this.#page.hidden = true;
  }

  #clear() {
    clearTimeout(this.#timer);
    this.#sending?.abort();
    this.#sending = null;
    this.#preview?.close();
    this.#preview = this.#mapping = this.#progress = this.#state = this.#yaml = null;
    this.#shown = "";
    this.#problem.hidden = true;
    this.#steps.replaceChildren();
    this.#body.replaceChildren();
  }

  #say(text) {
    setText(this.#problem, text ?? "");
    this.#problem.hidden = !text;
    if (text) this.#problem.scrollIntoView({ block: "nearest" });
  }

  async #do(action) {
    this.#say(null);
    try {
      return await action();
    } catch (error) {
      if (error.name !== "AbortError") this.#say(error.message);
      return undefined;
    }
  }

  // --- The list ----------------------------------------------------------------------------------------------------

  #openList() {
    const list = el("ul", { className: "import-list" });
    const heading = el("h3", { hidden: true }, t`Earlier imports`);
    this.#body.replaceChildren(this.#dropZone(t`Drop a file here`, t`A table as CSV, a GeoJSON file, or a GTFS feed as zip. You see what it would become before anything is written, and can undo it.`), heading, list);
    this.#do(async () => {
      const imports = await listImports();
      if (this.#id !== null) return;
      heading.hidden = imports.length === 0;
      list.replaceChildren(...imports.map((state) => this.#row(state)));
    });
  }

  #dropZone(title, hint) {
    const input = el("input", { type: "file", accept: accepted, className: "import-file", "aria-label": t`Choose a file`, onchange: () => {
      const [file] = input.files;
      input.value = "";
      if (file) this.take(file);
    } });
    return el("div", { className: "import-drop card" }, icon("save"), el("b", {}, title), el("p", { className: "hint" }, hint), el("label", { className: "button is-main" }, input, icon("plus"), t`Choose a file`));
  }

  #row(state) {
    const [word, tone] = statusOf(state);
    return el("li", {}, el("a", { className: "import-row card", href: `#/import/${state.id}` },
      el("b", {}, titleOf(state)), el("span", { className: "pill", "data-tone": tone }, word),
      el("span", { className: "hint" }, [formatOf(state), state.kind === "edit" ? entitiesText(state.edit.count) : bytesText(state.size), exactText(parseTime(state.createdAt)), state.counts.batches > 0 ? countsText(state.counts) : ""].filter(Boolean).join(" · "))));
  }

  // --- A file comes in ---------------------------------------------------------------------------------------------

  /** Begins to bring a file in, or goes on with one that was begun. */
  async take(file) {
    const state = this.#state;
    if (state?.status === "uploading" && (file.size !== state.size || file.name !== state.name)) {
      return this.#say(t`This is another file. Choose ${state.name} to go on, or begin a new import.`);
    }
    await this.#do(async () => {
      const begun = state?.status === "uploading" ? state : await createImport(file.name, file.size);
      if (begun !== state) this.#pages.goTo(`#/import/${begun.id}`);
      const sending = new AbortController();
      // The address changes at once, or with the next event; either way this import is the one on show.
      if (this.#id !== begun.id) {
        this.#clear();
        this.#id = begun.id;
        this.#back.hidden = false;
      }
      this.#sending = sending;
      this.#state = begun;
      this.#drawSteps();
      setText(this.#title, begun.name);
      const bar = el("progress", { max: 1, value: begun.received.length / begun.pieces, "aria-label": t`Sending the file` });
      const words = el("p", { className: "hint" });
      const told = (share) => {
        bar.value = share;
        setText(words, t`${Math.floor(share * 100)} % of ${bytesText(file.size)}`);
      };
      told(bar.value);
      this.#body.replaceChildren(el("section", { className: "import-progress", "aria-label": t`Sending the file` }, el("h3", {}, t`Sending the file`), bar, words, el("div", { className: "import-actions" }, button("close", t`Stop sending`, () => {
        sending.abort();
        this.#read(true);
      }))));
      this.#shown = "sending";
      await sendPieces(begun, file, told, sending.signal);
      this.#sending = null;
      await this.#read(true);
    });
  }

  // --- One ---------------------------------------------------------------------------------------------------------

  async #read(isFirst = false) {
    clearTimeout(this.#timer);
    const id = this.#id;
    const state = await this.#do(() => readImport(id));
    if (this.#id !== id || !state) return;
    if (this.#sending?.signal.aborted) this.#sending = null;
    if (this.#sending) return;
    this.#state = state;
    setText(this.#title, titleOf(state));
    this.#drawSteps();
    this.#draw(isFirst);
    if (isActive(state)) this.#timer = setTimeout(() => this.#read(), EVERY);
  }

  #drawSteps() {
    const { status, kind } = this.#state;
    const names = kind === "edit" ? [t`Preview`, t`Change`, t`Result`] : [t`File`, t`Meaning`, t`Preview`, t`Import`, t`Result`];
    const last = names.length - 1;
    const at = status === "uploading" ? 0 : status === "ready" ? (kind === "edit" ? 0 : this.#yaml !== null ? 2 : 1) : isActive(this.#state) ? last - 1 : last;
    this.#steps.replaceChildren(...names.map((name, index) => el("li", { className: index < at ? "is-done" : "", "aria-current": index === at ? "step" : undefined }, el("span", {}, String(index + 1)), name)));
  }

  #draw(isFirst) {
    const state = this.#state;
    const kind = isActive(state) ? "running" : state.status;
    if (kind === "running") {
      if (this.#shown !== "running") {
        this.#dropParts();
        this.#progress = new ImportProgress((action) => this.#do(async () => {
          await controlImport(state.id, action);
          await this.#read();
        }));
        this.#body.replaceChildren(this.#progress.element);
        this.#progress.focus();
      }
      this.#shown = "running";
      return this.#progress.show(state);
    }
    if (!isFirst && this.#shown === kind) return;
    const wasRunning = ["running", "started"].includes(this.#shown);
    this.#dropParts();
    this.#shown = kind;
    if (kind === "uploading") return this.#drawUnfinished();
    if (kind === "ready") return state.kind === "edit" ? this.#drawEdit() : this.#drawReady();
    this.#body.replaceChildren(importResult(state, { undo: (force) => this.#undo(force), goOn: () => this.#run({}), remove: () => this.#remove() }));
    if (wasRunning) {
      byId("import-result-title").focus({ preventScroll: true });
      setText(byId("announcement"), `${byId("import-result-title").textContent}: ${countsText(state.counts)}`);
    }
  }

  #dropParts() {
    this.#preview?.close();
    this.#preview = this.#mapping = this.#progress = null;
  }

  #drawUnfinished() {
    const { received, pieces, name } = this.#state;
    this.#body.replaceChildren(el("p", { className: "notice", "data-tone": "warn" }, t`${name} is here to ${Math.floor((100 * received.length) / pieces)} %. Choose it again, and the rest is sent.`),
      this.#dropZone(t`Drop ${name} here`, t`What is here already is not sent again.`), el("div", { className: "import-actions" }, button("bin", t`Forget this import`, () => this.#remove())));
  }

  /** @param guess as the server has it, or with what was corrected before the file was read in another way */
  #drawReady(guess = this.#state.guess) {
    const { problem, format } = this.#state;
    const foot = [button("bin", t`Forget this import`, () => this.#remove())];
    if (problem) {
      this.#body.replaceChildren(el("p", { className: "notice", "data-tone": "bad" }, problem), el("div", { className: "card import-card" }, readingFields(null, (reading, key) => this.#correct(reading, key))),
        el("div", { className: "import-actions" }, ...foot));
      return undefined;
    }
    this.#preview = new ImportPreview(this.#store, this.#pages.mapParts());
    const run = button("play", t`Import`, () => this.#run(this.#asked()), { className: "button is-main", hidden: true });
    const save = button("save", t`Mapping as YAML`, () => saveText(this.#yaml, `${this.#state.name.replace(/\.[^.]*$/, "").replace(/[^\p{L}\p{N}_-]/gu, "_")}.yaml`, "application/yaml"), { hidden: true });
    const look = button("target", t`Preview`, () => this.#look(look, run, save), { className: "button is-main" });
    if (format === "gtfs") {
      const feed = field(t`Name of the feed in ids`, textInput({ maxLength: 100, placeholder: this.#state.name.replace(/\.zip$/i, "") }));
      const times = el("input", { type: "checkbox", checked: true });
      this.#mapping = { read: () => ({ feed: feed.input.value.trim() || undefined, stopTimes: times.checked }) };
      this.#body.replaceChildren(el("div", { className: "card import-card" }, el("p", {}, t`A GTFS feed becomes agencies, stops, routes, trips and times of the Smart Data Models.`), feed.element, el("label", { className: "radio" }, times, t`Stop times too, which are most of a feed`)));
    } else {
      const warnings = guess.warnings.map((text) => el("p", { className: "notice", "data-tone": "warn" }, text));
      const form = new ImportMapping(guess, format, this.#store, () => {
        // What is on show would no longer be what is made.
        if (this.#yaml === null) return;
        this.#yaml = null;
        run.hidden = save.hidden = true;
        look.classList.add("is-main");
        this.#preview?.close();
        this.#drawSteps();
      });
      this.#mapping = { read: () => {
        const choices = form.read();
        return choices && { choices };
      } };
      const reading = format === "csv" ? [readingFields(guess.choices, (reading, key) => this.#correct(reading, key, () => form.choices))] : [];
      this.#body.replaceChildren(...warnings, el("div", { className: "card import-card" }, ...reading, form.element));
    }
    this.#body.append(this.#preview.element, el("div", { className: "import-actions import-foot" }, look, run), el("div", { className: "import-actions" }, save, ...foot));
    return () => this.#look(look, run, save, true);
  }

  /** The file read in another way: a new guess, and at once what it would become. */
  #correct(reading, key, choices) {
    const before = this.#state.guess;
    const preview = this.#preview;
    return this.#do(async () => {
      const state = await correctReading(this.#id, reading);
      if (state.id !== this.#id || preview !== this.#preview) return;
      this.#state = state;
      this.#dropParts();
      this.#yaml = null;
      this.#drawSteps();
      const look = this.#drawReady(before ? carriedOver(state.guess, before, choices()) : state.guess);
      this.#body.querySelector(`[name="reading-${key}"]`)?.focus({ preventScroll: true });
      await look?.();
      return true;
    });
  }

  #asked() {
    return this.#mapping.read();
  }

  /** @param isQuiet leaves the focus where it is */
  #look(look, run, save, isQuiet = false) {
    const asked = this.#asked();
    if (!asked) return undefined;
    const preview = this.#preview;
    return this.#do(async () => {
      const result = await previewImport(this.#id, asked);
      if (preview !== this.#preview) return;
      preview.show(result);
      this.#yaml = result.mapping ?? "";
      save.hidden = !result.mapping;
      run.hidden = result.entities.length === 0;
      look.classList.toggle("is-main", run.hidden);
      this.#drawSteps();
      if (!isQuiet) preview.focus();
    });
  }

  #drawEdit() {
    const { edit } = this.#state;
    this.#do(async () => {
      const { differences, changed, missing, chosen } = await previewImport(this.#id, {});
      if (this.#shown !== "ready") return;
      const words = [t`${entitiesText(changed)} of ${formatCount(chosen)} will change.`];
      if (missing > 0) words.push(t`${entitiesText(missing)} are not there any more.`);
      const value = (text) => (edit.action === "delete" ? "" : shortValue(parsed(text)));
      const rows = differences.map(({ id, type, before, after }) => (edit.action === "delete" ? [id, shortName(type), t`is deleted`] : [id, shortName(type), value(before), after === null || after === undefined ? t`is removed` : value(after)]));
      const heads = edit.action === "delete" ? ["id", t`Type`, t`What happens`] : ["id", t`Type`, t`${edit.attribute} before`, t`${edit.attribute} after`];
      this.#body.replaceChildren(el("p", {}, words.join(" ")), ...(rows.length > 0 ? [table(t`The first ones`, heads, rows)] : []),
        el("div", { className: "import-actions" },
          ...(changed > 0 ? [button(edit.action === "delete" ? "bin" : "check", edit.action === "delete" ? t`Delete ${entitiesText(changed)}` : t`Change ${entitiesText(changed)}`, () => this.#run({}), { className: `button ${edit.action === "delete" ? "is-danger" : "is-main"}` })] : []),
          button("close", t`Leave it`, () => this.#remove())));
    });
  }

  #run(asked) {
    if (!asked) return undefined;
    return this.#do(async () => {
      await runImport(this.#id, asked);
      // It may be over before it is looked at.
      this.#shown = "started";
      await this.#read();
    });
  }

  #undo(force) {
    return this.#do(async () => {
      await undoImport(this.#id, force);
      this.#shown = "started";
      await this.#read();
    });
  }

  #remove() {
    const { status, counts } = this.#state;
    if (status !== "undone" && counts.batches > 0 && !window.confirm(t`Forget this import? It can then no longer be undone.`)) return undefined;
    return this.#do(async () => {
      await deleteImport(this.#id);
      this.#pages.goTo("#/import");
    });
  }
}
