import type { PixelArray, PixelType, Zyx } from "../../../core/volume/voxel-space.ts";
import type { QualityCard } from "../../../db/schema/volume.ts";
import type { VolumeBlock } from "../voxels/read-whole-volume.ts";
import { createNoiseEstimate } from "./noise-estimate.ts";

export interface IntensityStatistics {
  add(block: VolumeBlock): void;
  finish(): QualityCard;
}

/** Samples of a 32-bit volume that percentiles are taken from: 0.1 % of them is still a thousand. */
const MAX_SAMPLES = 1 << 20;
const HISTOGRAM_BINS = 256;
/** Full scale of detectors: 8, 10, 12, 14, 16 bits. */
const FULL_SCALES = new Set([255, 1023, 4095, 16383, 65535]);

/** One pass over a volume in any order of blocks. 8 and 16 bits are counted exactly; 32 bits by an even sample. */
export function createIntensityStatistics(shapeZyx: Zyx, type: PixelType): IntensityStatistics {
  const [sizeZ, sizeY, sizeX] = shapeZyx;
  const distribution = type.endsWith("8") || type.endsWith("16") ? countAll(type) : sampleEvenly(sizeZ * sizeY * sizeX);
  const noise = createNoiseEstimate(shapeZyx);
  const sliceMin = new Float64Array(sizeZ).fill(Number.POSITIVE_INFINITY);
  const sliceMax = new Float64Array(sizeZ).fill(Number.NEGATIVE_INFINITY);
  return {
    add(block) {
      const { pixels } = block;
      const planeVoxels = (block.yMax - block.yMin) * sizeX;
      for (let z = block.zMin; z < block.zMax; z++) {
        const first = (z - block.zMin) * planeVoxels;
        let min = sliceMin[z];
        let max = sliceMax[z];
        for (let i = first; i < first + planeVoxels; i++) {
          const value = pixels[i];
          if (value < min && value !== Number.NEGATIVE_INFINITY) min = value;
          if (value > max && value !== Number.POSITIVE_INFINITY) max = value;
        }
        sliceMin[z] = min;
        sliceMax[z] = max;
      }
      distribution.add(pixels);
      noise.add(block);
    },
    finish() {
      const min = finiteOr0(Math.min(...sliceMin));
      const max = finiteOr0(Math.max(...sliceMax));
      const { percentile, shareOf, histogram } = distribution.finish(min, max);
      const sigma = noise.sigma();
      const range: [number, number] = [percentile(0.0001), percentile(0.9999)];
      if (range[0] >= range[1]) range[1] = range[0] + 1;
      // Where nothing rises above the background by six times the noise, nobody will find a nucleus.
      const quiet = percentile(0.25) + 6 * (sigma ?? 0);
      const integer = type !== "float32";
      return {
        min,
        max,
        percentile1: percentile(0.01),
        percentile50: percentile(0.5),
        percentile998: percentile(0.998),
        saturatedShare: integer && FULL_SCALES.has(max) ? shareOf(max) : 0,
        signalToNoise: sigma ? (percentile(0.99) - percentile(0.5)) / sigma : null,
        emptySlices: [...sliceMax.keys()].filter(
          (z) => !(sliceMax[z] > sliceMin[z]) || (max > quiet && sliceMax[z] <= quiet),
        ),
        histogram: histogram(range),
        histogramRange: range,
      };
    },
  };
}

const finiteOr0 = (value: number): number => (Number.isFinite(value) ? value : 0);

interface Distribution {
  /** Value below which this share of the voxels lies. */
  percentile(share: number): number;
  shareOf(value: number): number;
  histogram(range: readonly [number, number]): number[];
}

interface DistributionCounter {
  add(pixels: PixelArray): void;
  finish(min: number, max: number): Distribution;
}

function binOf(value: number, [low, high]: readonly [number, number]): number {
  const bin = Math.floor(((value - low) / (high - low)) * HISTOGRAM_BINS);
  return Math.min(HISTOGRAM_BINS - 1, Math.max(0, bin));
}

function countAll(type: PixelType): DistributionCounter {
  const offset = type === "int8" ? 128 : type === "int16" ? 32_768 : 0;
  const counts = new Float64Array(type.endsWith("16") ? 65_536 : 256);
  let total = 0;
  return {
    add(pixels) {
      for (let i = 0; i < pixels.length; i++) counts[pixels[i] + offset]++;
      total += pixels.length;
    },
    finish: () => ({
      percentile(share) {
        // Nearest rank: the smallest value that at least this share does not exceed.
        const rank = Math.max(1, Math.ceil(share * total));
        let below = 0;
        for (let i = 0; i < counts.length; i++) {
          below += counts[i];
          if (below >= rank) return i - offset;
        }
        return 0;
      },
      shareOf: (value) => counts[value + offset] / total,
      histogram(range) {
        const bins = new Array<number>(HISTOGRAM_BINS).fill(0);
        counts.forEach((count, i) => {
          if (count) bins[binOf(i - offset, range)] += count;
        });
        return bins;
      },
    }),
  };
}

function sampleEvenly(voxels: number): DistributionCounter {
  // An odd stride does not beat with rows of even length.
  const stride = Math.max(1, Math.ceil(voxels / MAX_SAMPLES)) | 1;
  const samples = new Float32Array(Math.ceil(voxels / stride) + 1);
  let count = 0;
  let next = 0;
  return {
    add(pixels) {
      let i = next;
      for (; i < pixels.length; i += stride)
        if (Number.isFinite(pixels[i]) && count < samples.length) samples[count++] = pixels[i];
      next = i - pixels.length;
    },
    finish() {
      const sorted = samples.subarray(0, count).sort();
      const weight = voxels / Math.max(1, count);
      return {
        percentile: (share) => sorted[Math.max(0, Math.ceil(share * count) - 1)] ?? 0,
        shareOf: (value) => sorted.filter((sample) => sample === Math.fround(value)).length / Math.max(1, count),
        histogram(range) {
          const bins = new Array<number>(HISTOGRAM_BINS).fill(0);
          for (const value of sorted) bins[binOf(value, range)] += weight;
          return bins.map(Math.round);
        },
      };
    },
  };
}
