/** Immutable or replaceable bytes under keys such as `volumes/<id>/image.ome.zarr/0/c/0/0/0`. Two adapters, one test suite. */
export interface BlobStore {
  /**
   * Durable when it resolves. Replaces what was there, whole or not at all. Rejects with the Problem `disk-full`, before the
   * disk is, unless it `maySpendReserve`: that is for what people paint.
   */
  put(key: string, bytes: Uint8Array, options?: { readonly maySpendReserve?: boolean }): Promise<void>;
  /** Null where there is nothing. `range` is half-open, absolute byte positions. */
  get(key: string, range?: { start: number; end: number }): Promise<Uint8Array | null>;
  /**
   * The bytes of `from` under another name as well, without a copy where the store can. Neither name's later fate is the
   * other's. False where there is nothing.
   */
  link(from: string, to: string): Promise<boolean>;
  /** Size in bytes, or null. */
  head(key: string): Promise<number | null>;
  /** Bytes of all keys under a prefix that ends in `/`. */
  sizeOf(prefix: string): Promise<number>;
  /** Keys under a prefix that ends in `/`, ascending. */
  list(prefix: string): AsyncIterable<string>;
  /**
   * The same with the bytes that each takes; of what several names share, each its part. Touches every blob: for a process
   * beside the server.
   */
  sizes(prefix: string): AsyncIterable<{ readonly key: string; readonly sizeBytes: number }>;
  /** Removes a key, or with a trailing `/` everything under it. Nothing there is no error. */
  remove(keyOrPrefix: string): Promise<void>;
}

const KEY = /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*\/?$/;

/** Keys are built by us, but parts come from URLs: refuse anything that could climb out of a folder. */
export function assertBlobKey(key: string): void {
  if (key.length > 512 || !KEY.test(key)) throw new RangeError(`not a blob key: ${JSON.stringify(key.slice(0, 80))}`);
}
