import type { BrickKey } from "../volume/brick.ts";
import type { VoxelBox, Zyx } from "../volume/voxel-space.ts";

/** Positive integer below 2³², 0 = background. */
export type LabelValue = number;

/** Runs of voxels in volume coordinates: `[z, y, xFirst, xEnd)` repeated, half-open in x; any order, may cross bricks. */
export type VoxelRuns = Int32Array;

/** META fields of a nucleus (R56 of core/sync/SPEC.md). */
export interface NucleusFields {
  readonly status?: string;
  readonly class?: string;
  readonly note?: string;
  readonly assignee?: string;
  /** Proposal id, or `import`. */
  readonly origin?: string;
}

/** One record that an act asks for; absolute writes, masks already evaluated. `label` 0 erases. */
export type EditRecord =
  | { readonly kind: "paint"; readonly label: LabelValue; readonly runs: VoxelRuns }
  | { readonly kind: "paintGroups"; readonly groups: readonly { label: LabelValue; runs: VoxelRuns }[] }
  | {
      readonly kind: "field";
      readonly label: LabelValue;
      readonly field: keyof NucleusFields;
      readonly value: string | null;
    }
  | { readonly kind: "merge" | "unmerge"; readonly a: LabelValue; readonly b: LabelValue };

/** What one gesture of a person does; undone and redone as a whole. */
export interface EditAct {
  /** For the undo hint, e.g. "brush", "accept". */
  readonly name: string;
  readonly records: readonly EditRecord[];
  /** Of decisions on proposals: their labels. */
  readonly proposals?: readonly LabelValue[];
}

/** What undo and redo did. */
export type ShiftedAct = Pick<EditAct, "name" | "proposals">;

export interface BrickChange {
  readonly key: BrickKey;
  /**
   * Changed box in volume coordinates; null = the whole brick: it was loaded or rebuilt, or it changed while it was not
   * loaded. Bricks that go because there are too many are not told.
   */
  readonly box: VoxelBox | null;
}

export type Unsubscribe = () => void;

/** Read side of a label image made of bricks: the live labels, or the proposals. */
export interface LabelBrickSource {
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  /**
   * 64³ labels, x fastest, merges not resolved; undefined while not loaded. `backgroundBrick` where it is known that there
   * are none, which is known of many bricks without loading them. Never write into it.
   */
  readBrick(key: BrickKey): Uint32Array | undefined;
  /** Resolves when all are loaded and readable. Rejects with a Problem. */
  loadBricks(keys: readonly BrickKey[], signal?: AbortSignal): Promise<void>;
  onBricksChanged(listener: (changes: readonly BrickChange[]) => void): Unsubscribe;
  /** These stay loaded once they are, however many, until the same holder names others. */
  keepLoaded(holder: string, keys: readonly BrickKey[]): void;
}

/** `saved` = durable in the server's database, nothing else. */
export type SaveState =
  /** `trouble`: why the server does not save at the moment, where it said so; words without a full stop. */
  | { readonly kind: "connecting"; readonly waiting: number; readonly trouble?: string }
  | { readonly kind: "saved" }
  | { readonly kind: "saving"; readonly waiting: number }
  | { readonly kind: "offline"; readonly waiting: number; readonly trouble?: string }
  | { readonly kind: "read-only"; readonly reason: string }
  | { readonly kind: "refused"; readonly reason: string; readonly recordId: string };

/** What the others see of a person. Never stored. */
export interface Presence {
  readonly userId: string;
  readonly name: string;
  /** CSS colour. */
  readonly color: string;
  /** Voxel coordinates, fractional; null when the pointer is outside. */
  readonly cursorZyx: Zyx | null;
  /** Centre of the person's slices and the pane under the pointer, to follow them. */
  readonly crosshairZyx: Zyx | null;
  readonly pane: "xy" | "xz" | "yz" | "3d" | null;
  readonly zoom: number | null;
  readonly selectedLabel: LabelValue;
  readonly tool: string | null;
  /** Stroke in progress: polyline and radius, never voxels. */
  readonly stroke: { readonly pathZyx: readonly Zyx[]; readonly radiusUm: number; readonly label: LabelValue } | null;
}

export interface Peer extends Presence {
  readonly clientId: number;
}

/** The co-edited label volume as the editor sees it. `core/sync` implements it. All acts paint locally at once. */
export interface LabelDocument extends LabelBrickSource {
  readonly canEdit: boolean;
  /** A label value nobody else gets. Throws a Problem `labels-used-up` when offline and the lease is spent. */
  newLabel(): LabelValue;
  /** Synchronous for acts that fit into records; acts over the record limits finish after their upload. */
  commit(act: EditAct): Promise<void>;
  /** Throws a Problem where the history does not reach back that far. */
  undo(): ShiftedAct | null;
  redo(): ShiftedAct | null;
  /** Undoes records of the history as one act of this person, which can be undone. Others' records only for moderators. */
  takeBack(name: string, ids: readonly string[]): void;
  readonly undoDepth: number;
  readonly redoDepth: number;
  fieldsOf(label: LabelValue): NucleusFields;
  /** Smallest member of the merged group of `label`. */
  canonicalLabel(label: LabelValue): LabelValue;
  /** All members of the merged group, ascending. */
  membersOf(label: LabelValue): readonly LabelValue[];
  /** Pairs of live MERGE edges that name this label. */
  mergeEdgesOf(label: LabelValue): readonly (readonly [LabelValue, LabelValue])[];
  readonly saveState: SaveState;
  /** Fires when saveState, undo depths, fields or merges change; not for voxels. */
  subscribe(listener: () => void): Unsubscribe;
  /** Rises with every `subscribe` notification: a snapshot for useSyncExternalStore. */
  readonly revision: number;
  /** Rises only when fields or merges of any nucleus change: what colours and lists depend on. */
  readonly nucleiRevision: number;
  setPresence(presence: Partial<Presence>): void;
  peers(): readonly Peer[];
  onPeersChanged(listener: () => void): Unsubscribe;
}

/** What an act on nuclei is built from. */
export type EditedLabels = LabelBrickSource &
  Pick<LabelDocument, "newLabel" | "canonicalLabel" | "membersOf" | "mergeEdgesOf" | "fieldsOf">;
