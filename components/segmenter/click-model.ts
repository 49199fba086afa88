import { unpackModel } from "../../core/checkpoint/packed-model.ts";
import type { Click } from "../../core/click/click.ts";
import { type ClickEngine, findClickedNucleus } from "../../core/click/find-clicked-nucleus.ts";
import { type EdgeQuestion, edgeBox } from "../../core/click/region-by-edges.ts";
import type { ImageVoxels } from "../../core/edit/image-voxels.ts";
import { readImageBox } from "../../core/edit/read-box.ts";
import { looksForSize, type Sight, seenSpace, sightOf } from "../../core/perception/canonical-size.ts";
import { middleBox } from "../../core/perception/estimate-diameter.ts";
import {
  type IntensityStatistics,
  type IntensityWindow,
  windowOfStatistics,
} from "../../core/perception/intensity-window.ts";
import { type LookAround, usualDiameterUm } from "../../core/perception/look-around.ts";
import { isProblem, Problem } from "../../core/problem.ts";
import { boxShape, type VoxelBox, type VoxelSpace } from "../../core/volume/voxel-space.ts";
import type { EngineReport, OpenedModel } from "./segment-messages.ts";

/** How far the page is with the model of its project. */
export type ClickModelState =
  | { readonly kind: "asleep" }
  /** `share` 0…1; null while nobody can say. */
  | { readonly kind: "loading"; readonly share: number | null }
  | { readonly kind: "starting" }
  /** How large nuclei are is looked for in the image. */
  | { readonly kind: "measuring"; readonly share: number }
  | { readonly kind: "ready"; readonly origin: "product" | "training"; readonly engine: EngineReport }
  /** Nuclei are found by their edges. */
  | { readonly kind: "none"; readonly why: string };

/** Where the packed model comes from (core/checkpoint/packed-model.ts); the page knows the server. */
export type LoadModel = (onShare: (share: number | null) => void) => Promise<Uint8Array<ArrayBuffer>>;

/** What computes: the worker of `segment-worker.ts`. */
export interface Segmenter extends ClickEngine {
  open(packed: Uint8Array<ArrayBuffer>, volume: VoxelSpace, window: IntensityWindow): Promise<OpenedModel>;
  measureDiameter(image: Float32Array<ArrayBuffer>, space: VoxelSpace): Promise<number | null>;
  findByEdges(question: EdgeQuestion): Promise<Uint8Array | null>;
  dispose(): void;
}

export interface ClickModelSource {
  readonly volume: VoxelSpace;
  readonly statistics: IntensityStatistics;
  readonly voxels: ImageVoxels;
  readonly loadModel: LoadModel;
  /** How wide nuclei are, as a person has measured them; null: the model's own size, or the image's. */
  nucleusDiameterUm(): number | null;
  startSegmenter(): Promise<Segmenter>;
}

export interface FoundByClicks {
  readonly box: VoxelBox;
  /** Of the box. */
  readonly nucleus: Uint8Array;
  readonly by: "model" | "edges";
  readonly isCut: boolean;
  /** For further clicks on the same nucleus; null by edges. */
  readonly look: LookAround | null;
}

export interface ClicksWish {
  readonly clicks: readonly Click[];
  /** By which the outline is moved beside the model's own. */
  readonly moveUm: number;
  readonly last: LookAround | null;
  readForbidden(box: VoxelBox, signal?: AbortSignal): Promise<Uint8Array>;
}

/** Where nobody knows how large nuclei are, µm. */
const SOME_DIAMETER_UM = 10;
/** A second for a watershed by edges. */
const MAX_EDGE_VOXELS = 1_500_000;
/** A model that came in vain is asked for again after this, and whether the one that is there is still the project's. */
const ASK_AGAIN_MS = 30_000;

/** The model of the project in this page: loaded when it is first wanted, kept while the page is open. */
export class ClickModel {
  readonly #source: ClickModelSource;
  readonly #tell: (state: ClickModelState) => void;
  #segmenter: Promise<Segmenter> | null = null;
  #ready: Promise<OpenedModel | null> | null = null;
  #askedAtMs = 0;
  /** Why there is no model, where there is none. */
  #none: Extract<ClickModelState, { kind: "none" }> | null = null;
  /** Measured once: the image does not change. */
  #diameterUm: number | null | undefined;
  #isDisposed = false;

  constructor(source: ClickModelSource, tell: (state: ClickModelState) => void) {
    this.#source = source;
    this.#tell = tell;
  }

  /** Makes ready what a click needs; again and again for free. A newer model of the project is taken when it has arrived. */
  prepare(): Promise<OpenedModel | null> {
    const isDue = performance.now() - this.#askedAtMs > ASK_AGAIN_MS;
    if (!this.#ready || (this.#none && isDue)) this.#ready = this.#load();
    else if (isDue) void this.#lookForNewer(this.#ready);
    return this.#ready;
  }

  /** Null where there is nothing at the clicks. Throws Problems `clicks-too-far-apart` and `segmenting-stopped`. */
  async find(wish: ClicksWish, signal: AbortSignal): Promise<FoundByClicks | null> {
    const opened = await this.prepare();
    const sight = opened && (await this.#see(opened));
    signal.throwIfAborted();
    const byModel = sight && (await this.#findByModel(opened, sight, wish, signal));
    return byModel ?? this.#findByEdges(sight, wish, signal);
  }

  dispose(): void {
    this.#isDisposed = true;
    void this.#segmenter?.then((segmenter) => segmenter.dispose());
  }

  async #findByModel(
    opened: OpenedModel,
    sight: Sight,
    wish: ClicksWish,
    signal: AbortSignal,
  ): Promise<FoundByClicks | null> {
    const { volume, voxels } = this.#source;
    const clicked = {
      ...volume,
      readImage: (box: VoxelBox) => readImageBox(voxels, box, signal),
      readForbidden: (box: VoxelBox) => wish.readForbidden(box, signal),
    };
    const { clicks } = wish;
    const { config, outlineUm } = opened;
    const last = wish.last && isSeenBy(wish.last, sight, volume) ? wish.last : null;
    const asked = { config, sight, clicks, outlineUm: outlineUm ?? 0, moveUm: wish.moveUm };
    const found = await findClickedNucleus(await this.#start(), clicked, asked, last, signal);
    return found && { ...found, box: found.look.box, by: "model" };
  }

  async #findByEdges(sight: Sight | null, wish: ClicksWish, signal: AbortSignal): Promise<FoundByClicks | null> {
    const { volume, voxels, nucleusDiameterUm } = this.#source;
    const diameterUm = sight
      ? usualDiameterUm(sight)
      : (nucleusDiameterUm() ?? (await this.#measure()) ?? SOME_DIAMETER_UM);
    if (this.#none) this.#say(this.#none);
    const { clicks, moveUm } = wish;
    const box = edgeBox(volume, clicks, diameterUm, MAX_EDGE_VOXELS);
    if (!box) throw tooWide();
    const [image, forbidden] = await Promise.all([readImageBox(voxels, box, signal), wish.readForbidden(box, signal)]);
    const segmenter = await this.#start();
    const { voxelSizeZyx } = volume;
    const nucleus = await segmenter.findByEdges({ box, voxelSizeZyx, image, forbidden, clicks, diameterUm, moveUm });
    signal.throwIfAborted();
    return nucleus && { box, nucleus, by: "edges", isCut: false, look: null };
  }

  async #load(): Promise<OpenedModel | null> {
    this.#askedAtMs = performance.now();
    this.#none = null;
    try {
      this.#say({ kind: "loading", share: null });
      const packed = await this.#source.loadModel((share) => this.#say({ kind: "loading", share }));
      this.#say({ kind: "starting" });
      return await this.#openModel(packed);
    } catch (error) {
      this.#none = { kind: "none", why: isProblem(error) ? error.what : "The model could not be loaded." };
      this.#say(this.#none);
      return null;
    }
  }

  /** Without a word: the one that is there goes on answering, also while the server is away. */
  async #lookForNewer(now: Promise<OpenedModel | null>): Promise<void> {
    this.#askedAtMs = performance.now();
    const opened = await now;
    try {
      const packed = await this.#source.loadModel(() => {});
      const { about } = unpackModel(packed);
      const known = opened?.about;
      if (known && about.checkpointId === known.checkpointId && about.outlineUm === known.outlineUm) return;
      if (this.#ready === now) this.#ready = Promise.resolve(await this.#openModel(packed));
    } catch {
      // It is asked again.
    }
  }

  async #openModel(packed: Uint8Array<ArrayBuffer>): Promise<OpenedModel> {
    const segmenter = await this.#start();
    const { volume, statistics } = this.#source;
    const opened = await segmenter.open(packed, volume, windowOfStatistics(statistics));
    await this.#see(opened);
    this.#say(readyWith(opened));
    return opened;
  }

  /** Looked at anew for every click: what a person has said of the size may be another by then. */
  async #see(opened: OpenedModel): Promise<Sight> {
    const givenUm = this.#source.nucleusDiameterUm();
    if (givenUm !== null || !looksForSize(opened)) return sightOf(opened, givenUm);
    const isNews = this.#diameterUm === undefined;
    const diameterUm = await this.#measure();
    if (isNews) this.#say(readyWith(opened));
    return sightOf(opened, diameterUm);
  }

  async #measure(): Promise<number | null> {
    if (this.#diameterUm !== undefined) return this.#diameterUm;
    const { volume, voxels } = this.#source;
    const box = middleBox(volume.shapeZyx);
    const image = await readImageBox(voxels, box, undefined, (share) => this.#say({ kind: "measuring", share }));
    const segmenter = await this.#start();
    this.#diameterUm = await segmenter.measureDiameter(image, {
      shapeZyx: boxShape(box),
      voxelSizeZyx: volume.voxelSizeZyx,
    });
    return this.#diameterUm;
  }

  #start(): Promise<Segmenter> {
    this.#segmenter ??= this.#source.startSegmenter();
    return this.#segmenter;
  }

  #say(state: ClickModelState): void {
    if (!this.#isDisposed) this.#tell(state);
  }
}

const readyWith = ({ about, engine }: OpenedModel): ClickModelState => ({
  kind: "ready",
  origin: about.origin,
  engine,
});

/** Not where nuclei have another size by now. */
const isSeenBy = ({ seen }: LookAround, { sideUm }: Sight, volume: VoxelSpace): boolean =>
  seenSpace(volume, sideUm).voxelSizeZyx.every((size, axis) => size === seen.voxelSizeZyx[axis]);

const tooWide = (): Problem =>
  new Problem({
    tag: "clicks-too-far-apart",
    what: "This is too much of the volume for one nucleus.",
    hint: "Keep what is shown (Enter) or drop it (Escape), then click the next.",
  });
