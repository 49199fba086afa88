import type { CollabDocument } from "../../core/sync/create-label-document.ts";
import { brickKeyOf } from "../../core/volume/brick.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { MemoryOutboxStore, openCollabClient } from "../../server/collab/testing/collab-client.ts";

const PAUSE_MS = 250;
const STROKE_VOXELS = 20;

interface Stroke {
  readonly label: number;
  readonly z: number;
  readonly y: number;
}

/** Somebody who does nothing but paint, a stroke at a time, and waits until each is saved. */
export class HonestPainter {
  /** From the stroke's commit until it was durable, in milliseconds. */
  readonly savedAfterMs: number[] = [];
  readonly #strokes: Stroke[] = [];
  readonly #document: CollabDocument;
  readonly #shapeZyx: Zyx;
  readonly #firstRow: number;
  #painting = true;

  /** Strokes start at row `firstRow` of the volume, one a row: what one paints, nobody else paints over. */
  constructor(options: {
    address(): string;
    cookie: string;
    volumeId: string;
    shapeZyx: Zyx;
    firstRow: number;
  }) {
    this.#shapeZyx = options.shapeZyx;
    this.#firstRow = options.firstRow;
    this.#document = openCollabClient({
      address: options.address,
      cookie: () => options.cookie,
      volumeId: options.volumeId,
      shapeZyx: options.shapeZyx,
      outbox: new MemoryOutboxStore(),
    });
    void this.#document.start();
  }

  /** Resolves when the document is there and everything is saved. */
  async saved(): Promise<void> {
    if (this.#document.saveState.kind === "saved") return;
    await new Promise<void>((resolve) => {
      const stop = this.#document.subscribe(() => {
        if (this.#document.saveState.kind !== "saved") return;
        stop();
        resolve();
      });
    });
  }

  /** Paints until `stop`. A stroke that is never saved keeps it waiting: the time of the last one is then `waitedMs`. */
  async paint(): Promise<void> {
    while (this.#painting) {
      const row = this.#firstRow + this.#strokes.length;
      const stroke = {
        label: this.#document.newLabel(),
        z: Math.floor(row / this.#shapeZyx[1]),
        y: row % this.#shapeZyx[1],
      };
      this.#strokes.push(stroke);
      this.#startedAt = performance.now();
      const runs = Int32Array.from([stroke.z, stroke.y, 0, STROKE_VOXELS]);
      void this.#document.commit({ name: "brush", records: [{ kind: "paint", label: stroke.label, runs }] });
      await this.saved();
      this.savedAfterMs.push(performance.now() - this.#startedAt);
      this.#startedAt = null;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  #startedAt: number | null = null;

  /** How long the stroke under way has waited. */
  get waitedMs(): number {
    return this.#startedAt === null ? 0 : performance.now() - this.#startedAt;
  }

  stop(): void {
    this.#painting = false;
  }

  close(): void {
    this.#document.close();
  }

  /** Strokes that are not in this document, voxel for voxel. */
  async missingIn(other: CollabDocument): Promise<number> {
    const keyOf = ({ z, y }: Stroke) => brickKeyOf(Math.floor(z / 64), Math.floor(y / 64), 0);
    await other.loadBricks([...new Set(this.#strokes.map(keyOf))]);
    return this.#strokes.filter((stroke) => {
      const voxels = other.readBrick(keyOf(stroke));
      const start = (stroke.z % 64) * 4096 + (stroke.y % 64) * 64;
      return !voxels?.subarray(start, start + STROKE_VOXELS).every((label) => label === stroke.label);
    }).length;
  }
}
