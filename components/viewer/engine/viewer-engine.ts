import type { Problem } from "../../../core/problem.ts";
import { takeChunkWorkers } from "../bricks/early-chunks.ts";
import { type BrickProgress, ImageBricks } from "../bricks/image-bricks.ts";
import { drawnChannels } from "../image-channels.ts";
import { GREY_TINT, tintOf } from "../slice/compose-slice.ts";
import { createContrastTable } from "../slice/contrast-table.ts";
import type { DrawnChannel } from "../slice/gather-grey.ts";
import type {
  ImageSource,
  LabelLayer,
  PaneId,
  PointerSample,
  PointerTool,
  ViewerOverlays,
  ViewState,
  ViewStore,
  VolumeViewerProps,
} from "../viewer-contract.ts";
import type { DrawablePane, DrawableScene } from "./drawable-pane.ts";
import { DrawnLayers } from "./drawn-layers.ts";
import { FrameLoop } from "./frame-loop.ts";
import { Hover } from "./hover.ts";

/** What a pane or the 3D scene is told. */
export interface EngineListener {
  onView(view: ViewState, before: ViewState): void;
  onLabelVoxels: ConstructorParameters<typeof DrawnLayers>[0]["onVoxels"];
  onLabelStyle: ConstructorParameters<typeof DrawnLayers>[0]["onStyle"];
  onOverlays(): void;
}

/** Loading state for the person, of the image and of the labels. */
export interface ViewerProgress extends BrickProgress {
  readonly labelProblem: Problem | null;
}

/** Everything of one viewer that lives longer than a render of React: bricks, layers, frames, panes. */
export class ViewerEngine {
  readonly image: ImageSource;
  readonly view: ViewStore;
  readonly bricks: ImageBricks;
  readonly layers: DrawnLayers;
  readonly frames = new FrameLoop();
  readonly hover = new Hover();
  /** Those that are open. */
  readonly panes = new Map<PaneId, DrawablePane>();
  /** Null until three is there, and where there is no 3D. */
  scene: DrawableScene | null = null;
  readonly #listeners = new Set<EngineListener>();
  readonly #progressListeners = new Set<() => void>();
  readonly #unsubscribeView: () => void;
  #tellPictured: () => void = () => {};
  /** Settled when the first slice is on the screen, at whatever level: what is not needed for it waits. */
  readonly pictured = new Promise<void>((resolve) => {
    this.#tellPictured = resolve;
  });
  #progress: ViewerProgress;
  #channels: readonly DrawnChannel[];
  #lastView: ViewState;
  #props: Pick<VolumeViewerProps, "tool" | "overlays" | "onHover" | "onPick">;

  constructor(props: VolumeViewerProps) {
    this.image = props.image;
    this.view = props.view;
    this.#props = props;
    this.#lastView = props.view.get();
    this.bricks = new ImageBricks(props.image, takeChunkWorkers());
    this.#channels = channelsToDraw(this.#lastView, this.bricks);
    this.layers = new DrawnLayers({
      onVoxels: (id, changes) => {
        for (const listener of this.#listeners) listener.onLabelVoxels(id, changes);
      },
      onStyle: (id, isNewSource) => {
        for (const listener of this.#listeners) listener.onLabelStyle(id, isNewSource);
      },
      onProblem: () => this.#tellProgress(),
    });
    this.#progress = { ...this.bricks.progress(), labelProblem: null };
    this.bricks.onChanged(() => this.#tellProgress());
    this.#unsubscribeView = this.view.subscribe(() => this.#onView());
    this.layers.set(props.layers);
  }

  get tool(): PointerTool {
    return this.#props.tool;
  }

  get overlays(): ViewerOverlays {
    return this.#props.overlays;
  }

  /** What the slices are made of. */
  get channels(): readonly DrawnChannel[] {
    return this.#channels;
  }

  /** Props of a later render. Image and view never change: another volume is another engine. */
  update(props: VolumeViewerProps): void {
    const before = this.#props;
    this.#props = props;
    this.layers.set(props.layers);
    if (before.overlays !== props.overlays || before.tool !== props.tool)
      for (const listener of this.#listeners) listener.onOverlays();
  }

  listen(listener: EngineListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  pick(sample: PointerSample): void {
    this.#props.onPick(sample);
  }

  openPane(id: PaneId, pane: DrawablePane): () => void {
    this.panes.set(id, pane);
    return () => {
      if (this.panes.get(id) === pane) this.panes.delete(id);
    };
  }

  setHover(sample: PointerSample | null): void {
    this.hover.set(sample);
    this.frames.request(this.#tellHover);
  }

  /** Group of the selected nucleus in a layer. */
  selectedGroup(layer: LabelLayer): number {
    const { selectedLabel, selectedProposal } = this.view.get();
    const selected = layer.id === "labels" ? selectedLabel : selectedProposal;
    return selected === 0 ? 0 : (layer.groupOf?.(selected) ?? selected);
  }

  progress = (): ViewerProgress => this.#progress;

  subscribeProgress = (listener: () => void): (() => void) => {
    this.#progressListeners.add(listener);
    return () => this.#progressListeners.delete(listener);
  };

  /** Called by panes in the frame that draws a whole slice: after it, that frame is on the screen. */
  onPictured(): void {
    setTimeout(this.#tellPictured);
  }

  retry(): void {
    this.bricks.retryFailed();
    this.layers.retry();
    this.#tellProgress();
  }

  dispose(): void {
    this.#unsubscribeView();
    this.frames.stop();
    this.layers.dispose();
    this.bricks.dispose();
    this.#listeners.clear();
  }

  readonly #tellHover = (): void => this.#props.onHover(this.hover.get());

  #onView(): void {
    const before = this.#lastView;
    const view = this.view.get();
    this.#lastView = view;
    if (view.channels !== before.channels || view.channel !== before.channel || view.together !== before.together)
      this.#channels = channelsToDraw(view, this.bricks);
    for (const listener of this.#listeners) listener.onView(view, before);
  }

  /** Bricks arrive by the dozen: the page is told once per frame. */
  #tellProgress(): void {
    this.frames.request(this.#tellProgressNow);
  }

  readonly #tellProgressNow = (): void => {
    this.#progress = { ...this.bricks.progress(), labelProblem: this.layers.problem };
    for (const listener of this.#progressListeners) listener();
  };
}

function channelsToDraw(view: ViewState, bricks: ImageBricks): DrawnChannel[] {
  return drawnChannels(view).map((place) => {
    const { contrast, gamma, rgb } = view.channels[place];
    return {
      bricks: { read: (scaleLevel, key) => bricks.read(scaleLevel, key, place) },
      contrast: createContrastTable(contrast, gamma),
      tint: view.together ? tintOf(rgb) : GREY_TINT,
    };
  });
}
