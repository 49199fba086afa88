import { Problem } from "../../../core/problem.ts";
import type { PixelArray } from "../../../core/volume/voxel-space.ts";
import type { VolumeSource } from "../voxels/volume-source.ts";

/** 2³² - 1; float32 label images are exact to 2²⁴ only, which the check of wholeness covers. */
const MAX_LABEL = 0xffffffff;

/** Any image whose voxels are whole numbers from 0 on, as uint32. Anything else is refused where it is met. */
export function toLabelSource(source: VolumeSource): VolumeSource {
  return {
    shapeZyx: source.shapeZyx,
    pixelType: "uint32",
    blockZy: source.blockZy,
    async read(zMin, zMax, yMin, yMax) {
      const pixels = await source.read(zMin, zMax, yMin, yMax);
      if (pixels instanceof Uint32Array) return pixels;
      const bad = firstBadLabel(pixels);
      if (bad >= 0) {
        const sizeX = source.shapeZyx[2];
        const rows = yMax - yMin;
        const [z, y, x] = [Math.floor(bad / (rows * sizeX)), Math.floor(bad / sizeX) % rows, bad % sizeX];
        throw new Problem({
          tag: "labels-not-whole",
          what: `A label image holds whole numbers from 0 on; here is ${pixels[bad]}.`,
          where: `z ${zMin + z}, y ${yMin + y}, x ${x}`,
          hint: "Check that this is the label image and not the intensities or a probability map.",
        });
      }
      return Uint32Array.from(pixels);
    },
  };
}

function firstBadLabel(pixels: PixelArray): number {
  if (pixels instanceof Uint8Array || pixels instanceof Uint16Array) return -1;
  for (let i = 0; i < pixels.length; i++) {
    const value = pixels[i];
    if (!(value >= 0 && value <= MAX_LABEL && Number.isInteger(value))) return i;
  }
  return -1;
}

/** Refuses labels that do not lie on the image's grid; names both. */
export function assertSameShape(image: readonly number[], labels: readonly number[]): void {
  if (image.every((size, axis) => size === labels[axis])) return;
  throw new Problem({
    tag: "label-shape",
    what: `The labels have ${labels.join(" × ")} voxels (z, y, x), the volume has ${image.join(" × ")}.`,
    where: "label image",
    hint: "Both must come from the same stack, uncropped and unscaled. Choose the label image that belongs to this volume.",
  });
}
