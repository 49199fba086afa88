import type { BrickChange, LabelBrickSource, LabelValue, Unsubscribe } from "../../core/edit/label-document.ts";
import { VoxelSet } from "../../core/edit/voxel-set.ts";
import { type BrickKey, brickBox, indexInBrick } from "../../core/volume/brick.ts";
import { intersectBoxes, type Zyx } from "../../core/volume/voxel-space.ts";

type MayOverwrite = ((present: LabelValue) => boolean) | null;

/**
 * The labels with the gesture in progress painted over them, so that paint is on the screen in the frame of the pointer
 * move while the document still knows nothing. Only bricks under the gesture are copied; the rest is passed through.
 */
export class PreviewLabels implements LabelBrickSource {
  readonly #source: LabelBrickSource;
  readonly #listeners = new Set<(changes: readonly BrickChange[]) => void>();
  readonly #copies = new Map<BrickKey, Uint32Array>();
  readonly #detach: Unsubscribe;
  #painted: VoxelSet;
  #label: LabelValue = 0;
  #mayOverwrite: MayOverwrite = null;

  constructor(source: LabelBrickSource) {
    this.#source = source;
    this.#painted = new VoxelSet(source.shapeZyx);
    this.#detach = source.onBricksChanged((changes) => this.#onSourceChanged(changes));
  }

  get shapeZyx(): Zyx {
    return this.#source.shapeZyx;
  }

  get voxelSizeZyx(): Zyx {
    return this.#source.voxelSizeZyx;
  }

  readBrick(key: BrickKey): Uint32Array | undefined {
    return this.#copies.get(key) ?? this.#source.readBrick(key);
  }

  loadBricks(keys: readonly BrickKey[], signal?: AbortSignal): Promise<void> {
    return this.#source.loadBricks(keys, signal);
  }

  onBricksChanged(listener: (changes: readonly BrickChange[]) => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Starts a new gesture; what was shown of the last one goes. */
  begin(label: LabelValue, mayOverwrite: MayOverwrite): void {
    this.clear();
    this.#label = label;
    this.#mayOverwrite = mayOverwrite;
  }

  add(piece: VoxelSet): void {
    const keys = piece.brickKeys();
    for (const key of keys) piece.forEachRunOfBrick(key, (z, y, first, end) => this.#painted.addRun(z, y, first, end));
    this.#tell(
      changesOf(
        piece,
        keys.filter((key) => this.#paint(key, piece)),
      ),
    );
  }

  /** Shows exactly these voxels instead of what was shown. */
  replace(voxels: VoxelSet): void {
    const before = this.#painted;
    this.#copies.clear();
    this.#painted = voxels;
    for (const key of voxels.brickKeys()) this.#paint(key, voxels);
    const keys = new Set([...before.brickKeys(), ...voxels.brickKeys()]);
    this.#tell([...keys].map((key) => ({ key, box: null })));
  }

  /** Back to the labels as they are. */
  clear(): void {
    if (this.#painted.count === 0) return;
    const painted = this.#painted;
    this.#painted = new VoxelSet(this.shapeZyx);
    this.#copies.clear();
    this.#tell(changesOf(painted, painted.brickKeys()));
  }

  dispose(): void {
    this.#detach();
    this.#listeners.clear();
  }

  /** False while the brick is not loaded: it is painted when it arrives. */
  #paint(key: BrickKey, piece: VoxelSet): boolean {
    const below = this.#source.readBrick(key);
    if (!below) return false;
    let copy = this.#copies.get(key);
    if (!copy) {
      copy = below.slice();
      this.#copies.set(key, copy);
    }
    const into = copy;
    piece.forEachRunOfBrick(key, (z, y, first, end) => {
      const at = indexInBrick(z, y, first);
      if (!this.#mayOverwrite) into.fill(this.#label, at, at + end - first);
      else for (let i = at; i < at + end - first; i++) if (this.#mayOverwrite(below[i])) into[i] = this.#label;
    });
    return true;
  }

  #onSourceChanged(changes: readonly BrickChange[]): void {
    const painted = new Set(this.#painted.brickKeys());
    for (const { key } of changes) {
      if (!painted.has(key)) continue;
      this.#copies.delete(key);
      this.#paint(key, this.#painted);
    }
    this.#tell(changes);
  }

  #tell(changes: readonly BrickChange[]): void {
    if (changes.length > 0) for (const listener of [...this.#listeners]) listener(changes);
  }
}

function changesOf(voxels: VoxelSet, keys: readonly BrickKey[]): BrickChange[] {
  const box = voxels.boundingBox();
  if (!box) return [];
  return keys.map((key) => ({ key, box: intersectBoxes(box, brickBox(key, voxels.shapeZyx)) }));
}
