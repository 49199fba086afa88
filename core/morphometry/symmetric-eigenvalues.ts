/** Upper triangle of a symmetric 3 × 3 matrix. */
export interface Symmetric3 {
  readonly zz: number;
  readonly yy: number;
  readonly xx: number;
  readonly zy: number;
  readonly zx: number;
  readonly yx: number;
}

/** Ascending. The trigonometric solution of the characteristic cubic (Smith 1961, doi:10.1145/355578.366316). */
export function symmetricEigenvalues(m: Symmetric3): readonly [number, number, number] {
  const mean = (m.zz + m.yy + m.xx) / 3;
  const [dz, dy, dx] = [m.zz - mean, m.yy - mean, m.xx - mean];
  const offDiagonal = m.zy ** 2 + m.zx ** 2 + m.yx ** 2;
  const spread = Math.sqrt((dz ** 2 + dy ** 2 + dx ** 2 + 2 * offDiagonal) / 6);
  if (spread === 0) return [mean, mean, mean];
  const determinant = dz * (dy * dx - m.yx ** 2) - m.zy * (m.zy * dx - m.yx * m.zx) + m.zx * (m.zy * m.yx - dy * m.zx);
  // Rounding can leave the cosine a little outside [-1, 1].
  const angle = Math.acos(Math.min(1, Math.max(-1, determinant / (2 * spread ** 3)))) / 3;
  const largest = mean + 2 * spread * Math.cos(angle);
  const smallest = mean + 2 * spread * Math.cos(angle + (2 * Math.PI) / 3);
  return [smallest, 3 * mean - largest - smallest, largest];
}
