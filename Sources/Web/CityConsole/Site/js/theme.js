// Light, dark, or as the system prefers. The choice stays in this browser.

import { byId } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";

const order = ["auto", "light", "dark"];
const pictures = { auto: "auto", light: "sun", dark: "moon" };
const names = { auto: t`auto`, light: t`light`, dark: t`dark` };
const system = matchMedia("(prefers-color-scheme: dark)");

/** The theme in use now: `light` or `dark`. */
export function currentTheme() {
  return document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light");
}

/** Makes the button work; `onChange` hears the theme whenever it becomes another one. */
export function setUpTheme(onChange) {
  const button = byId("theme");
  const show = () => {
    const choice = document.documentElement.dataset.theme ?? "auto";
    const next = order[(order.indexOf(choice) + 1) % order.length];
    button.replaceChildren(icon(pictures[choice]));
    button.setAttribute("aria-label", t`Colours: ${names[choice]}. Change to ${names[next]}`);
    button.title = t`Colours: ${names[choice]}`;
    onChange(currentTheme());
  };
  button.addEventListener("click", () => {
    const choice = document.documentElement.dataset.theme ?? "auto";
    const next = order[(order.indexOf(choice) + 1) % order.length];
    if (next === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    try {
      localStorage.setItem("parvis.theme", next);
    } catch {
      // No storage: the choice lasts as long as the page.
    }
    show();
  });
  system.addEventListener("change", show);
  show();
}
