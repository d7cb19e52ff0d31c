// What the parts of the page of operations are made of: cards with figures, tables and words.

import { el, setText } from "./dom.js";
import { sparkline } from "./sparkline.js";

/** A card with a heading: `{ element, body, say(words) }`; `say` tells in words what is missing, or nothing. */
export function part(name, title, ...children) {
  const words = el("p", { className: "notice", "data-tone": "warn", hidden: true });
  const body = el("div", { className: "ops-body" }, ...children);
  const element = el("section", { className: "ops-part card", id: `ops-${name}`, "aria-labelledby": `ops-${name}-title` },
    el("h3", { id: `ops-${name}-title`, tabIndex: -1 }, title), words, body);
  return {
    element, body,
    /** @param isInstead whether the words stand in the place of the figures, which are not known then */
    say(text, isInstead = true) {
      words.hidden = !text;
      setText(words, text ?? "");
      body.hidden = Boolean(text) && isInstead;
    },
  };
}

/** A list of figures with their names: `{ element, set(values) }`. Names are `[key, label]`. */
export function figures(names) {
  const values = new Map(names.map(([key]) => [key, el("dd")]));
  const element = el("dl", { className: "ops-figures" }, ...names.map(([key, label]) => el("div", {}, el("dt", {}, label), values.get(key))));
  return {
    element,
    set(all) {
      for (const [key, one] of values) {
        const [text, tone = ""] = [all[key] ?? "–"].flat();
        setText(one, text);
        one.dataset.tone = tone;
      }
    },
  };
}

/** A small chart with its name and its newest value: `{ element, draw(series, text, unit) }`. */
export function course(name) {
  const chart = sparkline();
  const value = el("b");
  const element = el("div", { className: "ops-course" }, el("span", {}, name), value, chart.picture);
  return {
    element,
    draw(series, text, unit) {
      setText(value, text);
      chart.picture.classList.toggle("is-empty", series === null);
      if (series) chart.draw(series, Date.now(), name, unit, [0, Math.max(...series.values, 1e-9)]);
    },
  };
}

/** Puts new children into a box where what they show changed; a link or button that had the focus keeps it. */
export function renew(box, shown, make) {
  const signature = JSON.stringify(shown);
  if (box.signature === signature) return;
  box.signature = signature;
  const active = box.contains(document.activeElement) ? keyOf(document.activeElement) : null;
  box.replaceChildren(...make());
  if (active) [...box.querySelectorAll("a, button, summary")].find((one) => keyOf(one) === active)?.focus({ preventScroll: true });
}

const keyOf = (element) => `${element.getAttribute("href") ?? ""} ${element.textContent}`;

/** A table: heads, and rows of texts or elements. */
export function table(label, heads, rows) {
  return el("div", { className: "ops-table", role: "region", "aria-label": label, tabIndex: 0 }, el("table", {},
    el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map((cell, at) => el("td", { "data-head": heads[at] }, cell)))))));
}

export const pill = (tone, text) => el("span", { className: "pill", "data-tone": tone }, text);
export const hint = (text) => el("p", { className: "hint" }, text);
