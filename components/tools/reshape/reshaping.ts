import type { LabelValue } from "../../../core/edit/label-document.ts";
import { overwritable } from "../../../core/edit/paint-mask.ts";
import type { ShapeChange } from "../../../core/edit/shape/nucleus-region.ts";
import { type Reshape, reshapeNucleus, shapeAct } from "../../../core/edit/shape/reshape-nucleus.ts";
import { VoxelSet } from "../../../core/edit/voxel-set.ts";
import type { GesturePreview } from "../preview-labels.ts";
import type { ToolContext } from "../tool-context.ts";

/** A change of a nucleus's shape that is shown and waits for a yes. */
export interface ShownReshape {
  readonly label: LabelValue;
  readonly reshape: Reshape;
  /** Null while it is worked out. */
  readonly voxels: { readonly painted: number; readonly erased: number } | null;
}

interface Open {
  readonly label: LabelValue;
  reshape: Reshape;
  readonly abort: AbortController;
  readonly previews: readonly [erased: GesturePreview, painted: GesturePreview];
  change: ShapeChange | null;
}

/** Shows what a change of shape would do, and does it when it is kept. One at a time. */
export class Reshaping {
  readonly #context: ToolContext;
  readonly #tell: (shown: ShownReshape | null) => void;
  #open: Open | null = null;
  readonly #stopListening: () => void;
  #round = 0;
  /** Rounds that are being worked out: the bricks that they load are no news. */
  #working = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(context: ToolContext, tell: (shown: ShownReshape | null) => void) {
    this.#context = context;
    this.#tell = tell;
    // Others work on: what is shown is always what would be kept.
    this.#stopListening = context.document.onBricksChanged((changes) => {
      const change = this.#open?.change;
      if (!change || this.#working > 0) return;
      const keys = new Set([...change.painted.brickKeys(), ...change.erased.brickKeys()]);
      if (changes.some(({ key }) => keys.has(key))) void this.#work();
    });
  }

  /** Shows the change, or another one of the nucleus that is shown. */
  async show(label: LabelValue, reshape: Reshape): Promise<void> {
    if (this.#open?.label !== label) this.#begin(label, reshape);
    else this.#open.reshape = reshape;
    await this.#work();
  }

  /** Keeps it as one act, worked out again for the labels of now. */
  async keep(): Promise<void> {
    const open = this.#open;
    if (!open) return;
    this.#round++;
    this.#working++;
    try {
      const { document } = this.#context;
      const change = await this.#workedOut(open);
      if (this.#open !== open) return;
      const act = shapeAct(document.canonicalLabel(open.label), open.reshape.kind, change);
      if (act) await this.#context.commit(act);
    } catch (error) {
      if (!open.abort.signal.aborted) this.#context.fail(error);
    } finally {
      this.#working--;
      if (this.#open === open) this.drop();
    }
  }

  /**
   * Without a question: for what is done step by step. One after the other, however fast they come; `reshapeOf` is asked
   * when the one before is done. True when something was changed.
   */
  atOnce(label: LabelValue, reshapeOf: () => Reshape): Promise<boolean> {
    this.drop();
    const done = this.#last.then(async () => {
      const { document } = this.#context;
      const reshape = reshapeOf();
      const change = await reshapeNucleus(document, label, reshape, this.#context.knownBox(label));
      const act = shapeAct(document.canonicalLabel(label), reshape.kind, change);
      if (act) await this.#context.commit(act);
      else this.#context.say({ tone: "info", text: nothingToDo[reshape.kind] });
      return act !== null;
    });
    const settled = done.catch((error: unknown) => {
      this.#context.fail(error);
      return false;
    });
    this.#last = settled;
    return settled;
  }

  /** Leaves nothing behind. */
  drop(): void {
    const open = this.#open;
    if (!open) return;
    this.#open = null;
    this.#round++;
    open.abort.abort();
    for (const preview of open.previews) preview.end();
    this.#tell(null);
  }

  /** While held, the nucleus is shown as it is. */
  showBefore(isBefore: boolean): void {
    if (!this.#open?.change) return;
    if (isBefore) this.#paint(this.#open, null);
    else this.#paint(this.#open, this.#open.change);
  }

  dispose(): void {
    this.drop();
    this.#stopListening();
  }

  #begin(label: LabelValue, reshape: Reshape): void {
    this.drop();
    const { document, preview } = this.#context;
    const overOwn = { selectedLabel: label, membersOf: (of: LabelValue) => document.membersOf(of) };
    this.#open = {
      label,
      reshape,
      abort: new AbortController(),
      previews: [
        preview.begin(0, overwritable({ ...overOwn, mask: "selected", label: 0 })),
        preview.begin(document.canonicalLabel(label), overwritable({ ...overOwn, mask: "background", label })),
      ],
      change: null,
    };
  }

  /** The newest wish wins: a slider asks faster than a large nucleus is worked out. */
  async #work(): Promise<void> {
    const open = this.#open;
    if (!open) return;
    const round = ++this.#round;
    this.#working++;
    this.#tellOf(open, null);
    try {
      await pause(); // so that the page says that it works, and wishes that come at once are worked out once
      if (round !== this.#round) return;
      const change = await this.#workedOut(open);
      if (round !== this.#round || this.#open !== open) return;
      open.change = change;
      this.#paint(open, change);
      if (change.painted.count + change.erased.count > 0) this.#tellOf(open, change);
      else {
        this.drop();
        this.#context.say({ tone: "info", text: nothingToDo[open.reshape.kind] });
      }
    } catch (error) {
      if (round !== this.#round || open.abort.signal.aborted) return;
      this.drop();
      this.#context.fail(error);
    } finally {
      this.#working--;
    }
  }

  async #workedOut({ label, reshape, abort }: Open): Promise<ShapeChange> {
    const { document, image, knownBox } = this.#context;
    return reshapeNucleus(document, label, reshape, knownBox(label), abort.signal, image);
  }

  #paint({ previews: [erased, painted] }: Open, change: ShapeChange | null): void {
    const nothing = new VoxelSet(this.#context.document.shapeZyx);
    erased.replace(change?.erased ?? nothing);
    painted.replace(change?.painted ?? nothing);
  }

  #tellOf({ label, reshape }: Open, change: ShapeChange | null): void {
    const voxels = change && { painted: change.painted.count, erased: change.erased.count };
    this.#tell({ label, reshape, voxels });
  }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const nothingToDo: Readonly<Record<Reshape["kind"], string>> = {
  interpolate: "There is no gap to fill: outline the nucleus in two or more slices and leave out those between.",
  "fill-holes": "This nucleus has no holes.",
  "keep-largest": "This nucleus has one part only.",
  threshold: "Nothing changes: all of this nucleus is on that side.",
  smooth: "This nucleus is as smooth as that already.",
  grow: "There is no room to grow: less than a voxel, or other nuclei on every side.",
  shrink: "Nothing changes: that is less than a voxel.",
  "copy-slice": "The selected nucleus has nothing in this slice, or the volume ends here.",
  extrude: "The selected nucleus is in this slice already.",
};
