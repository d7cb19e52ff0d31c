// Runs before the first paint: which language the page is in. The list is written by scripts/list-console-files; the rest is in
// language.js.
globalThis.parvisLanguages = {
  en: "English",
  fr: "Français",
};
{
  const known = Object.keys(globalThis.parvisLanguages);
  let wishes = navigator.languages;
  try {
    wishes = [localStorage.getItem("parvis.language") ?? "", ...wishes];
  } catch {
    // No storage: the browser's preference stands.
  }
  const language = wishes.map((wish) => wish.toLowerCase().split("-")[0]).find((wish) => known.includes(wish)) ?? "en";
  document.documentElement.lang = language;
  if (language !== "en") {
    // Nothing shows until language.js has put the words in.
    document.documentElement.dataset.words = "awaited";
    globalThis.parvisDictionary = fetch(`/console/js/lang/${language}.json`);
    // Who waits for it hears of it.
    globalThis.parvisDictionary.catch(() => {});
  }
}
