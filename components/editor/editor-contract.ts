import type { ReactNode } from "react";
import type { ProposedClass } from "../../core/classes/proposed-class.ts";
import type { ImageVoxels } from "../../core/edit/image-voxels.ts";
import type { LabelBrickSource, LabelDocument, LabelValue, Unsubscribe } from "../../core/edit/label-document.ts";
import type { NucleiThen } from "../../core/history/then-facts.ts";
import type { LabelStatus } from "../../core/labels/label-status.ts";
import type { Problem } from "../../core/problem.ts";
import type { ReviewState } from "../../core/review/review-state.ts";
import type { Role } from "../../core/roles.ts";
import type { SettingName } from "../../core/setting-name.ts";
import type { VoxelBox, Zyx } from "../../core/volume/voxel-space.ts";
import type { LoadModel } from "../segmenter/click-model.ts";
import type { BoxKind, CommentPin, ImageSource, ViewStore } from "../viewer/viewer-contract.ts";

/** What the page gives to the editor, and what the editor gives to panels of others. */

/** A class of nuclei of the project. `digit` 1…9 is its key. */
export interface NucleusClass {
  readonly name: string;
  readonly digit: number | null;
  /** CSS colour. */
  readonly color: string;
}

/** A nucleus of the whole volume, as the server counts it. Merged nuclei are one row under their canonical label. */
export interface NucleusRow {
  readonly label: LabelValue;
  /** What people call it by, 1, 2, 3 … in its volume; null: it is new, and the server has not heard of it yet. */
  readonly number: number | null;
  readonly status: LabelStatus;
  readonly className: string | null;
  readonly volumeUm3: number;
  readonly centroidZyx: Zyx;
  /** Tight box, voxels. */
  readonly box: VoxelBox;
  /** 0…1, of the proposal it came from; null when drawn by hand. */
  readonly uncertainty: number | null;
  /** Who painted last, by name. */
  readonly by: string;
  /** ISO time of the last change. */
  readonly changedAt: string;
  readonly origin: string | null;
  /** How its second look stands. */
  readonly review: ReviewState;
}

export interface EditorBox {
  readonly id: string;
  readonly box: VoxelBox;
  readonly kind: BoxKind;
  readonly by: string;
  readonly createdAt: string;
}

/** Data that comes over the network: shown with words while it is not there. */
export interface Loaded<T> {
  readonly data: T | undefined;
  readonly problem: Problem | null;
  retry(): void;
}

/** What a person set up, kept for them on whichever computer. Values may be of another version: parse them. */
export interface KeptSettings {
  /** Undefined while nothing is kept under this name, as far as this page knows. */
  get(name: SettingName): unknown;
  set(name: SettingName, value: unknown): void;
  /** False until the server, or what this browser remembers of it, has said what is kept. */
  readonly isKnown: boolean;
  /** What is kept comes after the page. */
  subscribe(listener: () => void): Unsubscribe;
}

/** Where the palette can lead. */
export interface LinkedPage {
  readonly title: string;
  readonly href: string;
  readonly kind: "volume" | "page";
}

/** A predicted nucleus that somebody is asked to judge. */
export interface ProposalRef {
  /** Row id: written as the origin of the nucleus that comes of it. */
  readonly id: string;
  readonly label: LabelValue;
  /** Tight box, voxels. */
  readonly box: VoxelBox;
  /** Goes with it where it is accepted or corrected and no other class is chosen; null or missing: none. */
  readonly proposedClass?: ProposedClass | null;
}

export type Decision = "accepted" | "corrected" | "rejected";

/** Commands of the review queue that the editor's keys call. */
export interface ReviewCommands {
  /** Claims and shows the most uncertain unclaimed proposal. */
  next(): void;
  /** Puts the shown one back. */
  skip(): void;
  /** Called after the editor committed the act of a decision on the shown or clicked proposal, and after its redo. */
  decided(label: LabelValue, decision: Decision): void;
  /** A decision of this page was undone. */
  undone(label: LabelValue): void;
}

/** Commands of the second queue, where nuclei are looked at again: the same keys, where it is the one that was chosen. */
export interface SecondLookCommands {
  readonly isChosen: boolean;
  readonly isLooking: boolean;
  next(): void;
  skip(): void;
  answer(decision: Decision): void;
}

/** The labels of a moment of the history, for the panes. */
export interface PastView {
  readonly source: LabelBrickSource;
  readonly nuclei: NucleiThen;
  /** What this moment is, in words: "before Ada painted nucleus 12". */
  readonly words: string;
  /** Ms since the epoch. */
  readonly atMs: number;
  /** To the act before, and to the one after; null where the list ends. */
  readonly earlier: (() => void) | null;
  readonly later: (() => void) | null;
}

/** Handed to parts of others (the queue, the history) that work inside the editor. */
export interface EditorApi {
  readonly document: LabelDocument;
  readonly proposals: LabelBrickSource | null;
  readonly view: ViewStore;
  /** Selects the proposal, flies there, and makes accept / correct / reject act on it. */
  showProposal(proposal: ProposalRef | null): void;
  /** Shows an open proposal by its label. Rejects with a Problem where somebody else looks at it. */
  goToProposal(label: LabelValue): Promise<void>;
  /** The acts behind the keys: resolve when the records are committed (not yet saved). Reject with a Problem. */
  decide(decision: Decision): Promise<void>;
  /**
   * As one act; resolves with how many had a free voxel, and how many were planted and are not taken. Rejects with a Problem where they
   * are too many.
   */
  acceptSeveral(
    proposals: readonly ProposalRef[],
    signal?: AbortSignal,
  ): Promise<{ readonly taken: number; readonly planted: number }>;
  select(label: LabelValue): void;
  /** "nucleus 12": by its number, which is not its label. */
  nameOf(label: LabelValue): string;
  /** The crosshair goes there; without a radius it is looked at as near as now. */
  goTo(placeZyx: Zyx, radiusUm?: number): void;
  /** Opens the panel of the queue. */
  showQueue(): void;
  /** Opens the panel of comments at this conversation. */
  showThread(threadId: string): void;
  /** The address with what is looked at in it. */
  linkToView(address: string): string;
  /** So that the whole box is seen, and some of what lies around. */
  flyToBox(box: VoxelBox): void;
  /** Shows the labels as they were, or with null those of now. */
  showPast(past: PastView | null): void;
  registerReview(commands: ReviewCommands): Unsubscribe;
  registerSecondLook(commands: SecondLookCommands): Unsubscribe;
  /** Selects a nucleus, with the brush in hand. */
  correct(label: LabelValue): void;
  notify(message: { readonly tone: "info" | "warning" | "error"; readonly text: string }): void;
}

/** What the list of all nuclei is told by the editor around it. */
export interface ShownNuclei {
  /** Of this page, and too new for the server's list. */
  readonly own: readonly NucleusRow[];
  /** Canonical; 0 = none. */
  readonly selectedLabel: LabelValue;
  readonly canEdit: boolean;
  /** CSS colour. */
  readonly colorOf: (label: LabelValue) => string;
  onSelect(row: NucleusRow): void;
}

/** Where a comment is written: a nucleus, or a place alone. */
export interface CommentDraft {
  readonly placeZyx: Zyx;
  readonly label: LabelValue | null;
}

/** What the panel of comments is told by the editor around it. */
export interface ShownComments {
  readonly api: EditorApi;
  readonly selectedId: string | null;
  readonly draft: CommentDraft | null;
  /** At the selected nucleus, else at the crosshair. */
  onDraft(): void;
  onDraftDone(): void;
  onSelect(threadId: string | null): void;
}

/** What the list of boxes is told by the editor around it. */
export interface ShownBoxes {
  /** Drawn, and not made yet. */
  readonly draft: VoxelBox | null;
  /** The saved box that the draft is of. */
  readonly changed: EditorBox | null;
  readonly selectedId: string | null;
  onDraft(box: VoxelBox | null): void;
  /** Opens a saved box as a draft. */
  onChange(box: EditorBox): void;
  onSelect(box: EditorBox): void;
}

export interface EditorProps {
  readonly projectName: string;
  readonly projectHref: string;
  readonly volumeName: string;
  readonly role: Role;
  readonly userId: string;
  readonly userName: string;
  readonly settings: KeptSettings;
  /** Other volumes of the project, and pages: asked for when somebody looks for one. */
  loadPages(): Promise<readonly LinkedPage[]>;
  readonly image: ImageSource;
  /** How wide nuclei of this volume are, as somebody has measured them; null: as labels, model or image say. */
  readonly nucleusDiameterUm: number | null;
  /** For everybody. Rejects with a Problem. */
  setNucleusDiameter(diameterUm: number | null): Promise<void>;
  /** Level 0 of the image for fills and splits. */
  readonly imageVoxels: ImageVoxels;
  /** The model of the project, for click to segment. */
  readonly loadModel: LoadModel;
  readonly document: LabelDocument;
  /** Null until a checkpoint has predicted this volume. */
  readonly proposals: LabelBrickSource | null;
  /** The proposal under a clicked label value, if it is still undecided. */
  findProposal(label: LabelValue): Promise<ProposalRef | null>;
  /** It was made up, to see whether people look: it must not get into the labels. Known without a connection. */
  isPlanted(label: LabelValue): boolean;
  readonly classes: readonly NucleusClass[];
  readonly nuclei: Loaded<readonly NucleusRow[]>;
  readonly boxes: Loaded<readonly EditorBox[]>;
  /** For edits that the server refused: null while the document has no such store. */
  readonly quarantine: { download(): Promise<void>; dismiss(): void } | null;
  /** What this browser withholds, so that unsaved edits are less safe than they should be: sentences. */
  weaknesses(): readonly string[];
  /** Short state of the training in the header. */
  readonly trainingStatus: ReactNode;
  /** Called once for each editor that is opened; what it returns is called when that one closes. */
  attach(api: EditorApi): Unsubscribe;
  renderNuclei(shown: ShownNuclei): ReactNode;
  /** What the person's task is about, drawn in the panes; null for none, or the whole volume. */
  readonly taskBox: VoxelBox | null;
  renderBoxes(shown: ShownBoxes): ReactNode;
  /** Open conversations. */
  readonly pins: readonly Omit<CommentPin, "isSelected">[];
  renderComments(shown: ShownComments): ReactNode;
  renderQueue(): ReactNode;
  /** What a second person said of the selected nucleus; nothing where nobody is asked. */
  renderReview(label: LabelValue, row: NucleusRow | undefined): ReactNode;
  /** `asked`: the nucleus whose history was asked for; another object each time. */
  renderHistory(api: EditorApi, asked: { readonly label: LabelValue } | null): ReactNode;
}
