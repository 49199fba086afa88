/** What has been made again of late is kept, up to this many bytes in all. */
const RECENT_BYTES = 32 * 1024 * 1024;

interface Recent {
  forget(): void;
  readonly bytes: number;
}

const recent: Recent[] = [];
let recentBytes = 0;

function keepRecent(entry: Recent): void {
  recent.push(entry);
  recentBytes += entry.bytes;
  while (recentBytes > RECENT_BYTES) {
    const oldest = recent.shift();
    if (!oldest) return;
    recentBytes -= oldest.bytes;
    oldest.forget();
  }
}

/**
 * A value that is kept only as long as the collector lets it, and made again when it is needed. A WeakRef holds its value
 * to the end of the running job: one for each value made again would hold them all while a brick of many is painted.
 */
export class HeldWeakly<T extends object> {
  readonly #again: () => T;
  readonly #bytes: number;
  #held: WeakRef<T>;
  #recent: T | null = null;

  /** `bytes`: about what the value takes. */
  constructor(value: T, bytes: number, again: () => T) {
    this.#held = new WeakRef(value);
    this.#bytes = bytes;
    this.#again = again;
  }

  get(): T {
    const kept = this.#recent ?? this.#held.deref();
    if (kept) return kept;
    const fresh = this.#again();
    this.#recent = fresh;
    keepRecent({
      bytes: this.#bytes,
      forget: () => {
        this.#recent = null;
      },
    });
    return fresh;
  }

  /** Makes it again by another way where it is gone. The value stays as long as the caller keeps what this gives. */
  async hold(again: () => Promise<T>): Promise<T> {
    const kept = this.#recent ?? this.#held.deref();
    if (kept) return kept;
    const fresh = await again();
    this.#held = new WeakRef(fresh);
    return fresh;
  }
}
