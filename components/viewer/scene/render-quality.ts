/** How finely the 3D pane is drawn. */
export interface RenderQuality {
  /** Device pixels of the drawing buffer per device pixel of the pane. */
  readonly scale: number;
  /** Samples along a ray through the volume. */
  readonly steps: number;
}

const SOFTWARE = { still: { scale: 0.75, steps: 110 }, moving: { scale: 0.34, steps: 48 } } as const;
const HARDWARE = { still: { scale: 1, steps: 320 }, moving: { scale: 0.75, steps: 160 } } as const;

/** A frame while the hand moves should take no longer. */
const TARGET_MS = 30;
const SMALLEST = 0.35;

/** Full quality when the view rests; while it moves, as much as this machine draws in time. */
export class QualityControl {
  readonly isSoftware: boolean;
  /** 1 = as designed for this kind of machine. */
  #factor = 1;

  constructor(isSoftware: boolean) {
    this.isSoftware = isSoftware;
  }

  quality(isMoving: boolean): RenderQuality {
    const base = this.isSoftware ? SOFTWARE : HARDWARE;
    if (!isMoving) return base.still;
    return { scale: base.moving.scale * Math.sqrt(this.#factor), steps: Math.round(base.moving.steps * this.#factor) };
  }

  /** Time from handing over a moving frame until it was drawn. */
  onFrame(elapsedMs: number): void {
    if (elapsedMs > TARGET_MS * 1.5) this.#factor = Math.max(SMALLEST, this.#factor * 0.8);
    else if (elapsedMs < TARGET_MS * 0.7) this.#factor = Math.min(1, this.#factor * 1.1);
  }

  get maxVolumeVoxels(): number {
    return this.isSoftware ? 2_200_000 : 9_000_000;
  }
}

/** True for renderers that draw on the processor. */
export const isSoftwareRenderer = (name: string): boolean =>
  /swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
