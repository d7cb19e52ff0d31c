// What an entity is linked with, as a small picture: what links to it at the left, what it links to at the right.

import { el, svg } from "./dom.js";
import { attributeNames, instancesOf, shortId, shortName, valueOf } from "./entity.js";
import { t } from "./language.js";
import { formatCount } from "./units.js";

const EACH_MAX = 8;
const WIDTH = 364;
const ROW = 46;
const BOX = 128;
const cut = (text, most) => ([...text].length > most ? `${[...text].slice(0, most - 1).join("")}…` : text);

function linksOf(entity) {
  const links = [];
  for (const name of attributeNames(entity)) {
    for (const instance of instancesOf(entity[name])) {
      const value = valueOf(instance);
      if (value.kind === "relationship") for (const id of value.objects) if (typeof id === "string") links.push({ name, id });
    }
  }
  return links;
}

/** The links from and to an entity: `{ from, to }`, each `[{ name, id }]`. Looks through all that the page knows. */
export function relationsOf(record, store) {
  const to = linksOf(record.entity);
  const from = [];
  for (const other of store.records.values()) {
    if (other === record) continue;
    for (const { name, id } of linksOf(other.entity)) if (id === record.id) from.push({ name, id: other.id });
  }
  return { from, to };
}

/** The picture, and in words what it leaves out. */
export function relationGraph(record, store) {
  const { from, to } = relationsOf(record, store);
  if (from.length + to.length === 0) return el("p", { className: "detail-note" }, t`Nothing is linked with this entity.`);
  const [left, right] = [from.slice(0, EACH_MAX), to.slice(0, EACH_MAX)];
  const rows = Math.max(left.length, right.length, 1);
  const height = rows * ROW;
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, class: "relation-graph", role: "group", "aria-label": t`${from.length} links to this entity, ${to.length} from it` });
  const middle = [WIDTH / 2, height / 2];
  const side = (links, x, isLeft) => links.forEach((link, at) => {
    const y = (at + 0.5) * (height / links.length);
    const edge = isLeft ? x + BOX : x;
    const [start, end] = isLeft ? [edge, middle[0] - 10] : [middle[0] + 10, edge - 5];
    const [startY, endY] = isLeft ? [y, middle[1]] : [middle[1], y];
    picture.append(svg("path", { d: `M${start} ${startY}C${(start + end) / 2} ${startY} ${(start + end) / 2} ${endY} ${end} ${endY}`, class: "relation-line", "marker-end": "url(#relation-arrow)" }));
    picture.append(node(link, x, y, store));
  });
  picture.append(svg("defs", {}, svg("marker", { id: "relation-arrow", viewBox: "0 0 6 6", refX: 5, refY: 3, markerWidth: 6, markerHeight: 6, orient: "auto" }, svg("path", { d: "M0 0 6 3 0 6z", class: "relation-head" }))));
  side(left, 0, true);
  side(right, WIDTH - BOX, false);
  picture.append(svg("circle", { cx: middle[0], cy: middle[1], r: 9, class: "relation-self" }));
  const more = [[from.length, t`more that link to it`], [to.length, t`more that it links to`]].filter(([count]) => count > EACH_MAX).map(([count, words]) => `${formatCount(count - EACH_MAX)} ${words}`);
  return el("div", { className: "relations" }, picture, more.length > 0 ? el("p", { className: "hint" }, t`Not shown: ${more.join(", ")}.`) : null);
}

function node({ name, id }, x, y, store) {
  const target = store.records.get(id);
  const label = target?.name ?? shortId(id);
  const link = svg("a", { href: `#/entity/${encodeURIComponent(id)}`, class: "relation-node", "aria-label": `${shortName(name).slice(0, 100)}: ${label.slice(0, 200)}` });
  const text = (content, dy, kind) => {
    const line = svg("text", { x: x + 8, y: y + dy, class: kind });
    line.append(content);
    return line;
  };
  const tip = svg("title");
  tip.append(`${shortName(name)}: ${label}`.slice(0, 300));
  link.append(tip, svg("rect", { x: x + 0.5, y: y - 18, width: BOX - 1, height: 36, rx: 8 }),
    text(cut(shortName(name), 20), -4, "relation-name"), text(cut(label, 17), 11, "relation-label"));
  return link;
}
