// What a script adds to the public page, which is whole without it: a map with its legend, a search over all entities, a panel with the
// values in words, and values that follow the city.

import { colouring } from "./colours.js";
import { entitiesOf, publishedLayers } from "./data.js";
import { drawMap } from "./map.js";
import { t, tn, unitOf } from "./words.js";

const SHOWN = 100;
const EVERY = 30_000;

const box = document.getElementById("map");
const language = document.documentElement.lang;
const numbers = new Intl.NumberFormat(language, { maximumFractionDigits: 3 });
const times = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });

function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** A value in words. */
function said({ value, unitCode }) {
  if (value === undefined || value === null || value === "") return t`no value¦of an entry`;
  if (typeof value === "boolean") return value ? t`yes` : t`no`;
  if (typeof value === "number") return `${numbers.format(value)}${unitOf(unitCode) ? `\u00a0${unitOf(unitCode)}` : ""}`;
  const text = String(value);
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) ? saidTime(text) : text.slice(0, 1_000);
}

const found = (count) => (count === 0 ? t`Nothing fits¦search of the public site` : tn(count, "{0} fits", "{0} fit"));
const saidTime = (text) => (Number.isNaN(Date.parse(text)) ? text : times.format(new Date(text)));

for (const time of document.querySelectorAll("time[datetime]")) time.textContent = saidTime(time.dateTime);
// Without the script's part the page stays as the server made it.
if (box) start(box).catch((error) => console.info(error.message));

async function start(box) {
  const layers = await publishedLayers();
  const layer = layers.find(({ id }) => id === box.dataset.layer);
  if (!layer) return;
  let { entities, isWhole } = await entitiesOf(layer, language);
  const panel = document.getElementById("panel");
  const table = document.querySelector("#table");
  const columns = layer.attributes.filter(({ column }) => column !== "name" && entities.some(({ values }) => values.some((value) => value.column === column)));
  const search = el("input", { type: "search", id: "search", placeholder: t`Search in these data`, "aria-label": t`Search in these data`, maxLength: 100, autocomplete: "off" });
  const line = el("p", { id: "found", role: "status" });
  document.getElementById("tools").replaceChildren(search, line);
  document.querySelector(".more")?.remove();

  let chosen = null;
  let isFromTable = false;
  let map = null;
  const valueIn = (entity, column) => entity.values.find((value) => value.column === column);
  const colours = colouring(entities, box.dataset.colour);
  const colourOf = { of: (entity) => colours.of(valueIn(entity, box.dataset.colour)?.value), expression: colours.expression };

  const draw = () => {
    const asked = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fitting = asked.length === 0 ? entities : entities.filter(({ text }) => asked.every((word) => text.includes(word)));
    line.textContent = [asked.length > 0 ? found(fitting.length) : "", fitting.length > SHOWN ? t`The first ${SHOWN} are shown.¦entries` : ""].filter(Boolean).join(" ");
    table.tHead.rows[0].replaceChildren(table.tHead.rows[0].cells[0], ...columns.map(({ column, label }) => el("th", { scope: "col" }, label[language] ?? label.en ?? Object.values(label)[0] ?? column)));
    const focused = document.activeElement?.closest?.("tr")?.dataset.id;
    table.tBodies[0].replaceChildren(...fitting.slice(0, SHOWN).map((entity) => {
      const button = el("button", { type: "button", onclick: () => choose(entity, button) }, entity.name);
      const row = el("tr", { "data-id": entity.id }, el("th", { scope: "row" }, button), ...columns.map(({ column }) => {
        const value = valueIn(entity, column);
        return el("td", { className: typeof value?.value === "number" ? "number" : "" }, value ? said(value).slice(0, 120) : "");
      }));
      if (entity.id === chosen) row.setAttribute("aria-current", "true");
      return row;
    }));
    if (focused) [...table.tBodies[0].rows].find((row) => row.dataset.id === focused)?.querySelector("button")?.focus({ preventScroll: true });
    map?.update(fitting);
  };

  const close = () => {
    const row = [...table.tBodies[0].rows].find(({ dataset }) => dataset.id === chosen);
    chosen = null;
    panel.hidden = true;
    row?.removeAttribute("aria-current");
    map?.show(null);
    // Back to where the reader came from: the row, or the map.
    row?.querySelector("button")?.focus({ preventScroll: !isFromTable });
  };

  const fill = (entity) => {
    panel.replaceChildren(
      el("h2", { id: "panel-title", tabIndex: -1 }, entity.name), el("button", { type: "button", className: "close", "aria-label": t`Close`, onclick: close }, "×"),
      el("dl", {}, ...entity.values.filter(({ column }) => column !== entity.named).flatMap((value) => [
        el("dt", {}, value.label), el("dd", {}, said(value), ...(value.observedAt ? [el("small", {}, ` ${t`measured ${saidTime(value.observedAt)}`}`)] : [])),
      ])));
  };

  function choose(entity, from) {
    chosen = entity.id;
    isFromTable = from !== null;
    fill(entity);
    panel.hidden = false;
    for (const row of table.tBodies[0].rows) {
      if (row.dataset.id === chosen) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
    map?.show(entity);
    if (from) panel.querySelector("h2").focus({ preventScroll: true });
    panel.scrollIntoView?.({ block: "nearest" });
  }

  search.addEventListener("input", draw);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) close();
  });
  draw();
  document.body.dataset.ready = "true";

  if (box.dataset.map !== "none") {
    map = await drawMap(box, { layer, layers, entities, isWhole, colouring: colourOf, onChoose: (id) => {
      const entity = entities.find((one) => one.id === id);
      if (entity) choose(entity, null);
    } });
    if (map && colours.legend.length > 0) {
      const name = layer.attributes.find(({ column }) => column === box.dataset.colour);
      box.after(el("figure", { className: "legend" }, el("figcaption", {}, name?.label[language] ?? name?.label.en ?? box.dataset.colour), el("ul", {}, ...colours.legend.map(({ colour, text }) => {
        const dot = el("span", { className: "dot", "aria-hidden": "true" });
        dot.style.background = colour;
        return el("li", {}, dot, text.map((one) => (typeof one === "number" ? numbers.format(one) : typeof one === "string" ? one.slice(0, 60) : String(one))).join(" – "));
      }))));
    }
    document.body.dataset.map = map ? "drawn" : "absent";
  }

  setInterval(async () => {
    if (document.hidden) return;
    try {
      ({ entities, isWhole } = await entitiesOf(layer, language));
      draw();
      const entity = entities.find(({ id }) => id === chosen);
      if (entity && !panel.hidden && !panel.contains(document.activeElement)) fill(entity);
    } catch {
      line.textContent = t`The data cannot be read at the moment; they are asked for again.`;
    }
  }, EVERY);
}
