/**
 * Lets a reload while the server is away show a page of ours that says so and comes back by itself. Browsers allow it on
 * https and on localhost only; elsewhere their own error page appears, and the outbox is kept all the same.
 */
export function installOfflinePage(): void {
  if (!globalThis.isSecureContext) return;
  void navigator.serviceWorker?.register("/offline-worker.js").catch(() => {}); // a comfort, not needed to work
}
