// Keeps the page itself, so that it opens while the server is away and says so. What the city is, is never kept.
//
// The server comes first: a new binary shows its new page at once. Only when it does not answer, the page as it last was.

const CACHE = "parvis-page";
const page = /^\/(?:$|favicon\.ico$|console\/(?:js\/|css\/|assets\/|config\.json$|favicon\.svg$|manifest\.webmanifest$|icon-maskable\.svg$))/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin || !page.test(address.pathname)) return;
  event.respondWith(answer(request, address, event));
});

async function answer(request, address, event) {
  try {
    const response = await fetch(request);
    if (response.ok) event.waitUntil(keep(address, response.clone()));
    return response;
  } catch (failure) {
    const kept = await caches.match(address.pathname);
    if (kept) return kept;
    throw failure;
  }
}

/** One answer for each path, whatever version its address names: the newest. */
async function keep(address, response) {
  const cache = await caches.open(CACHE);
  await cache.put(address.pathname, response);
}
