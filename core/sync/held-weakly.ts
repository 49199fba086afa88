/** Keeps `bytes` only as long as the collector lets it. */
export function heldWeakly(bytes: Uint8Array, again: () => Uint8Array): () => Uint8Array {
  let held = new WeakRef(bytes);
  return () => {
    const kept = held.deref();
    if (kept) return kept;
    const fresh = again();
    held = new WeakRef(fresh);
    return fresh;
  };
}
