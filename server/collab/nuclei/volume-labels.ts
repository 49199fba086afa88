import { setTimeout } from "node:timers/promises";
import { BrickLoader } from "../../../core/sync/brick-loader.ts";
import type { LabelFold } from "../../../core/sync/fold/label-fold.ts";
import type { BrickKey } from "../../../core/volume/brick.ts";
import { failureLog } from "../../log/failure-log.ts";
import { besideEverythingElse, decodeBlobBeside } from "../event-loop/decode-blob-beside.ts";
import { nextTurn } from "../event-loop/next-turn.ts";
import { NucleusTable } from "./nucleus-table.ts";

/** Loaded at a time on the server, 1 to 2 MiB each. */
const MAX_BRICKS = 48;
// Well inside the 2 s in which a list must be right; strokes come faster than anybody reads a list.
const REFRESH_AFTER_MS = 300;
const LONGEST_REST_MS = 50;

export interface VolumeLabelsPorts {
  fetchBrick(key: BrickKey, rev: number): Promise<Uint32Array | null>;
  /** Of the base that the fold stands on. */
  rev(): number;
  fetchBlob(sha256: string): Promise<Uint8Array>;
  /** Bricks of the base that are not all background. */
  listBase(): Promise<BrickKey[]>;
  /** Of the labels that the brick held, these are others now. */
  onChanged(key: BrickKey, labels: readonly number[]): void;
  /** The table has taken in what changed. */
  onRefreshed(): void;
}

/** The labels of one volume as voxels, for everybody on the server who needs them, and the table of its nuclei. */
export class VolumeLabels {
  readonly table: NucleusTable;
  readonly #fold: LabelFold;
  readonly #loader: BrickLoader;
  readonly #ports: VolumeLabelsPorts;
  readonly #dirty = new Set<BrickKey>();
  readonly #changedLabels = new Set<number>();
  #timer: NodeJS.Timeout | null = null;
  #refreshing: Promise<void> = Promise.resolve();
  #filled: Promise<void> | null = null;
  #closed = false;

  constructor(fold: LabelFold, ports: VolumeLabelsPorts) {
    this.#fold = fold;
    this.#ports = ports;
    this.#loader = new BrickLoader(
      { ...ports, decodeBlob: decodeBlobBeside },
      () => fold,
      () => ports.rev(),
      MAX_BRICKS,
    );
    this.table = new NucleusTable(fold.grid.brickSize);
  }

  /** Current voxels, null where all are background. Never write into them. */
  async readBrick(key: BrickKey): Promise<Uint32Array | null> {
    // The voxels of large edits are inflated beside, and kept until the brick has been painted.
    this.#loader.dropAwaiting();
    const held = await this.#fold.bricks.hold(key, besideEverythingElse);
    await this.#loader.load([key], () => {});
    const voxels = this.#fold.bricks.read(key) ?? null;
    held.length = 0;
    return voxels;
  }

  /** Bricks that can hold a label at all. */
  async occupiedKeys(): Promise<BrickKey[]> {
    const keys = new Set([...(await this.#ports.listBase()), ...this.#fold.bricks.paintedKeys()]);
    return [...keys].sort((a, b) => a - b);
  }

  /** Records touched these bricks: the table follows within REFRESH_AFTER_MS. */
  touch(keys: Iterable<BrickKey>): void {
    for (const key of keys) this.#dirty.add(key);
    if (this.#timer || this.#closed || !this.#filled) return;
    this.#timer = globalThis.setTimeout(() => {
      this.#timer = null;
      this.#refreshing = this.#refresh(true).catch((error) => failureLog.failed("the count of nuclei", error));
    }, REFRESH_AFTER_MS);
    this.#timer.unref();
  }

  /** The table with everything in it that was durable when this was called. */
  async upToDate(): Promise<NucleusTable> {
    this.#filled ??= this.#fill();
    await this.#filled;
    await this.#refreshing;
    if (this.#dirty.size > 0) {
      this.#refreshing = this.#refresh(false);
      await this.#refreshing;
    }
    return this.table;
  }

  /** Labels that were measured otherwise since the last call. */
  takeChangedLabels(): number[] {
    const labels = [...this.#changedLabels];
    this.#changedLabels.clear();
    return labels;
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  async #fill(): Promise<void> {
    try {
      for (const key of await this.occupiedKeys()) this.#dirty.add(key);
      await this.#refresh(false);
    } catch (error) {
      this.#filled = null; // the next question tries again
      throw error;
    }
  }

  /** `atEase`: nobody waits for it, and it takes half of the time at most. */
  async #refresh(atEase: boolean): Promise<void> {
    for (const key of [...this.#dirty]) {
      if (this.#closed) return;
      this.#dirty.delete(key);
      const began = performance.now();
      try {
        const voxels = await this.readBrick(key);
        const before = this.table.labelsIn(key);
        const changed = this.table.update(key, voxels);
        for (const label of changed) this.#changedLabels.add(label);
        this.#ports.onChanged(
          key,
          [...changed].filter((label) => before.has(label)),
        );
      } catch (error) {
        this.#dirty.add(key);
        throw error;
      }
      // One brick is a few milliseconds of this process: let sockets go in between.
      const restMs = atEase ? Math.min(LONGEST_REST_MS, performance.now() - began) : 0;
      await (restMs < 1 ? nextTurn() : setTimeout(restMs));
    }
    this.#ports.onRefreshed();
  }
}
