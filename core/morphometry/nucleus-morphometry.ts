import type { Zyx } from "../volume/voxel-space.ts";
import { symmetricEigenvalues } from "./symmetric-eigenvalues.ts";

/** Shape and brightness of one nucleus; definitions of NucleusJ 2.0. */
export interface NucleusMorphometry {
  readonly labelValue: number;
  readonly voxels: number;
  readonly volumeUm3: number;
  /** Radius of the sphere of the same volume. */
  readonly equivalentRadiusUm: number;
  /** Summed voxel faces: 1.5 times the true surface of a sphere, at every resolution. Kept to compare with other tools. */
  readonly surfaceAreaFacesUm2: number;
  /** Crofton's formula over 13 directions: the estimate that sphericity is made from. */
  readonly surfaceAreaUm2: number;
  /** 36 π V² / S³, 1 for a sphere; the Wadell form would be its cube root. A digital sphere may exceed 1 by some percent. */
  readonly sphericity: number;
  /** √(l1 / l0) of the covariance of voxel centres in µm, l0 ≤ l1 ≤ l2; null for a flat object (l0 = 0). */
  readonly flatness: number | null;
  /** √(l2 / l1); null for a line of voxels (l1 = 0). */
  readonly elongation: number | null;
  /** Mean of the voxel centres, µm from the outer corner of the volume's first voxel. */
  readonly centroidZyxUm: Zyx;
  /** In the image's own units; null where no image was given. */
  readonly meanIntensity: number | null;
  /** Cut by the volume's border: its shape is not the nucleus's. */
  readonly truncated: boolean;
}

/** Sums over the voxels of one nucleus. Positions are relative to its first voxel, so that squares stay small. */
export class NucleusTally {
  readonly labelValue: number;
  private readonly firstZ: number;
  private readonly firstY: number;
  private readonly firstX: number;
  voxels = 0;
  intensity = 0;
  surfaceAreaUm2 = 0;
  readonly faces: [zFaces: number, yFaces: number, xFaces: number] = [0, 0, 0];
  truncated = false;
  private readonly sums = new Float64Array(9); // z y x zz yy xx zy zx yx

  constructor(labelValue: number, z: number, y: number, x: number) {
    this.labelValue = labelValue;
    this.firstZ = z;
    this.firstY = y;
    this.firstX = x;
  }

  addVoxel(z: number, y: number, x: number): void {
    const dz = z - this.firstZ;
    const dy = y - this.firstY;
    const dx = x - this.firstX;
    const { sums } = this;
    this.voxels++;
    sums[0] += dz;
    sums[1] += dy;
    sums[2] += dx;
    sums[3] += dz * dz;
    sums[4] += dy * dy;
    sums[5] += dx * dx;
    sums[6] += dz * dy;
    sums[7] += dz * dx;
    sums[8] += dy * dx;
  }

  measure([vz, vy, vx]: Zyx, hasImage: boolean): NucleusMorphometry {
    const n = this.voxels;
    const [mz, my, mx, zz, yy, xx, zy, zx, yx] = this.sums.map((sum) => sum / n);
    const [l0, l1, l2] = symmetricEigenvalues({
      zz: (zz - mz * mz) * vz * vz,
      yy: (yy - my * my) * vy * vy,
      xx: (xx - mx * mx) * vx * vx,
      zy: (zy - mz * my) * vz * vy,
      zx: (zx - mz * mx) * vz * vx,
      yx: (yx - my * mx) * vy * vx,
    });
    const flat = l2 * 1e-9; // below that a variance is rounding
    const volumeUm3 = n * vz * vy * vx;
    return {
      labelValue: this.labelValue,
      voxels: n,
      volumeUm3,
      equivalentRadiusUm: Math.cbrt((3 * volumeUm3) / (4 * Math.PI)),
      surfaceAreaFacesUm2: this.faces[0] * vy * vx + this.faces[1] * vz * vx + this.faces[2] * vz * vy,
      surfaceAreaUm2: this.surfaceAreaUm2,
      sphericity: (36 * Math.PI * volumeUm3 ** 2) / this.surfaceAreaUm2 ** 3,
      flatness: l0 > flat ? Math.sqrt(l1 / l0) : null,
      elongation: l1 > flat ? Math.sqrt(l2 / l1) : null,
      centroidZyxUm: [(this.firstZ + mz + 0.5) * vz, (this.firstY + my + 0.5) * vy, (this.firstX + mx + 0.5) * vx],
      meanIntensity: hasImage ? this.intensity / n : null,
      truncated: this.truncated,
    };
  }
}
