import { KeptBricks } from "../edit/kept-bricks.ts";
import { Problem } from "../problem.ts";
import type { BrickKey } from "../volume/brick.ts";
import { MalformedBytes } from "./bytes/bytes.ts";
import type { LabelDocumentPorts } from "./document-ports.ts";
import type { LabelFold } from "./fold/label-fold.ts";
import type { LabelGrid } from "./record/label-grid.ts";
import { declaresBlob, decodeBlob } from "./record/paint-ref-codec.ts";
import type { PaintBody } from "./record/record.ts";

/** At most this many loaded bricks with labels that nobody shows: 1 to 2 MiB each (R28). */
const MAX_BRICKS = 300;
/** Browsers open six connections to a server: the other half is for the image. */
const PARALLEL = 3;

export type BrickPorts = Pick<LabelDocumentPorts, "fetchBrick" | "fetchBlob"> & {
  /** Where large blobs must not hold up everything else; at once without it. */
  decodeBlob?(bytes: Uint8Array, grid: LabelGrid): Promise<PaintBody>;
  /** Known without asking: the base has no label in this brick. */
  isBaseEmpty?(key: BrickKey): boolean;
};

/** A brick that was empty and is shown gets so many paints in the frame that brings them; with more it is loaded. */
const AT_ONCE_PAINTS = 8;

/**
 * Brings base bricks and blobs to the fold that is shown, and forgets the bricks used least recently. What is shown stays,
 * however much it is; bricks without a label take no memory and never go.
 */
export class BrickLoader {
  readonly #ports: BrickPorts;
  readonly #fold: () => LabelFold;
  readonly #rev: () => number;
  readonly #used = new Set<BrickKey>();
  readonly #arriving = new Map<BrickKey, Promise<void>>();
  readonly #blobs = new Map<string, Promise<PaintBody>>();
  readonly #capacity: number;
  #lastLoaded: ReadonlySet<BrickKey> = new Set();
  readonly kept = new KeptBricks();

  constructor(ports: BrickPorts, fold: () => LabelFold, rev: () => number, capacity = MAX_BRICKS) {
    this.#ports = ports;
    this.#fold = fold;
    this.#rev = rev;
    this.#capacity = capacity;
  }

  /** Nothing was ever painted here, and no request is needed to know it. */
  isBackground(key: BrickKey): boolean {
    const { bricks } = this.#fold();
    return !bricks.isLoaded(key) && !bricks.isPainted(key) && this.#ports.isBaseEmpty?.(key) === true;
  }

  /** The first paints of a brick that is shown are seen at once. */
  paintFirst(keys: Iterable<BrickKey>): void {
    const { bricks } = this.#fold();
    for (const key of keys) {
      if (bricks.isLoaded(key) || !this.#ports.isBaseEmpty?.(key) || !this.kept.has(key)) continue;
      const items = bricks.itemsOf(key);
      if (items.length === 0 || items.length > AT_ONCE_PAINTS || items.some(({ body }) => !body)) continue;
      this.#take(key, null);
    }
  }

  /** Newest use last: a Set keeps insertion order. */
  touch(key: BrickKey): void {
    if (this.#used.delete(key)) this.#used.add(key);
  }

  async load(keys: readonly BrickKey[], onLoaded: () => void, signal?: AbortSignal): Promise<void> {
    // What is known to be empty is here at once, and follows what is painted there later.
    for (const key of keys.filter((known) => this.isBackground(known))) this.#take(key, null);
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
    this.#lastLoaded = new Set(keys);
    this.letGo();
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

  /** The fold was replaced: what is shown stays, and awaits its base where the document is of another rev. */
  moveTo(next: LabelFold, previous: LabelFold, isSameBase: boolean): void {
    const behind = new Set(isSameBase ? previous.bricks.awaitingKeys() : this.#used);
    for (const key of this.#used) {
      const isBehind = behind.has(key);
      next.bricks.load(key, (isBehind ? previous.bricks.read(key) : previous.bricks.baseOf(key)) ?? null);
      if (isBehind) next.bricks.await(key);
    }
  }

  /** Fetches what awaits its base. */
  async refresh(onLoaded: () => void): Promise<void> {
    const keys = this.#fold().bricks.awaitingKeys();
    const worker = async () => {
      for (let key = keys.shift(); key !== undefined; key = keys.shift()) {
        await this.#loadOne(key);
        onLoaded();
      }
    };
    await Promise.all(Array.from({ length: Math.min(PARALLEL, keys.length) }, worker));
  }

  /** Drops bricks that await their base: the next use fetches them. */
  dropAwaiting(): void {
    for (const key of this.#fold().bricks.awaitingKeys()) {
      this.#used.delete(key);
      this.#fold().bricks.drop(key);
      this.#fold().bricks.markStale(key);
    }
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
    for (;;) {
      const [fold, rev] = [this.#fold(), this.#rev()];
      const hasMoved = () => fold !== this.#fold() || rev !== this.#rev();
      let base: Uint32Array | null;
      try {
        base = await this.#ports.fetchBrick(key, rev, signal);
      } catch (error) {
        // R50: the state that was asked for may be gone when the document has moved on.
        if (hasMoved() && !signal?.aborted) continue;
        throw error;
      }
      if (hasMoved()) continue;
      if (base && base.length !== brickSize ** 3)
        throw new Problem({
          tag: "brick-damaged",
          what: "A part of the labels arrived damaged.",
          where: `brick ${key}`,
        });
      this.#take(key, base);
      return;
    }
  }

  /** R51: combined with the records that are live now, in one synchronous step. */
  #take(key: BrickKey, base: Uint32Array | null): void {
    this.#used.add(key);
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

  /** The bricks used least recently go where there are too many, but for those that are shown and those of the last load. */
  letGo(): void {
    const { bricks } = this.#fold();
    const withLabels = [...this.#used].filter((key) => bricks.takesMemory(key));
    let surplus = withLabels.length - this.#capacity;
    for (const key of withLabels) {
      if (surplus <= 0) return;
      if (this.#lastLoaded.has(key) || this.kept.has(key)) continue;
      surplus--;
      this.#used.delete(key);
      bricks.drop(key);
    }
  }
}
