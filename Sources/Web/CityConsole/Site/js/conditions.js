// Conditions that people put together from an attribute, a comparison and a value, to and from the query language
// (CIM 009 clause 4.9). What cannot be put together so stays as it was written.

import { t } from "./language.js";





export const comparisons = [
  ["==", t`is`], ["!=", t`is not`], [">", t`is above`], [">=", t`is at least`], ["<", t`is below`], ["<=", t`is at most`],
  ["~=", t`fits the pattern`], ["", t`is there`],
];

const term = /^([^\s=!<>~;|()"]+?)(?:(==|!=|>=|<=|~=|>|<)("(?:[^"\\]|\\.)*"|[^\s;|()",]+))?$/;

/** The terms of `q`, all of which must hold, or `null` where it says something else. */
export function parseConditions(q) {
  if (!q) return [];
  const terms = [];
  for (const part of split(q)) {
    const match = term.exec(part);
    if (!match) return null;
    const [, attribute, comparison = "", text = ""] = match;
    const isQuoted = text.startsWith('"');
    let value = text;
    try {
      if (isQuoted) value = JSON.parse(text);
    } catch {
      return null;
    }
    terms.push({ attribute, comparison, value, isText: isQuoted });
  }
  return terms;
}

/** At semicolons, except inside of quotes. */
function split(q) {
  const parts = [""];
  let isInside = false;
  for (let at = 0; at < q.length; at += 1) {
    if (isInside && q[at] === "\\") {
      parts[parts.length - 1] += q.slice(at, at + 2);
      at += 1;
      continue;
    }
    if (q[at] === '"') isInside = !isInside;
    if (q[at] === ";" && !isInside) parts.push("");
    else parts[parts.length - 1] += q[at];
  }
  return parts;
}

export function writeConditions(terms) {
  return terms.map(({ attribute, comparison, value, isText }) => {
    if (comparison === "") return attribute;
    return `${attribute}${comparison}${comparison === "~=" ? patternOf(value, isText) : literal(value, isText)}`;
  }).join(";");
}

const isNumber = (text) => /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text);
const isWord = (text) => isNumber(text) || text === "true" || text === "false" || /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text);

function literal(value, isText) {
  const text = value.trim();
  return isWord(text) && !isText ? text : JSON.stringify(text);
}

const patternOf = (value, isText) => (isText || /[\s;|()",]/.test(value) ? JSON.stringify(value) : value);

/** `no2 is above 100`. */
export function conditionText({ attribute, comparison, value }) {
  const words = comparisons.find(([sign]) => sign === comparison)[1];
  return comparison === "" ? `${attribute} ${words}` : `${attribute} ${words} ${value}`;
}
