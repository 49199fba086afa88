import { factsOver } from "../../../core/sync/fold/base-facts.ts";
import { hashBrick } from "../../../core/sync/fold/base-state.ts";
import { paintOver } from "../../../core/sync/fold/brick-set.ts";
import type { RecordId } from "../../../core/sync/record/record.ts";
import type { BrickKey } from "../../../core/volume/brick.ts";
import { besideEverythingElse } from "../event-loop/decode-blob-beside.ts";
import { pauseWhenDue } from "../event-loop/next-turn.ts";
import { type BaseStore, FACTS_KEY } from "./base-store.ts";
import type { BaseVersions } from "./base-versions.ts";
import type { FoldedRoom, FoldPlan } from "./plan-fold.ts";

/** The bytes of a key that are written, and what they were made from. */
export interface Written {
  readonly madeFrom: string;
  readonly hash: string;
  readonly blob: string | null;
}

/** Writes the bricks and facts that a fold changes, beside the ticks of its room; again where what they are made from has changed. */
export class FoldWriter {
  readonly written = new Map<BrickKey, Written>();
  readonly #room: FoldedRoom;
  readonly #store: BaseStore;
  readonly #versions: BaseVersions;

  constructor(room: FoldedRoom, store: BaseStore, versions: BaseVersions) {
    this.#room = room;
    this.#store = store;
    this.#versions = versions;
  }

  /** All of it, as it would be now. */
  isWritten(plan: FoldPlan): boolean {
    for (const [key, madeFrom] of this.#sourcesOf(plan)) if (this.written.get(key)?.madeFrom !== madeFrom) return false;
    return true;
  }

  async write(plan: FoldPlan, isStopped: () => boolean): Promise<void> {
    for (const [key, madeFrom] of this.#sourcesOf(plan)) {
      if (isStopped()) return;
      if (this.written.get(key)?.madeFrom === madeFrom) continue;
      this.written.set(
        key,
        key === FACTS_KEY ? await this.#writeFacts(plan, madeFrom) : await this.#writeBrick(plan, key, madeFrom),
      );
    }
  }

  async #writeFacts(plan: FoldPlan, madeFrom: string): Promise<Written> {
    const facts = factsOver(this.#room.fold.facts.base, plan.facts);
    return { madeFrom, hash: "", blob: await this.#store.writeFacts(plan.base.rev, facts) };
  }

  async #writeBrick(plan: FoldPlan, key: BrickKey, madeFrom: string): Promise<Written> {
    const { fold } = this.#room;
    await this.#loadBlobs(key);
    const kept = new Set(plan.bricks.get(key)?.map(({ owner }) => owner));
    const base = await this.#store.readBrick(key, this.#versions.newest(key));
    const held = await fold.bricks.hold(key, besideEverythingElse);
    const voxels = paintOver(
      fold.grid,
      base,
      fold.bricks.itemsOf(key).filter(({ owner }) => kept.has(owner)),
    );
    held.length = 0;
    await pauseWhenDue();
    const hash = hashBrick(voxels);
    const blob = await this.#store.writeBrick(key, plan.base.rev, voxels);
    await pauseWhenDue();
    return { madeFrom, hash, blob };
  }

  async #loadBlobs(key: BrickKey): Promise<void> {
    const { fold } = this.#room;
    for (const sha256 of fold.missingBlobs([key])) {
      const body = await this.#store.readBlob(sha256, fold.grid);
      if (!body) throw new Error(`the voxels ${sha256} are missing`);
      fold.putBlob(sha256, body);
    }
  }

  #sourcesOf({ bricks, facts }: FoldPlan): Map<BrickKey, string> {
    const sources = new Map<BrickKey, string>();
    const note = (key: BrickKey, ids: readonly RecordId[]) =>
      sources.set(key, `${this.#versions.newest(key)?.rev ?? 0}: ${ids.join()}`);
    for (const [key, items] of bricks)
      note(
        key,
        items.map(({ owner }) => owner.record.id),
      );
    if (facts.length > 0)
      note(
        FACTS_KEY,
        facts.map(({ record }) => record.id),
      );
    return sources;
  }
}
