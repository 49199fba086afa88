import { smooth, smoothingReach } from "../volume/smooth.ts";
import type { VoxelSpace, Zyx } from "../volume/voxel-space.ts";
import { symmetricEigenvalues } from "./eigenvalues.ts";

/*
 * What tells a voxel from another: the image seen at several widths, as the pixel classifiers of ilastik and Weka see it. All
 * derivatives are per µm and times the width, so that slices of any thickness and nuclei of any size give like numbers.
 */

export const FEATURES_PER_SCALE = 9;

export const featureCount = (scales: number): number => 1 + scales * FEATURES_PER_SCALE;

/** Products of gradients are smoothed over this part of the scale. */
const OUTER_SHARE = 0.5;

/** Voxels on each side that decide about the features of one. */
export function featureReach(voxelSizeZyx: Zyx, sigmasUm: readonly number[]): Zyx {
  const reach = sigmasUm.map((sigmaUm) => {
    const inner = smoothingReach(voxelSizeZyx, sigmaUm);
    const outer = smoothingReach(voxelSizeZyx, OUTER_SHARE * sigmaUm);
    return inner.map((size, axis) => size + 1 + outer[axis]);
  });
  const along = (axis: 0 | 1 | 2) => Math.max(0, ...reach.map((one) => one[axis]));
  return [along(0), along(1), along(2)];
}

/**
 * Calls `take` with one map after the other: the image; then at each scale the smoothed image, its gradient's length, its
 * Laplacian, the eigenvalues of its Hessian and those of its structure tensor, both largest first. A map is overwritten after
 * `take` has returned. Values beyond the border repeat the border's.
 */
export function forEachFeature(
  image: Float32Array,
  space: VoxelSpace,
  sigmasUm: readonly number[],
  take: (map: Float32Array, feature: number) => void,
): void {
  take(image, 0);
  sigmasUm.forEach((sigmaUm, scale) => {
    const first = 1 + scale * FEATURES_PER_SCALE;
    const smoothed = smooth(image, space, sigmaUm);
    take(smoothed, first);
    const gradient = ([0, 1, 2] as const).map((axis) => derivative(smoothed, space, axis, sigmaUm));
    const out = [new Float32Array(image.length), new Float32Array(image.length), new Float32Array(image.length)];
    const [gz, gy, gx] = gradient;
    for (let i = 0; i < image.length; i++) out[0][i] = Math.sqrt(gz[i] * gz[i] + gy[i] * gy[i] + gx[i] * gx[i]);
    take(out[0], first + 1);

    const hessian = [
      ...([0, 1, 2] as const).map((axis) => secondDerivative(smoothed, space, axis, sigmaUm)),
      derivative(gz, space, 1, sigmaUm),
      derivative(gz, space, 2, sigmaUm),
      derivative(gy, space, 2, sigmaUm),
    ];
    for (let i = 0; i < image.length; i++) out[0][i] = hessian[0][i] + hessian[1][i] + hessian[2][i];
    take(out[0], first + 2);
    eigenvalueMaps(hessian, out);
    out.forEach((map, k) => {
      take(map, first + 3 + k);
    });

    const tensor = PAIRS.map(([a, b], k) => {
      const product = hessian[k];
      for (let i = 0; i < product.length; i++) product[i] = gradient[a][i] * gradient[b][i];
      return smooth(product, space, OUTER_SHARE * sigmaUm);
    });
    eigenvalueMaps(tensor, out);
    out.forEach((map, k) => {
      take(map, first + 6 + k);
    });
  });
}

/** Entries of a symmetric matrix: the diagonal, then zy, zx, yx. */
const PAIRS = [
  [0, 0],
  [1, 1],
  [2, 2],
  [0, 1],
  [0, 2],
  [1, 2],
] as const;

function eigenvalueMaps([zz, yy, xx, zy, zx, yx]: readonly Float32Array[], out: readonly Float32Array[]): void {
  const values = new Float64Array(3);
  const [first, second, third] = out;
  for (let i = 0; i < zz.length; i++) {
    symmetricEigenvalues(zz[i], yy[i], xx[i], zy[i], zx[i], yx[i], values);
    first[i] = values[0];
    second[i] = values[1];
    third[i] = values[2];
  }
}

/** Half the difference of both neighbours. */
const derivative = (values: Float32Array, space: VoxelSpace, axis: 0 | 1 | 2, sigmaUm: number): Float32Array =>
  neighbourSums(values, space.shapeZyx, axis, -1, 0, sigmaUm / (2 * space.voxelSizeZyx[axis]));

const secondDerivative = (values: Float32Array, space: VoxelSpace, axis: 0 | 1 | 2, sigmaUm: number): Float32Array =>
  neighbourSums(values, space.shapeZyx, axis, 1, -2, (sigmaUm / space.voxelSizeZyx[axis]) ** 2);

/** (next + `before` × previous + `middle` × own) × `scale`, along an axis; rows are read in memory's order. */
function neighbourSums(
  values: Float32Array,
  shapeZyx: Zyx,
  axis: 0 | 1 | 2,
  before: number,
  middle: number,
  scale: number,
): Float32Array {
  const stride = [shapeZyx[1] * shapeZyx[2], shapeZyx[2], 1][axis];
  const size = shapeZyx[axis];
  const result = new Float32Array(values.length);
  for (let first = 0; first < values.length; first += size * stride)
    for (let k = 0; k < size; k++) {
      const row = first + k * stride;
      const next = k + 1 < size ? stride : 0;
      const previous = k > 0 ? stride : 0;
      for (let i = row; i < row + stride; i++)
        result[i] = scale * (values[i + next] + before * values[i - previous] + middle * values[i]);
    }
  return result;
}

const SCALES = 4;
/** The widest scale answers most in the middle of a ball of the nuclei's diameter (a radius over √3). */
const WIDEST_OF_DIAMETER = 0.29;

/** Widths from about a voxel, or a twenty-fourth of a nucleus, to what sees a nucleus as one blob; evenly spaced in ratio. */
export function chooseSigmasUm(voxelSizeZyx: Zyx, diameterUm: number): number[] {
  const finest = Math.max(0.7 * Math.min(voxelSizeZyx[1], voxelSizeZyx[2]), diameterUm / 24);
  const widest = Math.max(WIDEST_OF_DIAMETER * diameterUm, 2 * finest);
  return Array.from({ length: SCALES }, (_, i) => finest * (widest / finest) ** (i / (SCALES - 1)));
}
