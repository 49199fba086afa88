import type { BrickKey } from "../../../core/volume/brick.ts";
import { type BaseChange, type BaseVersion, FACTS_KEY } from "./base-store.ts";

const READABLE_MS = 60 * 60_000;

/** Which versions of each brick there are: what the document names is found here before the database knows it. */
export class BaseVersions {
  readonly #byKey = new Map<BrickKey, BaseVersion[]>();
  /** Revs from this one on can be read as they were (R50). */
  readableFrom = 0;

  constructor(versions: readonly BaseVersion[] = [], nowMs = 0) {
    for (const version of [...versions].sort((a, b) => a.rev - b.rev)) this.#add(version);
    this.keepReadable(nowMs);
  }

  /** What was replaced longer ago than an hour need not be read any more. */
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
    for (const [key, from] of spoiled)
      this.#byKey.set(
        key,
        this.of(key).map((version) => (version.generation >= from ? { ...version, isStart: false } : version)),
      );
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
