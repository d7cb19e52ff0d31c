// The menu of who is signed in.

import { el } from "./dom.js";
import { t } from "./language.js";
import { addStyle } from "./maploader.js";
import { askSession, session } from "./session.js";

/** Puts the menu behind its button, and shows the button. */
export async function addMenu(button) {
  await addStyle("/console/css/account.css").catch(() => {});
  const close = (takesFocus) => {
    menu.hidden = true;
    button.setAttribute("aria-expanded", "false");
    if (takesFocus) button.focus();
  };
  const menu = el("div", { className: "account-menu card", id: "account-menu", hidden: true },
    el("p", { className: "account-name" }, session.name),
    el("p", { className: "account-roles" }, session.roles.join(", ")),
    session.isAdministrator ? el("a", { href: "#/access", onclick: () => close(false) }, t`People and keys`) : null,
    session.kind === "person" ? el("a", { href: "#/sign-in/password", onclick: () => close(false) }, t`Change the password`) : null,
    el("button", { type: "button", className: "text-button", onclick: async () => {
      await askSession("DELETE");
      location.hash = "#/sign-in";
      location.reload();
    } }, t`Sign out`));
  button.after(menu);
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-controls", "account-menu");
  button.onclick = () => {
    if (!menu.hidden) return close(true);
    menu.hidden = false;
    button.setAttribute("aria-expanded", "true");
    menu.querySelector("a, button").focus();
  };
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close(true);
  });
  document.addEventListener("click", (event) => {
    if (!menu.hidden && !menu.contains(event.target) && !button.contains(event.target)) close(false);
  });
  button.hidden = false;
}
