// Who is signed in. Every request of the page goes through here: what changes something bears the header that no other site's page may
// send, and a 401 leads to the sign-in and back.

import { byId } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";

const HEADER = "Parvis-Request";
const BACK = "parvis.back";
const entrances = /^#\/(sign-in|welcome\/|enter\/)/;
const send = globalThis.fetch.bind(globalThis);

/** Who asks, as `/session` tells: `{ id, name, kind, roles, isAdministrator, hasNoPerson }`; `null` until it is known. */
export let session = null;

/** Whether an address is one where people come in, so that nothing of the city is read. */
export const isEntrance = (address) => entrances.test(address);

const isOwn = (input) => new URL(input?.url ?? input, location.href).origin === location.origin;

globalThis.fetch = async (input, options = {}) => {
  const method = (options.method ?? input?.method ?? "GET").toUpperCase();
  if (!isOwn(input)) return send(input, options);
  let request = options;
  if (method !== "GET" && method !== "HEAD") {
    const headers = new Headers(options.headers ?? input?.headers);
    headers.set(HEADER, "console");
    request = { ...options, headers };
  }
  const response = await send(input, request);
  if (response.status === 401 && !isEntrance(location.hash)) goToSignIn();
  return response;
};

/** Leads to the sign-in, from where one comes back to what is open now. */
export function goToSignIn() {
  if (isEntrance(location.hash)) return;
  try {
    sessionStorage.setItem(BACK, location.hash);
  } catch {
    // No storage: one comes back to the city.
  }
  location.hash = "#/sign-in";
}

/** Begins anew as who one is now. */
export function goBack() {
  let back = "#/";
  try {
    back = sessionStorage.getItem(BACK) || "#/";
    sessionStorage.removeItem(BACK);
  } catch {
    // As above.
  }
  history.replaceState(null, "", back);
  location.reload();
}

/** Asks who is signed in, and fills the header's menu. */
export async function loadSession() {
  try {
    const response = await send("/session", { headers: { Accept: "application/json" } });
    session = response.ok ? await response.json() : null;
  } catch {
    // The state in the header tells that the server is not there.
  }
  setUpMenu();
  return session;
}

/** Sends JSON to `/session`; gives `null`, or why it was refused. */
export async function askSession(method, body, path = "") {
  const response = await globalThis.fetch(`/session${path}`, {
    method, headers: { "Content-Type": "application/json", Accept: "application/json" }, body: body && JSON.stringify(body),
  });
  if (response.ok) return null;
  const problem = await response.json().catch(() => ({}));
  return problem.detail ?? `HTTP ${response.status}`;
}

function setUpMenu() {
  const button = byId("account");
  const isSomeone = session && !["anonymous", "open"].includes(session.kind);
  if (!session || session.kind === "open") return;
  button.replaceChildren(icon("person"));
  const label = isSomeone ? t`Signed in as ${session.name}` : t`Sign in`;
  button.setAttribute("aria-label", label);
  button.title = label;
  if (!isSomeone) {
    button.onclick = goToSignIn;
    button.hidden = false;
    return;
  }
  import("./accountmenu.js").then(({ addMenu }) => addMenu(button));
}
