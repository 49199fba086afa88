import { Problem } from "../problem.ts";
import type { BrickKey } from "../volume/brick.ts";
import { MalformedBytes } from "./bytes.ts";
import type { LabelDocumentPorts } from "./document-ports.ts";
import type { LabelFold } from "./label-fold.ts";
import type { LabelGrid } from "./label-grid.ts";
import { declaresBlob, decodeBlob } from "./paint-ref-codec.ts";
import type { PaintBody } from "./record.ts";

/** At most this many loaded bricks: 1 to 2 MiB each (R28). */
const MAX_BRICKS = 300;
/** Browsers open six connections to a server: the other half is for the image. */
const PARALLEL = 3;

export type BrickPorts = Pick<LabelDocumentPorts, "fetchBrick" | "fetchBlob"> & {
  /** Where large blobs must not hold up everything else; at once without it. */
  decodeBlob?(bytes: Uint8Array, grid: LabelGrid): Promise<PaintBody>;
};

/** Brings base bricks and blobs to the fold that is shown, and forgets the bricks used least recently. */
export class BrickLoader {
  readonly #ports: BrickPorts;
  readonly #fold: () => LabelFold;
  readonly #rev: () => number;
  readonly #bases = new Map<BrickKey, Uint32Array | null>();
  readonly #arriving = new Map<BrickKey, Promise<void>>();
  readonly #blobs = new Map<string, Promise<PaintBody>>();
  readonly #capacity: number;

  constructor(ports: BrickPorts, fold: () => LabelFold, rev: () => number, capacity = MAX_BRICKS) {
    this.#ports = ports;
    this.#fold = fold;
    this.#rev = rev;
    this.#capacity = capacity;
  }

  /** Newest use last: a Map keeps insertion order. */
  touch(key: BrickKey): void {
    if (!this.#bases.has(key)) return;
    const base = this.#bases.get(key) ?? null;
    this.#bases.delete(key);
    this.#bases.set(key, base);
  }

  async load(keys: readonly BrickKey[], onLoaded: () => void, signal?: AbortSignal): Promise<void> {
    const queue = keys.filter((key) => !this.#fold().bricks.isLoaded(key));
    for (const key of keys) this.touch(key);
    const worker = async () => {
      for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
        signal?.throwIfAborted();
        await this.#loadOne(key, signal);
        onLoaded();
      }
    };
    await Promise.all(Array.from({ length: Math.min(PARALLEL, queue.length) }, worker));
    this.#evict(new Set(keys));
    await this.loadBlobs(keys);
    onLoaded();
  }

  /** Voxels of PAINTREF records that these bricks wait for (R18). */
  async loadBlobs(keys: Iterable<BrickKey>): Promise<void> {
    const fold = this.#fold();
    await Promise.all(
      [...fold.missingBlobs(keys)].map(async (sha256) => {
        fold.putBlob(sha256, await this.#blob(sha256));
      }),
    );
  }

  /** Voxels of an own blob, known before they are uploaded. */
  knowBlob(sha256: string, bytes: Uint8Array): void {
    const body = decodeBlob(bytes, this.#fold().grid);
    this.#blobs.set(sha256, Promise.resolve(body));
    this.#fold().putBlob(sha256, body);
  }

  /** The fold was replaced: the bases are the same. */
  moveTo(next: LabelFold): void {
    for (const [key, base] of this.#bases) next.bricks.load(key, base);
  }

  /** The base changed: everything loaded is fetched as of the new rev. */
  async reload(onLoaded: () => void): Promise<void> {
    const keys = [...this.#bases.keys()];
    this.#bases.clear();
    for (const key of keys) this.#fold().bricks.drop(key);
    await this.load(keys, onLoaded);
  }

  #loadOne(key: BrickKey, signal?: AbortSignal): Promise<void> {
    let arriving = this.#arriving.get(key);
    if (!arriving) {
      arriving = this.#fetch(key, signal).finally(() => this.#arriving.delete(key));
      this.#arriving.set(key, arriving);
    }
    return arriving;
  }

  async #fetch(key: BrickKey, signal?: AbortSignal): Promise<void> {
    const { brickSize } = this.#fold().grid;
    const base = await this.#ports.fetchBrick(key, this.#rev(), signal);
    if (base && base.length !== brickSize ** 3)
      throw new Problem({ tag: "brick-damaged", what: "A part of the labels arrived damaged.", where: `brick ${key}` });
    this.#bases.set(key, base);
    // R51: combined with the records that are live now, in one synchronous step.
    this.#fold().bricks.load(key, base);
  }

  #blob(sha256: string): Promise<PaintBody> {
    let body = this.#blobs.get(sha256);
    if (!body) {
      body = this.#ports.fetchBlob(sha256).then((bytes) => this.#decode(sha256, bytes));
      body.catch(() => this.#blobs.delete(sha256)); // a failed load is tried again
      this.#blobs.set(sha256, body);
    }
    return body;
  }

  async #decode(sha256: string, bytes: Uint8Array): Promise<PaintBody> {
    const fold = this.#fold();
    try {
      const body = await (this.#ports.decodeBlob ?? decodeBlob)(bytes, fold.grid);
      for (const { record } of fold.records())
        if (record.kind === 8 && record.sha256 === sha256 && !declaresBlob(record, body))
          throw new MalformedBytes("blob paints what its record does not declare");
      return body;
    } catch (cause) {
      throw new Problem(
        { tag: "blob-damaged", what: "A large edit arrived damaged.", where: `blob ${sha256.slice(0, 12)}` },
        { cause },
      );
    }
  }

  #evict(inUse: ReadonlySet<BrickKey>): void {
    for (const key of [...this.#bases.keys()]) {
      if (this.#bases.size <= this.#capacity) return;
      if (inUse.has(key)) continue;
      this.#bases.delete(key);
      this.#fold().bricks.drop(key);
    }
  }
}
