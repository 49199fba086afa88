import type { BrickChange, LabelBrickSource, LabelValue, Unsubscribe } from "../../core/edit/label-document.ts";
import { VoxelSet } from "../../core/edit/voxel-set.ts";
import { type BrickKey, brickBox, indexInBrick } from "../../core/volume/brick.ts";
import { intersectBoxes, type Zyx } from "../../core/volume/voxel-space.ts";

type MayOverwrite = ((present: LabelValue) => boolean) | null;

/** What one gesture shows of itself until it is over and the document has its paint. */
export interface GesturePreview {
  add(piece: VoxelSet): void;
  /** Shows exactly these voxels instead of what it showed. */
  replace(voxels: VoxelSet): void;
  /** Back to the labels as they are. */
  end(): void;
}

interface Gesture {
  readonly label: LabelValue;
  readonly mayOverwrite: MayOverwrite;
  voxels: VoxelSet;
}

/**
 * The labels with the gestures in progress painted over them, so that paint is on the screen in the frame of the pointer
 * move while the document still knows nothing. There may be several: one stroke is still being kept on this computer
 * when the next begins. Only bricks under a gesture are copied; the rest is passed through.
 */
export class PreviewLabels implements LabelBrickSource {
  readonly #source: LabelBrickSource;
  readonly #listeners = new Set<(changes: readonly BrickChange[]) => void>();
  readonly #copies = new Map<BrickKey, Uint32Array>();
  readonly #detach: Unsubscribe;
  readonly #coming = new Set<BrickKey>();
  /** In the order in which they began. */
  readonly #gestures = new Set<Gesture>();

  constructor(source: LabelBrickSource) {
    this.#source = source;
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

  keepLoaded(holder: string, keys: readonly BrickKey[]): void {
    this.#source.keepLoaded(holder, keys);
  }

  /** `mayOverwrite` is asked for the label that lies under the paint. */
  begin(label: LabelValue, mayOverwrite: MayOverwrite): GesturePreview {
    const gesture: Gesture = { label, mayOverwrite, voxels: new VoxelSet(this.shapeZyx) };
    this.#gestures.add(gesture);
    return {
      add: (piece) => {
        const keys = piece.brickKeys();
        for (const key of keys)
          piece.forEachRunOfBrick(key, (z, y, first, end) => gesture.voxels.addRun(z, y, first, end));
        this.#tell(
          changesOf(
            piece,
            keys.filter((key) => this.#paint(key, gesture, piece)),
          ),
        );
      },
      replace: (voxels) => {
        const keys = new Set([...gesture.voxels.brickKeys(), ...voxels.brickKeys()]);
        gesture.voxels = voxels;
        for (const key of keys) this.#repaint(key);
        this.#tell([...keys].map((key) => ({ key, box: null })));
      },
      end: () => {
        if (!this.#gestures.delete(gesture)) return;
        const keys = gesture.voxels.brickKeys();
        for (const key of keys) this.#repaint(key);
        this.#tell(changesOf(gesture.voxels, keys));
      },
    };
  }

  dispose(): void {
    this.#detach();
    this.#listeners.clear();
  }

  /** The labels as they are, and over them every gesture that has paint in this brick. */
  #repaint(key: BrickKey): void {
    this.#copies.delete(key);
    for (const gesture of this.#gestures)
      if (gesture.voxels.brickKeys().includes(key)) this.#paint(key, gesture, gesture.voxels);
  }

  /** False while the brick is not loaded: it is painted when it arrives. */
  #paint(key: BrickKey, { label, mayOverwrite }: Gesture, piece: VoxelSet): boolean {
    const below = this.#source.readBrick(key);
    if (!below) {
      this.#load(key);
      return false;
    }
    let copy = this.#copies.get(key);
    if (!copy) {
      copy = below.slice();
      this.#copies.set(key, copy);
    }
    const into = copy;
    piece.forEachRunOfBrick(key, (z, y, first, end) => {
      const at = indexInBrick(z, y, first);
      if (!mayOverwrite) into.fill(label, at, at + end - first);
      else for (let i = at; i < at + end - first; i++) if (mayOverwrite(below[i])) into[i] = label;
    });
    return true;
  }

  /** Zoomed out, a brick that is shown need not be loaded. */
  #load(key: BrickKey): void {
    if (this.#coming.has(key)) return;
    this.#coming.add(key);
    const settle = () => this.#coming.delete(key);
    void this.#source.loadBricks([key]).then(settle, settle); // the pane asks again, and says what went wrong
  }

  #onSourceChanged(changes: readonly BrickChange[]): void {
    for (const { key } of changes) if (this.#copies.has(key) || this.#isUnderGesture(key)) this.#repaint(key);
    this.#tell(changes);
  }

  #isUnderGesture(key: BrickKey): boolean {
    for (const { voxels } of this.#gestures) if (voxels.brickKeys().includes(key)) return true;
    return false;
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
