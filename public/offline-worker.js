// Shows a page of our own when a page is opened or reloaded while the server is away. Caches nothing else: what is
// shown of volumes always comes from the server, and unsaved edits lie in the outbox (IndexedDB).
const CACHE = "karyoloop-offline-1";
const PAGE = "/offline.html";
// What a server that is starting answers, and a proxy whose server is away.
const AWAY = [502, 503, 504];

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.add(PAGE))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate") return;
  event.respondWith(
    fetch(event.request).then(
      (response) => (AWAY.includes(response.status) ? caches.match(PAGE) : response),
      () => caches.match(PAGE),
    ),
  );
});
