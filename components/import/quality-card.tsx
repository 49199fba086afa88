import { SimpleGrid, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { PixelType, Zyx } from "../../core/volume/voxel-space.ts";
import { Histogram } from "./histogram.tsx";

/** What was measured at import. */
export interface ShownQuality {
  readonly min: number;
  readonly max: number;
  readonly percentile1: number;
  readonly percentile50: number;
  readonly percentile998: number;
  readonly saturatedShare: number;
  readonly signalToNoise: number | null;
  readonly emptySlices: readonly number[];
  readonly histogram: readonly number[];
  readonly histogramRange: readonly [number, number];
  readonly nonFiniteVoxels?: number;
}

const number = (value: number): string => String(Number(value.toPrecision(4)));

/** Above this the brightest nuclei have no texture left. */
const SATURATED_SHARE = 0.001;
const LOW_SIGNAL_TO_NOISE = 5;

/** What a person should know of a volume before labelling it; what looks wrong is said in words. */
export function QualityCard(props: {
  shapeZyx: Zyx;
  voxelSizeZyx: Zyx;
  voxelSizeFrom: string;
  pixelType: PixelType;
  quality: ShownQuality;
}) {
  const { shapeZyx, voxelSizeZyx, quality } = props;
  const sizeUm = shapeZyx.map((size, axis) => number(size * voxelSizeZyx[axis]));
  return (
    <Stack gap="xs">
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 4 }} spacing="md" verticalSpacing="xs">
        <Fact name="Shape (z, y, x)">
          {shapeZyx.join(" × ")} voxels, {sizeUm.join(" × ")} µm
        </Fact>
        <Fact name="Voxel size (z, y, x)">
          {voxelSizeZyx.map(number).join(" × ")} µm,{" "}
          {props.voxelSizeFrom === "file" ? "read from the file" : "entered by hand"}
        </Fact>
        <Fact name="Pixel type">{props.pixelType}</Fact>
        <Fact name="Intensities">
          {number(quality.min)} to {number(quality.max)}
        </Fact>
        <Fact name="Percentiles 1 / 50 / 99.8">
          {number(quality.percentile1)} / {number(quality.percentile50)} / {number(quality.percentile998)}
        </Fact>
        <Fact name="Saturated" warning={quality.saturatedShare > SATURATED_SHARE && "Bright nuclei are clipped."}>
          {quality.saturatedShare === 0 ? "none" : `${number(100 * quality.saturatedShare)} % of the voxels`}
        </Fact>
        <Fact
          name="Signal to noise"
          warning={
            quality.signalToNoise !== null &&
            quality.signalToNoise < LOW_SIGNAL_TO_NOISE &&
            "Low: dim nuclei will be hard to see."
          }
        >
          {quality.signalToNoise === null
            ? "cannot be estimated"
            : `about ${Number(quality.signalToNoise.toPrecision(2))}`}
        </Fact>
        {Boolean(quality.nonFiniteVoxels) && (
          <Fact name="No numbers (NaN, infinite)" warning="They were stored as 0, the value of background.">
            {quality.nonFiniteVoxels} voxels
          </Fact>
        )}
        <Fact
          name="Empty slices"
          warning={quality.emptySlices.length > 0 && "Without any signal; they need no labels."}
        >
          {quality.emptySlices.length === 0
            ? "none"
            : `${quality.emptySlices.length}: z ${ranges(quality.emptySlices)}`}
        </Fact>
      </SimpleGrid>
      <Histogram
        counts={quality.histogram}
        range={quality.histogramRange}
        marks={[quality.percentile1, quality.percentile998]}
      />
    </Stack>
  );
}

function Fact({ name, warning, children }: { name: string; warning?: string | false; children: ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text size="sm">{children}</Text>
      {warning && (
        <Text size="xs" c="var(--warning-text)">
          ⚠ {warning}
        </Text>
      )}
    </div>
  );
}

/** `0–3, 7`: slices counted from 0 as the editor shows them. */
export function ranges(sorted: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < sorted.length; ) {
    let end = i;
    while (end + 1 < sorted.length && sorted[end + 1] === sorted[end] + 1) end++;
    parts.push(end === i ? String(sorted[i]) : `${sorted[i]}–${sorted[end]}`);
    i = end + 1;
  }
  return parts.length > 8 ? `${parts.slice(0, 8).join(", ")}…` : parts.join(", ");
}
