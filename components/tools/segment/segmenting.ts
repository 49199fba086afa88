import type { Click } from "../../../core/click/click.ts";
import { MAX_CLICKS } from "../../../core/click/click.ts";
import type { LabelValue } from "../../../core/edit/label-document.ts";
import { applyMask, overwritable } from "../../../core/edit/paint-mask.ts";
import { readOthers } from "../../../core/edit/read-box.ts";
import { changeAct, changeOf, ERASE, PAINT, type ShapeChange } from "../../../core/edit/shape/nucleus-region.ts";
import { VoxelReader } from "../../../core/edit/voxel-reader.ts";
import { VoxelSet } from "../../../core/edit/voxel-set.ts";
import { brickKeysOfBox } from "../../../core/volume/brick.ts";
import { boxShape } from "../../../core/volume/voxel-space.ts";
import type { ClickModel, FoundByClicks } from "../../segmenter/click-model.ts";
import type { GesturePreview } from "../preview-labels.ts";
import type { MeantProposal, ToolContext } from "../tool-context.ts";

/** A nucleus that clicks have found, shown and waiting for a yes. */
export interface ShownSegment {
  readonly label: LabelValue;
  /** The clicks were on a nucleus that was there before. */
  readonly isAnew: boolean;
  /** They were on a proposal: this takes its place. */
  readonly isOfProposal: boolean;
  /** Null while it is worked out. */
  readonly found: {
    readonly painted: number;
    readonly erased: number;
    readonly by: "model" | "edges";
    readonly isCut: boolean;
  } | null;
  /** By which the outline is moved beside the model's own, µm. */
  readonly moveUm: number;
}

interface Open {
  readonly label: LabelValue;
  readonly isAnew: boolean;
  readonly proposal: MeantProposal | null;
  readonly abort: AbortController;
  readonly previews: readonly [erased: GesturePreview, painted: GesturePreview];
  clicks: readonly Click[];
  found: FoundByClicks | null;
  change: ShapeChange | null;
}

type Asked = Pick<ClickModel, "find" | "prepare">;

/** Finds the nucleus that clicks mean, shows it, and paints it when it is kept. One at a time. */
export class Segmenting {
  readonly #context: ToolContext;
  readonly #model: Asked;
  readonly #tell: (shown: ShownSegment | null) => void;
  readonly #stopListening: () => void;
  #open: Open | null = null;
  #moveUm = 0;
  /** Given out for a nucleus that was dropped: the next one takes it. */
  #spareLabel: LabelValue | null = null;
  #round = 0;
  #working: Promise<void> = Promise.resolve();
  #isWorking = 0;

  constructor(context: ToolContext, model: Asked, tell: (shown: ShownSegment | null) => void) {
    this.#context = context;
    this.#model = model;
    this.#tell = tell;
    // Others work on: what is shown is always what would be kept.
    this.#stopListening = context.document.onBricksChanged((changes) => {
      const open = this.#open;
      if (!open?.found || this.#isWorking > 0) return;
      const keys = new Set(brickKeysOfBox(open.found.box));
      if (changes.some(({ key }) => keys.has(key))) void this.#work();
    });
  }

  /** The tool is in hand: a click should not wait for the model. */
  prepare(): void {
    void this.#model.prepare();
  }

  /** A click, or the places of a stroke. `onLabel`, `onProposal`: what lies under the first of them. */
  add(clicks: readonly Click[], onLabel: LabelValue, onProposal: MeantProposal | null = null): Promise<void> {
    const { document, say } = this.#context;
    if (!this.#open && !clicks.some(({ isInside }) => isInside)) {
      say({ tone: "info", text: "Click in the nucleus first; then Alt + click takes away what is not its own." });
      return Promise.resolve();
    }
    if (this.#open && onLabel !== 0 && clicks[0].isInside && !this.#isOwn(this.#open, onLabel)) {
      say({ tone: "info", text: "That is another nucleus. Keep this one first (Enter); merge joins two." });
      return Promise.resolve();
    }
    const proposal = onLabel === 0 ? onProposal : null;
    const label = () => (onLabel === 0 ? (proposal?.label ?? this.#newLabel()) : document.canonicalLabel(onLabel));
    const open = this.#open ?? this.#begin(label(), onLabel, proposal);
    if (open.clicks.length + clicks.length > MAX_CLICKS) {
      say({ tone: "warning", text: `A nucleus takes ${MAX_CLICKS} clicks. Keep it (Enter) and go on with the brush.` });
      return Promise.resolve();
    }
    open.clicks = [...open.clicks, ...clicks];
    this.#showMarks(open);
    return this.#work();
  }

  /** Moves the outline of what is shown, and of the nuclei after it. */
  setMoveUm(um: number): Promise<void> {
    this.#moveUm = um;
    return this.#open ? this.#work() : Promise.resolve();
  }

  get moveUm(): number {
    return this.#moveUm;
  }

  /** The last click goes; with the only one everything does. */
  takeBackClick(): Promise<void> {
    const open = this.#open;
    if (!open) return Promise.resolve();
    open.clicks = open.clicks.slice(0, -1);
    if (!open.clicks.some(({ isInside }) => isInside)) {
      this.drop();
      return Promise.resolve();
    }
    this.#showMarks(open);
    return this.#work();
  }

  /** Paints it as one act, never over other nuclei, also not over those that came meanwhile. */
  async keep(): Promise<void> {
    const open = this.#open;
    if (!open) return;
    await this.#working;
    if (this.#open !== open || !open.change) return;
    const { document, view, commit, correctBy, fail } = this.#context;
    try {
      const label = document.canonicalLabel(open.label);
      const act = changeAct("click to segment", label, await this.#ofNow(open, open.change));
      if (this.#open !== open) return;
      this.#round++;
      if (act && open.proposal) await correctBy(open.proposal, act);
      else if (act) await commit(act);
      if (label === this.#spareLabel) this.#spareLabel = null;
      if (act) view.set({ selectedLabel: label, selectedProposal: 0 });
    } catch (error) {
      fail(error);
    } finally {
      if (this.#open === open) this.drop();
    }
  }

  /** Leaves nothing behind. */
  drop(): void {
    const open = this.#open;
    if (!open) return;
    this.#open = null;
    this.#round++;
    open.abort.abort();
    for (const preview of open.previews) preview.end();
    this.#context.showMarks([]);
    this.#tell(null);
  }

  dispose(): void {
    this.drop();
    this.#stopListening();
  }

  #isOwn({ label }: Open, other: LabelValue): boolean {
    const { document } = this.#context;
    return document.canonicalLabel(label) === document.canonicalLabel(other);
  }

  #newLabel(): LabelValue {
    this.#spareLabel ??= this.#context.document.newLabel();
    return this.#spareLabel;
  }

  #begin(label: LabelValue, onLabel: LabelValue, proposal: MeantProposal | null): Open {
    const { document, preview } = this.#context;
    const of = { selectedLabel: label, membersOf: (member: LabelValue) => document.membersOf(member) };
    const open: Open = {
      label,
      isAnew: onLabel !== 0,
      proposal,
      abort: new AbortController(),
      previews: [
        preview.begin(0, overwritable({ ...of, mask: "selected", label: 0 })),
        preview.begin(label, overwritable({ ...of, mask: "background", label })),
      ],
      clicks: [],
      found: null,
      change: null,
    };
    this.#open = open;
    return open;
  }

  #work(): Promise<void> {
    this.#isWorking++;
    const done = this.#workOnce().finally(() => {
      this.#isWorking--;
    });
    this.#working = done;
    return done;
  }

  /** The newest wish wins. */
  async #workOnce(): Promise<void> {
    const open = this.#open;
    if (!open) return;
    const round = ++this.#round;
    this.#tellOf(open, null);
    try {
      const { document, say } = this.#context;
      const own = new Set(document.membersOf(open.label));
      const found = await this.#model.find(
        {
          clicks: open.clicks,
          moveUm: this.#moveUm,
          last: open.found?.look ?? null,
          readForbidden: (box, signal) => readOthers(document, own, box, signal),
        },
        open.abort.signal,
      );
      if (round !== this.#round || this.#open !== open) return;
      if (!found) {
        say({ tone: "warning", text: "Nothing that looks like a nucleus begins here. Click nearer to its middle." });
        open.clicks = open.clicks.slice(0, -1);
        if (!open.change || open.clicks.length === 0) this.drop();
        else {
          this.#showMarks(open);
          this.#tellOf(open, open.change);
        }
        return;
      }
      open.found = found;
      open.change = this.#changeOf(open, found, own);
      this.#paint(open, open.change);
      this.#tellOf(open, open.change);
    } catch (error) {
      if (round !== this.#round || open.abort.signal.aborted) return;
      open.clicks = open.clicks.slice(0, -1);
      if (!open.change) this.drop();
      else {
        this.#showMarks(open);
        this.#tellOf(open, open.change);
      }
      this.#context.fail(error);
    }
  }

  /** What is to be painted and, of a nucleus that was there before, erased: all of it in the box that the answer does not hold. */
  #changeOf(open: Open, { box, nucleus }: FoundByClicks, own: ReadonlySet<LabelValue>): ShapeChange {
    const { document } = this.#context;
    const shapeZyx = boxShape(box);
    const reader = new VoxelReader(document);
    const writes = new Uint8Array(nucleus.length);
    let i = 0;
    for (let z = box.minZyx[0]; z < box.maxZyx[0]; z++)
      for (let y = box.minZyx[1]; y < box.maxZyx[1]; y++)
        for (let x = box.minZyx[2]; x < box.maxZyx[2]; x++, i++) {
          if (!nucleus[i] && !open.isAnew) continue;
          const present = reader.peek(z, y, x) ?? 0;
          if (nucleus[i]) writes[i] = present === 0 ? PAINT : 0;
          else if (own.has(present)) writes[i] = ERASE;
        }
    return changeOf({ box, shapeZyx }, writes, document);
  }

  async #ofNow({ label }: Open, { painted, erased }: ShapeChange): Promise<ShapeChange> {
    const { document } = this.#context;
    await document.loadBricks([...new Set([...painted.brickKeys(), ...erased.brickKeys()])]);
    const own = new Set(document.membersOf(label));
    return {
      painted: applyMask(painted, document, (present) => present === 0),
      erased: applyMask(erased, document, (present) => own.has(present)),
    };
  }

  #paint({ previews: [erased, painted] }: Open, change: ShapeChange | null): void {
    const nothing = new VoxelSet(this.#context.document.shapeZyx);
    erased.replace(change?.erased ?? nothing);
    painted.replace(change?.painted ?? nothing);
  }

  #showMarks({ clicks }: Open): void {
    this.#context.showMarks(
      clicks.map(({ voxelZyx: [z, y, x], isInside }) => ({
        voxelZyx: [z + 0.5, y + 0.5, x + 0.5],
        text: isInside ? "+" : "−",
      })),
    );
  }

  #tellOf({ label, isAnew, proposal, found }: Open, change: ShapeChange | null): void {
    this.#tell({
      label,
      isAnew,
      isOfProposal: proposal !== null,
      found:
        change && found
          ? { painted: change.painted.count, erased: change.erased.count, by: found.by, isCut: found.isCut }
          : null,
      moveUm: this.#moveUm,
    });
  }
}
