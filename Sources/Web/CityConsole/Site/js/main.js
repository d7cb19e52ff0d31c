// The console's first room: puts the parts together. What changed is taken in as it comes and drawn once a frame.

import { isEntrance, loadSession } from "./session.js";
import { loadOne, loadSettings } from "./api.js";
import { copyText } from "./copytext.js";
import { DetailPanel } from "./detailpanel.js";
import { byId } from "./dom.js";
import { noMatches, noneInView, problem } from "./empty.js";
import { setUpFileDrop } from "./filedrop.js";
import { Header } from "./header.js";
import { setUpLanguage, t } from "./language.js";
import { Legend } from "./legend.js";
import { LargeView } from "./largeview.js";
import { EntityList } from "./list.js";
import { CityMap } from "./map.js";
import { addressOf, viewOf } from "./mapview.js";
import { fetchMapLibre, loadMapLibre } from "./maploader.js";
import { setUpListTools } from "./listtools.js";
import { Pages } from "./pages.js";
import { Past } from "./past.js";
import { Sheet } from "./sheet.js";
import { EntityStore } from "./store.js";
import { Sync } from "./sync.js";
import { currentTheme, setUpTheme } from "./theme.js";
import { presentTime } from "./time.js";

/** Milliseconds that the map waits for a busy page. */
const MAP_WAIT = 1000;

const store = new EntityStore();
const header = new Header(store);
const legend = new Legend(store);
const detail = new DetailPanel(store);
const sheet = new Sheet();
const pages = new Pages(store);
const past = new Past(store);
const list = new EntityList({
  box: byId("list"), search: byId("search"), resultLine: byId("result-line"), store, isTypeShown: legend.isShown,
});
const emptyBox = byId("empty");
let map = null;
let large = null;
let isLoaded = false;
let problemText = null;
let returnFocusTo = null;
let hasSettled;
/** Fulfilled once the list has been drawn for the first time, or it is known that there is nothing to draw. */
const isListDrawn = new Promise((resolve) => { hasSettled = resolve; });

// --- Drawing ---------------------------------------------------------------------------------------------------------

let isFrameDue = false;
store.onDirty = () => {
  if (isFrameDue) return;
  isFrameDue = true;
  requestAnimationFrame(draw);
};

function draw(now) {
  isFrameDue = false;
  const dirty = store.takeDirty();
  list.update(dirty, now);
  if (dirty.types) legend.update();
  if (dirty.membership) header.updateCount();
  if (dirty.removed.has(detail.record)) detail.showDeleted();
  else if (dirty.changed.has(detail.record)) detail.update();
  else if (dirty.membership && detail.isOpen && detail.record === null) openIfBack();
  map?.update(dirty);
  pages.update(dirty);
  showEmpty();
  // A task of its own comes after the browser has painted.
  if (hasSettled && (store.size > 0 || isLoaded || problemText !== null)) {
    setTimeout(hasSettled);
    hasSettled = null;
  }
}

function showEmpty() {
  const isKnown = isLoaded && !large?.isAwaited;
  const isEmpty = store.size === 0 ? isKnown || problemText !== null : list.matchCount === 0 && !large?.isAwaited;
  const state = !isEmpty ? "" : problemText ?? (store.size === 0 ? "none" : large?.isOfView ? "no place" : "no match");
  byId("list").hidden = isEmpty;
  emptyBox.hidden = !isEmpty;
  if (emptyBox.dataset.state === state) return;
  emptyBox.dataset.state = state;
  if (problemText !== null) problem(emptyBox, problemText);
  else if (store.size === 0) {
    emptyBox.replaceChildren();
    import("./firstmeasurement.js").then(({ noEntities }) => emptyBox.dataset.state === "none" && noEntities(emptyBox));
  }
  else if (state === "no place") noneInView(emptyBox);
  else noMatches(emptyBox, () => list.clearSearch());
}

setInterval(() => {
  const now = Date.now();
  header.tick(now);
  if (document.hidden) return;
  list.tick(presentTime());
  detail.tick(presentTime());
  pages.tick(now);
  // The order of the list may be due although nothing has come since.
  store.onDirty();
}, 1000);

// --- What is open: the address says it, so that back, reload and a link work --------------------------------------------

function openAddress() {
  past.open(location.hash);
  pages.open(location.hash);
  if (pages.isPage(location.hash)) return closeDetail();
  const view = viewOf(location.hash);
  if (view) openView(view);
  const match = /^#\/entity\/(.+)$/.exec(location.hash);
  let id = null;
  try {
    id = match ? decodeURIComponent(match[1]) : null;
  } catch {
    // A broken address opens nothing.
  }
  if (id === null) return closeDetail();
  const record = store.records.get(id);
  if (record) return showRecord(record);
  if (past.isTravelling) showMissing(id, t`At the time you look at, no entity of this id was here.`);
  else if (isLoaded) fetchAndShow(id);
}

/** The map as an address has it. What is hidden by it stays hidden until someone shows it again. */
function openView(view) {
  legend.hide(view.hidden);
  large?.wish(view);
  map?.goTo(view);
}

/** An entity that was deleted, or missing, while its panel was open has come. */
function openIfBack() {
  const record = store.records.get(detail.id);
  if (record) showRecord(record);
}

async function fetchAndShow(id) {
  try {
    const entity = await loadOne(id);
    if (entity) store.put([entity]);
    const record = store.records.get(id);
    if (record) showRecord(record);
    else showMissing(id, entity ? t`The page holds as many entities as it may.` : t`No entity of this id is stored in this Parvis. It may live elsewhere, or not yet.`);
  } catch (error) {
    showMissing(id, error.message);
  }
}

async function showMissing(id, message) {
  if (!await detail.openMissing(id, message)) return;
  afterOpening();
  list.setOpened(null);
  map?.select(null);
}

async function showRecord(record) {
  if (detail.record === record) return;
  if (!detail.isOpen) returnFocusTo = document.activeElement;
  if (!await detail.open(record)) return;
  afterOpening();
  list.setOpened(record);
  map?.select(record);
  if (map && !map.isInView(record)) map.show(record, false);
}

function afterOpening() {
  document.body.classList.add("has-detail");
  sheet.raise("half");
}

function closeDetail() {
  if (!detail.isOpen) return;
  const hasFocus = byId("detail").contains(document.activeElement) || document.activeElement === document.body;
  detail.close();
  document.body.classList.remove("has-detail");
  list.setOpened(null);
  map?.select(null);
  if (!hasFocus) return;
  const target = returnFocusTo?.isConnected && returnFocusTo !== document.body ? returnFocusTo : byId("list");
  target.focus({ preventScroll: true });
}

/** Goes to an address at once: the event comes later, and keys pressed meanwhile would meet the old page. */
function goTo(address) {
  location.hash = address;
  openAddress();
}

const openId = (id) => goTo(`#/entity/${encodeURIComponent(id)}`);
const open = (record) => openId(record.id);
const close = () => goTo("#/");

addEventListener("hashchange", openAddress);
pages.goTo = past.goTo = goTo;
setUpListTools(list);
setUpFileDrop((file) => pages.takeFile(file));
detail.mapParts = () => pages.mapParts();
list.onOpen = open;
for (const event of ["pointerenter", "focusin"]) byId("list").addEventListener(event, () => detail.prepare(), { once: true });
list.onShown = () => showEmpty();
detail.onClose = close;
detail.onLocate = (record) => {
  if (sheet.isNarrow) sheet.set("half");
  map?.show(record);
};
legend.onChange = (types) => {
  list.refresh();
  map?.refreshTypes(types);
  large?.typesChanged();
};

// --- Keys ------------------------------------------------------------------------------------------------------------

addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (pages.key(event, isTyping)) return;
  if (event.key === "/" && !isTyping) {
    event.preventDefault();
    sheet.raise("half");
    byId("search").focus();
    byId("search").select();
  } else if (event.key === "Escape") {
    if (detail.isOpen) close();
    else if (byId("search").value) list.clearSearch();
    else if (sheet.isNarrow) sheet.set("peek");
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target === document.body) {
    event.preventDefault();
    byId("list").focus();
    list.move(event.key === "ArrowDown" ? 1 : -1);
  }
});

// --- Start -----------------------------------------------------------------------------------------------------------

openAddress();
setUpLanguage(byId("language"));
setUpTheme((theme) => {
  map?.setTheme(theme);
  pages.redraw();
});
header.tick(Date.now());

const [settings] = await Promise.all([loadSettings(), loadSession()]);
store.limit = settings.entityLimit;
header.setPlace(settings.placeName);
// Nobody is signed in: nothing is read until someone is, and then the page begins anew.
if (isEntrance(location.hash)) {
  await new Promise(() => addEventListener("hashchange", () => { if (!isEntrance(location.hash)) location.reload(); }));
}

const sync = new Sync(store);
past.sync = sync;
past.onTravel = (isOn) => {
  header.setState(isOn ? "past" : "loading");
  large.setPast(isOn);
};
large = new LargeView({ store, list, legend, sync, detail }, viewOf(location.hash));
past.isPart = () => large.isPart;
large.onPastView = (entities) => past.look(entities);
large.onCounts = () => {
  legend.update();
  header.updateCount();
};
sync.onState = (state) => {
  pages.connection = state;
  if (!past.isTravelling) header.setState(state);
};
sync.onProblem = (text) => {
  problemText = text;
  header.setProblem(text);
  store.onDirty();
};
sync.onLoaded = () => {
  isLoaded = true;
  document.documentElement.dataset.loaded = "true";
  large.loaded();
  header.updateCount();
  list.refresh();
  if (!viewOf(location.hash)) openAddress();
  // After the next drawing, which gives the legend its rows.
  requestAnimationFrame(() => requestAnimationFrame(() => map?.settle()));
};

// A map keeps the browser busy while it is made: before, whoever opens the city can read, search and open what is there.
fetchMapLibre(settings);
await isListDrawn;
await new Promise((resolve) => ("requestIdleCallback" in globalThis ? requestIdleCallback(resolve, { timeout: MAP_WAIT }) : setTimeout(resolve)));
const maplibre = await loadMapLibre(settings);
pages.setMapParts(() => (maplibre ? { maplibre, theme: currentTheme(), tiles: settings.tiles } : null));
if (maplibre) {
  map = new CityMap({ maplibre, store, isTypeShown: legend.isShown, theme: currentTheme(), tiles: settings.tiles });
  map.onOpen = open;
  map.onOpenId = openId;
  map.onCopyView = () => copyText(location.origin + "/" + addressOf({ ...map.view, ...large.options, hidden: legend.hidden }));
  large.setMap(map);
  const wish = viewOf(location.hash);
  if (wish) map.goTo(wish);
  map.insets = insets;
  sheet.onChange = () => map.resize();
  if (detail.record) map.select(detail.record);
} else {
  large.withoutMap();
}

/** What panels cover of the map, with some air. */
function insets() {
  const area = byId("map").getBoundingClientRect();
  const air = 28;
  const covered = { left: air, right: air, top: air, bottom: air };
  const boxOf = (id) => byId(id).getBoundingClientRect();
  const isOver = (box) => box.width > 0 && box.height > 0;
  const side = boxOf("browser");
  const rightPanel = boxOf("detail");
  const types = boxOf("legend");
  if (isOver(boxOf("travel"))) covered.top += boxOf("travel").bottom - area.top;
  if (sheet.isNarrow) {
    const lower = isOver(rightPanel) ? rightPanel : side;
    covered.bottom += Math.max(0, area.bottom - lower.top);
    if (isOver(types) && !isOver(boxOf("travel"))) covered.top += types.height;
  } else {
    if (isOver(side)) covered.left += side.right - area.left;
    if (isOver(rightPanel) && rightPanel.left > area.width / 2) covered.right += area.right - rightPanel.left;
    if (isOver(types)) covered.bottom += area.bottom - types.top;
  }
  // Panels over nearly everything leave no room to speak of; the map then uses what lies under them.
  if (covered.top + covered.bottom > area.height - 80) covered.top = covered.bottom = air;
  if (covered.left + covered.right > area.width - 80) covered.left = covered.right = air;
  return covered;
}
