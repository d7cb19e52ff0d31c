// Words by a dictionary. What is written in the code is English, and is the key of what a dictionary has instead of it: t`Delete ${name}?`
// is "Delete {0}?" in lang/fr.json. A remark after ¦ tells two meanings of a word apart and is not shown: t`All¦pollutants`.

const withoutRemark = (text) => text.split("¦", 1)[0];
/** Text, the number of a hole, text, ... */
const partsOf = (text) => text.split(/\{(\d+)\}/);
const filled = (parts, values) => (parts.length === 1 ? parts[0] : parts.reduce((text, part, at) => text + (at % 2 ? values[part] : part), ""));
const keyOf = (texts) => texts.reduce((key, text, at) => `${key}{${at - 1}}${text}`);

/**
 * How a page says things in a language.
 *
 * @param words what stands in the place of English texts; `null`: English
 */
export function translation(words, locale) {
  const plural = new Intl.PluralRules(locale);
  const grouped = new Intl.NumberFormat(locale);
  const prepared = new WeakMap();
  const wordsOf = (key) => (words && Object.hasOwn(words, key) ? words[key] : withoutRemark(key));
  return {
    /** What the dictionary has for a text; the text itself where it has none. */
    wordsOf,
    /** The text of a template; what stands in the holes stays as it is. */
    t(texts, ...values) {
      let parts = prepared.get(texts);
      if (!parts) {
        parts = partsOf(wordsOf(keyOf(texts)));
        prepared.set(texts, parts);
      }
      return filled(parts, values);
    },
    /**
     * The text for a count: `tn(3, "{0} entity", "{0} entities")`. A dictionary has it under the second, as an object with a text for
     * each form that its language has (`Intl.PluralRules`). `values` fill {0}, {1}, ...; without them {0} is the count.
     */
    tn(count, one, other, ...values) {
      const found = words && Object.hasOwn(words, other) ? words[other] : { one, other };
      return filled(partsOf(withoutRemark(found[plural.select(count)] ?? found.other)), values.length > 0 ? values : [grouped.format(count)]);
    },
    /** The parts of a template whose holes hold elements, for `el(tag, {}, ...tNodes`Decided by ${element}`)`. */
    tNodes(texts, ...values) {
      return partsOf(wordsOf(keyOf(texts))).map((part, at) => (at % 2 ? values[part] : part)).filter((part) => part !== "");
    },
  };
}
