/**
 * Eigenvalues of the symmetric matrix [[a, d, e], [d, b, f], [e, f, c]], largest first, written to `out`: the
 * trigonometric solution of the characteristic cubic (Smith 1961).
 */
export function symmetricEigenvalues(
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
  out: Float64Array,
): void {
  const mean = (a + b + c) / 3;
  const da = a - mean;
  const db = b - mean;
  const dc = c - mean;
  const spread = Math.sqrt((da * da + db * db + dc * dc + 2 * (d * d + e * e + f * f)) / 6);
  if (!(spread > 1e-30)) {
    out[0] = mean;
    out[1] = mean;
    out[2] = mean;
    return;
  }
  const determinant = da * (db * dc - f * f) - d * (d * dc - f * e) + e * (d * f - db * e);
  const half = Math.min(1, Math.max(-1, determinant / (2 * spread * spread * spread)));
  const angle = Math.acos(half) / 3;
  const first = mean + 2 * spread * Math.cos(angle);
  const last = mean + 2 * spread * Math.cos(angle + (2 * Math.PI) / 3);
  out[0] = first;
  out[1] = 3 * mean - first - last;
  out[2] = last;
}
