// The words of the page. What is written in the code is English, and is the key of what a dictionary has instead of it: t`Delete ${name}?`
// is "Delete {0}?" in lang/fr.js. Modules that import this one run when the dictionary is there, so constants may hold words too.
//
// A remark after ¦ tells two meanings of a word apart and is not shown: t`All¦pollutants`.

const root = globalThis.document?.documentElement;

/** The languages there are, code to name in that language. */
export const languages = globalThis.parvisLanguages ?? { en: "English" };

let words = null;
if (root && root.lang !== "en" && Object.hasOwn(languages, root.lang)) {
  try {
    words = (await import(`./lang/${root.lang}.js`)).default;
  } catch (error) {
    console.info(`The dictionary of ${root.lang} did not come, so the page stays English: ${error.message}`);
    root.lang = "en";
  }
}

/** The language of the page: `en`, `fr`, ... */
export const language = words ? root.lang : "en";

/** The same with a region where the browser names one, such as `fr-CH`: for numbers, dates and everything else of Intl. */
export const locale = globalThis.navigator?.languages?.find((one) => one.toLowerCase().split("-")[0] === language) ?? language;

const plural = new Intl.PluralRules(locale);
const grouped = new Intl.NumberFormat(locale);
const prepared = new WeakMap();

/** The text of a template in the page's language; what stands in the holes stays as it is. */
export function t(texts, ...values) {
  let parts = prepared.get(texts);
  if (!parts) {
    parts = partsOf(wordsOf(texts.reduce((key, text, at) => `${key}{${at - 1}}${text}`)));
    prepared.set(texts, parts);
  }
  return filled(parts, values);
}

/**
 * The text for a count: `tn(3, "{0} entity", "{0} entities")`. A dictionary has it under the second, as an object with a text for
 * each form that its language has (`Intl.PluralRules`). `values` fill {0}, {1}, ...; without them {0} is the count.
 */
export function tn(count, one, other, ...values) {
  const found = words && Object.hasOwn(words, other) ? words[other] : { one, other };
  return filled(partsOf(withoutRemark(found[plural.select(count)] ?? found.other)), values.length > 0 ? values : [grouped.format(count)]);
}

const withoutRemark = (text) => text.split("¦", 1)[0];
const wordsOf = (key) => (words && Object.hasOwn(words, key) ? words[key] : withoutRemark(key));
/** Text, the number of a hole, text, ... */
const partsOf = (text) => text.split(/\{(\d+)\}/);
const filled = (parts, values) => (parts.length === 1 ? parts[0] : parts.reduce((text, part, at) => text + (at % 2 ? values[part] : part), ""));

/** The parts of a template whose holes hold elements, for `el(tag, {}, ...tNodes`Decided by ${element}`)`. */
export function tNodes(texts, ...values) {
  const parts = partsOf(wordsOf(texts.reduce((key, text, at) => `${key}{${at - 1}}${text}`)));
  return parts.map((part, at) => (at % 2 ? values[part] : part)).filter((part) => part !== "");
}

/** What the dictionary has for a word that the server chose from a fixed list; the word itself where it has none. */
export const known = (word) => (typeof word === "string" ? wordsOf(word) : word);

/** Puts the words into what the page has from its HTML: texts and labels that are a key. */
function putIn(page) {
  const walker = document.createTreeWalker(page, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim();
    if (text && Object.hasOwn(words, text)) walker.currentNode.data = walker.currentNode.data.replace(text, () => words[text]);
  }
  for (const name of ["aria-label", "title", "placeholder", "alt"]) {
    for (const element of page.querySelectorAll(`[${name}]`)) element.setAttribute(name, wordsOf(element.getAttribute(name)));
  }
}

if (words) putIn(document.body);
if (root) delete root.dataset.words;

/** Fills the control of the header by which the language is chosen. The choice stays in this browser; the page is read anew in it. */
export function setUpLanguage(control) {
  control.replaceChildren(...Object.entries(languages).map(([code, name]) => {
    const option = new Option(name, code, code === language, code === language);
    option.lang = code;
    return option;
  }));
  control.parentElement.dataset.code = language.toUpperCase();
  control.addEventListener("change", () => {
    try {
      localStorage.setItem("parvis.language", control.value);
    } catch {
      // No storage: the browser's preference stands.
    }
    location.reload();
  });
}
