/** Keeps a value only as long as the collector lets it. */
export function heldWeakly<T extends object>(value: T, again: () => T): () => T {
  let held = new WeakRef(value);
  return () => {
    const kept = held.deref();
    if (kept) return kept;
    const fresh = again();
    held = new WeakRef(fresh);
    return fresh;
  };
}
