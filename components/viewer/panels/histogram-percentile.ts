/** Intensity below which `percent` of the voxels lie, by linear interpolation inside a bin. */
export function histogramPercentile(
  histogram: readonly number[],
  range: readonly [low: number, high: number],
  percent: number,
): number {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  const width = (range[1] - range[0]) / histogram.length;
  if (total === 0) return range[0];
  const target = (percent / 100) * total;
  let below = 0;
  for (const [bin, count] of histogram.entries()) {
    if (count > 0 && below + count >= target) return range[0] + (bin + (target - below) / count) * width;
    below += count;
  }
  return range[1];
}
