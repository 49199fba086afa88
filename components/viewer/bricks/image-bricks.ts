import { isProblem, Problem } from "../../../core/problem.ts";
import { BRICK_VOXELS, type BrickKey, brickPositionZyx } from "../../../core/volume/brick.ts";
import { bytesPerPixel } from "../../../core/volume/voxel-space.ts";
import type { ImageSource } from "../viewer-contract.ts";
import {
  type BrickState,
  type BrickVoxels,
  brickKeyOfId,
  channelOfId,
  type ImageBrickId,
  imageBrickId,
  scaleLevelOf,
} from "./brick-state.ts";
import { ByteLru } from "./byte-lru.ts";
import type { ChunkTransport } from "./chunk-workers.ts";

/** Smaller is sooner. */
export interface BrickWish {
  readonly id: ImageBrickId;
  readonly priority: number;
  /** Nobody waits for it. */
  readonly inBackground?: boolean;
}

export interface BrickProgress {
  readonly wanted: number;
  readonly ready: number;
  readonly failed: number;
  /** The first of the failures, to be shown. */
  readonly problem: Problem | null;
}

export interface ImageBrickLimits {
  readonly maxBytes: number;
  /** Requests under way at once. Browsers open six connections per HTTP/1.1 host. */
  readonly maxLoading: number;
  /** Pauses between tries, ms; as many retries as entries. */
  readonly retryMs: readonly number[];
}

const defaultLimits: ImageBrickLimits = { maxBytes: 384 * 2 ** 20, maxLoading: 6, retryMs: [400, 1200, 4000] };

/**
 * The bricks of all channels of one image in a bounded cache. Consumers (panes, 3D, fills) say what they want and how soon; what nobody
 * wants any more is aborted, what is wanted is never evicted.
 */
export class ImageBricks {
  readonly image: ImageSource;
  readonly #transport: ChunkTransport;
  readonly #limits: ImageBrickLimits;
  readonly #cache: ByteLru<ImageBrickId, BrickVoxels>;
  readonly #wishes = new Map<string, readonly BrickWish[]>();
  readonly #wanted = new Map<ImageBrickId, number>();
  readonly #awaited = new Set<ImageBrickId>();
  readonly #loading = new Map<ImageBrickId, AbortController>();
  readonly #failed = new Map<ImageBrickId, Problem>();
  readonly #evicted = new Set<ImageBrickId>();
  readonly #retries = new Map<ImageBrickId, { count: number; timer: ReturnType<typeof setTimeout> | null }>();
  readonly #listeners = new Set<(ids: readonly ImageBrickId[]) => void>();
  #queue: ImageBrickId[] = []; // soonest last

  constructor(image: ImageSource, transport: ChunkTransport, limits: Partial<ImageBrickLimits> = {}) {
    this.image = image;
    this.#transport = transport;
    this.#limits = { ...defaultLimits, ...limits };
    this.#cache = new ByteLru(this.#limits.maxBytes);
  }

  get cachedBytes(): number {
    return this.#cache.bytes;
  }

  /** Undefined while not loaded, null where all voxels are 0. */
  read(scaleLevel: number, key: BrickKey, channel = 0): BrickVoxels | undefined {
    return this.#cache.peek(imageBrickId(scaleLevel, key, channel));
  }

  stateOf(id: ImageBrickId): BrickState {
    if (this.#cache.has(id)) return "ready";
    if (this.#failed.has(id)) return "failed";
    if (this.#loading.has(id)) return "loading";
    if (this.#wanted.has(id)) return "queued";
    return this.#evicted.has(id) ? "evicted" : "idle";
  }

  /** Replaces what `consumer` wants; an empty list takes all its wishes back. */
  want(consumer: string, wishes: readonly BrickWish[]): void {
    if (wishes.length === 0) this.#wishes.delete(consumer);
    else this.#wishes.set(consumer, wishes);
    this.#rebuildQueue();
    this.#pump();
  }

  /** Of what somebody waits for. */
  progress(): BrickProgress {
    let ready = 0;
    let failed = 0;
    let problem: Problem | null = null;
    for (const id of this.#awaited) {
      if (this.#cache.has(id)) ready++;
      const failure = this.#failed.get(id);
      if (failure) {
        failed++;
        problem ??= failure;
      }
    }
    return { wanted: this.#awaited.size, ready, failed, problem };
  }

  problemOf(id: ImageBrickId): Problem | null {
    return this.#failed.get(id) ?? null;
  }

  retryFailed(): void {
    const ids = [...this.#failed.keys()];
    this.#failed.clear();
    for (const id of ids) this.#forgetRetries(id);
    this.#rebuildQueue();
    this.#pump();
    this.#tell(ids);
  }

  /** Fires when bricks become ready, fail or are retried. */
  onChanged(listener: (ids: readonly ImageBrickId[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dispose(): void {
    this.#listeners.clear();
    this.#wishes.clear();
    this.#rebuildQueue();
    for (const id of [...this.#retries.keys()]) this.#forgetRetries(id);
    this.#transport.dispose();
    this.#cache.clear();
  }

  #rebuildQueue(): void {
    const priorities = new Map<ImageBrickId, number>();
    const awaited = new Set<ImageBrickId>();
    for (const wishes of this.#wishes.values())
      for (const { id, priority, inBackground } of wishes) {
        priorities.set(id, Math.min(priority, priorities.get(id) ?? Infinity));
        if (!inBackground) awaited.add(id);
      }
    const soonestFirst = [...priorities].sort((a, b) => a[1] - b[1]);
    const bytes = BRICK_VOXELS * bytesPerPixel[this.image.pixelType];
    // Wishes beyond the cache would evict each other for ever: the least urgent go unanswered.
    const kept = soonestFirst.slice(0, Math.max(1, Math.floor(this.#limits.maxBytes / bytes)));
    this.#wanted.clear();
    this.#awaited.clear();
    for (const [id, priority] of kept) {
      this.#wanted.set(id, priority);
      if (awaited.has(id)) this.#awaited.add(id);
      this.#cache.touch(id);
    }
    this.#queue = kept
      .map(([id]) => id)
      .filter((id) => !this.#cache.has(id) && !this.#failed.has(id) && !this.#loading.has(id) && !this.#isPausing(id))
      .reverse();
    for (const [id, abort] of this.#loading) {
      if (this.#wanted.has(id)) continue;
      this.#loading.delete(id);
      abort.abort();
    }
    for (const id of [...this.#failed.keys()]) if (!this.#wanted.has(id)) this.#failed.delete(id);
    for (const id of [...this.#retries.keys()]) if (!this.#wanted.has(id)) this.#forgetRetries(id);
  }

  #pump(): void {
    while (this.#loading.size < this.#limits.maxLoading) {
      const id = this.#queue.pop();
      if (id === undefined) return;
      void this.#load(id);
    }
  }

  async #load(id: ImageBrickId): Promise<void> {
    const abort = new AbortController();
    this.#loading.set(id, abort);
    const [bz, by, bx] = brickPositionZyx(brickKeyOfId(id));
    try {
      const url = this.image.chunkUrl(scaleLevelOf(id), bz, by, bx, channelOfId(id));
      const voxels = await this.#transport.load(url, this.image.pixelType, abort.signal);
      if (abort.signal.aborted) return;
      this.#loading.delete(id);
      this.#forgetRetries(id);
      const gone = this.#cache.set(id, voxels, voxels?.byteLength ?? 0, (other) => this.#wanted.has(other));
      for (const old of gone) this.#evicted.add(old);
      this.#evicted.delete(id);
      this.#tell([id]);
    } catch (error) {
      if (abort.signal.aborted) return;
      this.#loading.delete(id);
      this.#fail(id, isProblem(error) ? error : new Problem({ tag: "chunk-decode", what: String(error) }));
    }
    this.#pump();
  }

  #fail(id: ImageBrickId, problem: Problem): void {
    const count = this.#retries.get(id)?.count ?? 0;
    const pauseMs = this.#limits.retryMs[count];
    if (problem.tag === "chunk-unreachable" && pauseMs !== undefined) {
      const timer = setTimeout(() => {
        this.#retries.set(id, { count: count + 1, timer: null });
        this.#queue.push(id);
        this.#pump();
      }, pauseMs);
      this.#retries.set(id, { count, timer });
      return;
    }
    this.#failed.set(id, problem);
    this.#tell([id]);
  }

  #isPausing(id: ImageBrickId): boolean {
    return (this.#retries.get(id)?.timer ?? null) !== null;
  }

  #forgetRetries(id: ImageBrickId): void {
    const timer = this.#retries.get(id)?.timer;
    if (timer) clearTimeout(timer);
    this.#retries.delete(id);
  }

  #tell(ids: readonly ImageBrickId[]): void {
    for (const listener of [...this.#listeners]) listener(ids);
  }
}
