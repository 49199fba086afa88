import type { LabelBrickSource, LabelValue, Peer } from "../../core/edit/label-document.ts";
import type { PixelType, VoxelBox, Zyx } from "../../core/volume/voxel-space.ts";

/** What the viewer is given and what it tells the tools. The viewer draws; tools (components/tools) decide what a gesture means. */

export type SlicePlane = "xy" | "xz" | "yz";
export type PaneId = SlicePlane | "3d";

export interface ImageLevel {
  /** 0 is finest. */
  readonly scaleLevel: number;
  readonly shapeZyx: Zyx;
  /** Size of a voxel of this level in voxels of level 0. */
  readonly factorZyx: Zyx;
}

/** A channel of an image. All channels of an image have its shape, levels and pixel type. */
export interface ImageChannel {
  readonly name: string;
  /** sRGB 0…255, where several are drawn together. */
  readonly rgb: readonly [number, number, number];
  readonly contrast: readonly [low: number, high: number];
  readonly histogram: readonly number[];
  readonly histogramRange: readonly [low: number, high: number];
}

/** How one channel is drawn. */
export interface ChannelView {
  readonly contrast: readonly [low: number, high: number];
  readonly gamma: number;
  readonly rgb: readonly [number, number, number];
  /** Drawn where several are drawn together. */
  readonly overlaid: boolean;
}

/** An image pyramid of 64³ Zarr chunks reached over HTTP. */
export interface ImageSource {
  readonly volumeId: string;
  readonly pixelType: PixelType;
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  readonly levels: readonly ImageLevel[];
  /**
   * URL of one chunk: gzip of little-endian voxels, x fastest, edge chunks padded to 64³; 404 = all fill value 0.
   * `channel` is a place among `channels`; absent, the labelled one is meant.
   */
  chunkUrl(scaleLevel: number, bz: number, by: number, bx: number, channel?: number): string;
  /** In the file's order; absent where there is only one. */
  readonly channels?: readonly ImageChannel[];
  /** Place of the channel that labels are drawn on; what follows is said of it. */
  readonly labelledChannel?: number;
  /** First contrast: percentiles 1 and 99.8 of level 0. */
  readonly contrast: readonly [low: number, high: number];
  /** 256 counts, evenly spaced over `histogramRange`. */
  readonly histogram: readonly number[];
  readonly histogramRange: readonly [low: number, high: number];
}

export interface LabelStyle {
  /** sRGB 0…255 */
  readonly rgb: readonly [number, number, number];
  /** False for hidden statuses. */
  readonly visible: boolean;
  /** Drawn with a pattern too, so that status does not depend on colour alone. */
  readonly hatched: boolean;
}

/** A layer of labels to draw. `styleOf` is asked once per label and `styleRevision`, never per voxel. */
export interface LabelLayer {
  readonly id: "labels" | "proposals";
  readonly source: LabelBrickSource;
  readonly visible: boolean;
  /** 0…1 */
  readonly opacity: number;
  readonly outlinesOnly: boolean;
  styleOf(label: LabelValue): LabelStyle;
  readonly styleRevision: number;
  /** Representative of the merged group of a label; no outline is drawn inside a group. Default: every label by itself. */
  groupOf?(label: LabelValue): LabelValue;
  /** What people call what lies under the pointer. Default: by its label. */
  nameOf?(label: LabelValue): string;
}

export interface PointerSample {
  readonly pane: PaneId;
  /** Fractional voxel coordinates: voxel (z, y, x) covers [z, z+1) etc. In 3D: the hit on a nucleus surface. */
  readonly voxelZyx: Zyx;
  /** Value under the pointer in each layer, 0 = none. */
  readonly label: LabelValue;
  readonly proposal: LabelValue;
  readonly button: number;
  readonly buttons: number;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly timeMs: number;
}

/** A tool is a state machine over pointer samples. */
export interface PointerTool {
  readonly name: string;
  /** CSS cursor over the slices. */
  readonly cursor: string;
  /** True captures the pointer; otherwise the viewer pans, moves the crosshair or rotates, and a click without drag is a pick. */
  down(sample: PointerSample): boolean;
  /** Coalesced samples since the last event, oldest first; also called without capture while hovering, buttons = 0. */
  move(samples: readonly PointerSample[]): void;
  up(sample: PointerSample): void;
  /** Escape, lost capture, tool change: leave nothing half done. */
  cancel(): void;
  /** Ring drawn under the pointer, µm; null = none. */
  readonly ringRadiusUm: number | null;
}

export type BoxKind = "fully-labelled" | "checked-empty" | "validation";

/** Things drawn over the slices and in 3D. */
export interface ViewerOverlays {
  readonly boxes: readonly {
    id: string;
    box: VoxelBox;
    kind: BoxKind | "draft" | "task";
    selected: boolean;
    /** Of a draft: what the saved box is that it is to replace; absent for a new one. */
    changes?: BoxKind;
  }[];
  readonly peers: readonly Peer[];
  /** Marks such as the two clicks of a split. */
  readonly points: readonly { voxelZyx: Zyx; color: string; text: string }[];
  readonly measured?: MeasuredLine | null;
  readonly pins?: readonly CommentPin[];
}

/** A distance that somebody measures. */
export interface MeasuredLine {
  readonly fromZyx: Zyx;
  /** Null while it is missing. */
  readonly toZyx: Zyx | null;
  readonly text: string;
  /** A nucleus of this width, for whoever can say that nuclei are so wide. */
  readonly ball?: MeasuredBall | null;
}

export interface MeasuredBall {
  /** Fractional voxels. */
  readonly centreZyx: Zyx;
  readonly diameterUm: number;
  /** Nuclei have been said to be so wide. */
  readonly isSaid: boolean;
}

/** Where people have said something. */
export interface CommentPin {
  readonly id: string;
  readonly voxelZyx: Zyx;
  readonly isSelected: boolean;
}

/** What of the volume the 3D pane shows. */
export interface SceneView {
  /** What the clipping planes leave, in fractional voxels; null: all. */
  readonly clip: VoxelBox | null;
  /** Only what lies so near to the crosshair's slice of a plane. */
  readonly slab: { readonly isOn: boolean; readonly plane: SlicePlane; readonly thicknessUm: number };
  /** The three slices stand in space, with their image. */
  readonly showsSlices: boolean;
  /** The selected nucleus alone. */
  readonly isIsolated: boolean;
}

/** State of the view, owned by one store per editor page; panes and tools read and change it. */
export interface ViewState {
  /** Fractional voxels; the slices shown are floor of it. */
  readonly crosshairZyx: Zyx;
  /** CSS pixels per micrometre in the slice panes. */
  readonly zoom: number;
  /** Centre of the panes in µm. */
  readonly centerUmZyx: Zyx;
  /** Where `flyTo` went last, for the camera of the 3D pane. */
  readonly flight: { readonly atZyx: Zyx; readonly radiusUm: number } | null;
  readonly maximisedPane: PaneId | null;
  /** Place of the channel that is looked at. */
  readonly channel: number;
  /** How every channel is drawn. */
  readonly channels: readonly ChannelView[];
  /** Several channels are added up in the slices, each in its colour; else one is drawn in grey. */
  readonly together: boolean;
  /** Of the channel that is looked at, as in `channels`. */
  readonly contrast: readonly [low: number, high: number];
  readonly gamma: number;
  readonly volumeRendering: "mip" | "shaded" | "off";
  readonly scene: SceneView;
  /** Panes show the brightest of so many slices, the shown one in the middle. */
  readonly projection: { readonly isOn: boolean; readonly thicknessUm: number };
  /** Zoomed in, a pane says in a corner where in its slice it is. */
  readonly miniMap: boolean;
  readonly selectedLabel: LabelValue;
  readonly selectedProposal: LabelValue;
}

export interface ViewStore {
  get(): ViewState;
  set(change: Partial<ViewState>): void;
  subscribe(listener: () => void): () => void;
  /** Centres all panes on a point (voxels) and zooms so that `radiusUm` fits; the camera in 3D follows where it is given. */
  flyTo(voxelZyx: Zyx, radiusUm?: number): void;
  /** Shows the whole volume in all slice panes. */
  fit(): void;
  /** The panes tell their size in CSS pixels, for `fit` and `flyTo`. */
  setPaneSize(plane: SlicePlane, widthPx: number, heightPx: number): void;
}

/** What a page may ask of the viewer that is no state of the view. Without 3D, what is asked of it does nothing. */
export interface ViewerHandle {
  /** PNG of the panes that are shown, or of one, each with its scale bar. Null where nothing is shown. */
  picture(only?: PaneId): Promise<Blob | null>;
  /**
   * WebM of the 3D pane turning once round, with its scale bar; it takes as long as it lasts. `onProgress`: 0…1. Rejects with a Problem where that is not to be
   * had, and with the signal's reason.
   */
  film(wishes: { readonly signal: AbortSignal; onProgress(share: number): void }): Promise<Blob>;
  /** Turns the camera of the 3D pane round what it looks at; radians. */
  turn(rightRad: number, upRad: number): void;
  /** Its distance, times this. */
  approach(factor: number): void;
}

export interface VolumeViewerProps {
  readonly image: ImageSource;
  readonly layers: readonly LabelLayer[];
  readonly view: ViewStore;
  readonly tool: PointerTool;
  readonly overlays: ViewerOverlays;
  /** Pointer position over a pane, at most once per frame; null when it leaves. */
  onHover(sample: PointerSample | null): void;
  /** A click that the tool did not capture, in any pane. */
  onPick(sample: PointerSample): void;
  /** Called with the viewer when it is there, and with null when it goes. */
  onOpen?(viewer: ViewerHandle | null): void;
}
