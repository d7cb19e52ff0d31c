// The language of the page, its words, and the control that changes it. Modules that import this one run when the dictionary is there,
// so constants may hold words too.

import { translation } from "./translation.js";

const root = globalThis.document?.documentElement;

/** The languages there are, code to name in that language. */
export const languages = globalThis.parvisLanguages ?? { en: "English" };

let words = null;
if (root && root.lang !== "en" && Object.hasOwn(languages, root.lang)) {
  try {
    // Its sections are for those who translate.
    words = Object.assign({}, ...Object.values(await (await globalThis.parvisDictionary).json()));
  } catch (error) {
    console.info(`The dictionary of ${root.lang} did not come, so the page stays English: ${error.message}`);
    root.lang = "en";
  }
}

/** The language of the page: `en`, `fr`, ... */
export const language = words ? root.lang : "en";

/** The same with a region where the browser names one, such as `fr-CH`: for numbers, dates and everything else of Intl. */
export const locale = globalThis.navigator?.languages?.find((one) => one.toLowerCase().split("-")[0] === language) ?? language;

/** As `translation.js` has them: the words of a text, of a template, for a count, around elements. */
export const { t, tn, tNodes, wordsOf } = translation(words, locale);

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
