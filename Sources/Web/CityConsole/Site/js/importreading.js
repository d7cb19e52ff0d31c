// How a table is read: its encoding, what parts its columns, its decimal sign. A change is a new guess by the server.

import { el } from "./dom.js";
import { field, group, select } from "./formparts.js";
import { t } from "./language.js";

const delimiters = [[",", t`comma`], [";", t`semicolon`], ["tab", t`tab`], ["|", t`bar`]];
const decimals = [[".", t`point, 3.14`], [",", t`comma, 3,14`]];
const encodings = [
  ["utf-8", "UTF-8"], ["windows-1252", t`Western Europe (Windows-1252)`], ["iso-8859-15", t`Western Europe (ISO 8859-15)`], ["windows-1250", t`Central Europe (Windows-1250)`],
  ["windows-1251", t`Cyrillic (Windows-1251)`], ["windows-1253", t`Greek (Windows-1253)`], ["windows-1254", t`Turkish (Windows-1254)`],
];
const parts = [["delimiter", t`Columns are parted by`, delimiters], ["decimal", t`Decimal sign`, decimals], ["encoding", t`Letters are encoded as`, encodings]];

/**
 * The three as fields.
 *
 * @param choices as guessed, or `null` where nothing could be guessed
 * @param onChange gets `{ delimiter, decimal, encoding }` without what is to be guessed, and the name of what was changed; promises
 *   whether the file can be read so
 */
export function readingFields(choices, onChange) {
  const fields = new Map(parts.map(([key, label, options]) => {
    const value = choices ? choices[key] ?? "utf-8" : "";
    const all = choices ? options : [["", t`to be guessed`], ...options];
    // A mapping may part columns by any character.
    const known = all.some(([one]) => one === value) ? all : [[value, value], ...all];
    return [key, field(label, select(known, value, { name: `reading-${key}` }))];
  }));
  const read = () => Object.fromEntries([...fields].map(([key, { input }]) => [key, input.value]).filter(([, value]) => value !== ""));
  for (const [key, { input }] of fields) {
    const { value } = input;
    input.addEventListener("change", async () => {
      if (!(await onChange(read(), key))) input.value = value;
    });
  }
  return group(t`How the file is read`, el("div", { className: "field-row import-reading" }, ...[...fields.values()].map(({ element }) => element)));
}

/** The new guess, with what somebody had corrected of the one before. */
export function carriedOver(guess, before, corrected) {
  const choices = structuredClone(guess.choices);
  const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  for (const key of ["type", "id", "isHistory", "timeFormat", "zone", "missing"]) {
    if (!isSame(corrected[key], before.choices[key])) choices[key] = corrected[key];
  }
  choices.columns = choices.columns.map((column) => {
    const at = before.choices.columns.findIndex(({ name }) => name === column.name);
    const mine = corrected.columns[at];
    return mine && !isSame(mine, before.choices.columns[at]) ? mine : column;
  });
  return { ...guess, choices };
}
