import type { BrickKey } from "../../../core/volume/brick.ts";
import { type BaseChange, type BaseVersion, FACTS_KEY } from "./base-store.ts";

/** What was replaced longer ago need not be read any more. */
export const READABLE_MS = 60 * 60_000;

/** Versions that are stored and were left out when the newest of each brick were read. */
interface StoredVersions {
  /** All of these bricks. */
  read(keys: readonly BrickKey[]): Promise<readonly BaseVersion[]>;
  readonly readableFrom: number;
}

/**
 * Which versions of each brick there are: what the document names is found here before the database knows it. A volume that
 * was folded for months has many: a room begins with the newest of each brick, and reads the others of a brick when somebody
 * asks for them (`reach`, `complete`).
 */
export class BaseVersions {
  readonly #byKey = new Map<BrickKey, BaseVersion[]>();
  /** Bricks of which older versions are stored that are not here. */
  readonly #cut = new Set<BrickKey>();
  readonly #stored: StoredVersions | null;
  /** Lowest generation of each brick from which on stored versions are no start any more, since this was made. */
  readonly #spoiled = new Map<BrickKey, number>();
  #reading: Promise<void> = Promise.resolve();
  /** Revs from this one on can be read as they were (R50). */
  readableFrom = 0;

  /** `versions`: all there are; where `stored` is given, the newest of each brick. */
  constructor(versions: readonly BaseVersion[] = [], nowMs = 0, stored: StoredVersions | null = null) {
    for (const version of [...versions].sort((a, b) => a.rev - b.rev)) this.#add(version);
    this.#stored = stored;
    if (stored) {
      for (const { key } of versions) this.#cut.add(key);
      this.readableFrom = stored.readableFrom;
    }
    this.keepReadable(nowMs);
  }

  /** Before `asOf` a rev that may be an old one. */
  reach(rev: number, keys: readonly BrickKey[] = this.keys()): Promise<void> {
    return this.#read(() => keys.filter((key) => rev > 0 && this.#cut.has(key) && this.of(key)[0].rev > rev));
  }

  /** Before `startBelow` and before all versions are looked at. */
  complete(keys: readonly BrickKey[] = this.keys()): Promise<void> {
    return this.#read(() => keys.filter((key) => this.#cut.has(key)));
  }

  /** One reading at a time: what it brings must not be forgotten in between. */
  async #read(missing: () => BrickKey[]): Promise<void> {
    while (missing().length > 0) {
      const before = this.#reading;
      await before.catch(() => {});
      if (before !== this.#reading) continue;
      this.#reading = this.#join(missing());
      await this.#reading;
    }
  }

  async #join(keys: readonly BrickKey[]): Promise<void> {
    if (!this.#stored || keys.length === 0) return;
    const older = new Map<BrickKey, BaseVersion[]>(keys.map((key) => [key, []]));
    for (const version of await this.#stored.read(keys)) older.get(version.key)?.push(version);
    for (const [key, versions] of older) {
      const held = this.of(key);
      const spoiledFrom = this.#spoiled.get(key) ?? Number.POSITIVE_INFINITY;
      const before = versions
        .filter(({ rev }) => rev < held[0].rev)
        .sort((a, b) => a.rev - b.rev)
        // A repair that is not durable yet is not in what was read.
        .map((version) => (version.generation >= spoiledFrom ? { ...version, isStart: false } : version));
      this.#byKey.set(key, [...before, ...held]);
      this.#cut.delete(key);
    }
  }

  keepReadable(nowMs: number): void {
    for (const list of this.#byKey.values())
      for (const { rev, atMs } of list)
        if (atMs < nowMs - READABLE_MS) this.readableFrom = Math.max(this.readableFrom, rev);
  }

  /** The newest that is not newer than the rev (R50). */
  asOf(key: BrickKey, rev: number): BaseVersion | undefined {
    return this.#byKey.get(key)?.findLast((version) => version.rev <= rev);
  }

  newest(key: BrickKey): BaseVersion | undefined {
    return this.#byKey.get(key)?.at(-1);
  }

  /** The newest that holds nothing of that generation, nor anything that changed since; undefined for what was imported. */
  startBelow(key: BrickKey, generation: number): BaseVersion | undefined {
    return this.#byKey.get(key)?.findLast((version) => version.isStart && version.generation < generation);
  }

  of(key: BrickKey): readonly BaseVersion[] {
    return this.#byKey.get(key) ?? [];
  }

  /** Bricks that were ever folded into. */
  brickKeys(): BrickKey[] {
    return [...this.#byKey.keys()].filter((key) => key !== FACTS_KEY);
  }

  keys(): BrickKey[] {
    return [...this.#byKey.keys()];
  }

  take({ versions, spoiled }: Pick<BaseChange, "versions" | "spoiled">): void {
    for (const [key, from] of spoiled) {
      this.#byKey.set(
        key,
        this.of(key).map((version) => (version.generation >= from ? { ...version, isStart: false } : version)),
      );
      if (this.#cut.has(key)) this.#spoiled.set(key, Math.min(from, this.#spoiled.get(key) ?? from));
    }
    for (const version of versions) this.#add(version);
  }

  forget(versions: readonly BaseVersion[]): void {
    for (const { key, rev } of versions)
      this.#byKey.set(
        key,
        this.of(key).filter((version) => version.rev !== rev),
      );
  }

  #add(version: BaseVersion): void {
    const list = this.#byKey.get(version.key);
    if (list) list.push(version);
    else this.#byKey.set(version.key, [version]);
  }
}
