import { Button, Group, RangeSlider, Slider, Stack, Text } from "@mantine/core";
import { useMemo, useSyncExternalStore } from "react";
import { channelsOf } from "../image-channels.ts";
import type { ImageChannel, ImageSource, ViewStore } from "../viewer-contract.ts";
import { histogramPercentile } from "./histogram-percentile.ts";

const presets = [
  { text: "Auto", percents: null },
  { text: "0.1–99.9 %", percents: [0.1, 99.9] },
  { text: "5–99 %", percents: [5, 99] },
  { text: "Full range", percents: [0, 100] },
] as const;

const STEPS = 512;

/** Limits of the grey scale by hand or by percentile over a histogram, and gamma. Changes show at once. */
export function ContrastPanel({ image: source, view }: { image: ImageSource; view: ViewStore }) {
  const { contrast, gamma, channel } = useSyncExternalStore(view.subscribe, view.get, view.get);
  const image = channelsOf(source)[channel];
  const [low, high] = image.histogramRange;
  const step = (high - low) / STEPS || 1;
  const show = (value: number) => String(Number(value.toPrecision(4)));

  return (
    <Stack gap={6}>
      <Histogram image={image} contrast={contrast} />
      <RangeSlider
        aria-label="Contrast limits"
        thumbFromLabel="Black from"
        thumbToLabel="White from"
        size="xs"
        thumbSize={16}
        my={6}
        min={low}
        max={high}
        step={step}
        minRange={step}
        value={[contrast[0], contrast[1]]}
        label={show}
        onChange={(value) => view.set({ contrast: value })}
      />
      <Group gap={4}>
        {presets.map(({ text, percents }) => (
          <Button
            key={text}
            size="compact-xs"
            variant="default"
            onClick={() =>
              view.set({
                contrast: percents
                  ? [
                      histogramPercentile(image.histogram, image.histogramRange, percents[0]),
                      histogramPercentile(image.histogram, image.histogramRange, percents[1]),
                    ]
                  : image.contrast,
              })
            }
          >
            {text}
          </Button>
        ))}
      </Group>
      <Group gap={8} wrap="nowrap">
        <Text size="xs" c="dimmed" w={86} flex="none">
          Gamma {gamma.toFixed(2)}
        </Text>
        <Slider
          aria-label="Gamma"
          thumbLabel="Gamma"
          size="xs"
          flex={1}
          min={0.25}
          max={3}
          step={0.05}
          value={gamma}
          label={null}
          onChange={(value) => view.set({ gamma: value })}
        />
      </Group>
    </Stack>
  );
}

const WIDTH = 256;
const HEIGHT = 56;

/** Counts on a logarithmic scale: nuclei are a small share of the voxels. The window is the lighter part. */
function Histogram({ image, contrast }: { image: ImageChannel; contrast: readonly [number, number] }) {
  const [low, high] = image.histogramRange;
  const path = useMemo(() => {
    const heights = image.histogram.map((count) => Math.log1p(count));
    const top = Math.max(...heights, 1);
    const width = WIDTH / heights.length;
    const steps = heights.map((h, i) => `L${i * width} ${HEIGHT * (1 - h / top)}H${(i + 1) * width}`);
    return `M0 ${HEIGHT}${steps.join("")}L${WIDTH} ${HEIGHT}Z`;
  }, [image]);
  const at = (value: number) => Math.min(Math.max(((value - low) / (high - low || 1)) * WIDTH, 0), WIDTH);
  const from = at(contrast[0]);
  const to = at(contrast[1]);
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width="100%" height={HEIGHT} preserveAspectRatio="none" role="img">
      <title>{`Histogram of intensities; shown from ${contrast[0].toPrecision(4)} to ${contrast[1].toPrecision(4)}`}</title>
      <rect
        x={from}
        width={Math.max(0, to - from)}
        height={HEIGHT}
        fill="var(--mantine-color-blue-filled)"
        opacity={0.22}
      />
      <path d={path} fill="var(--mantine-color-gray-5)" />
      {[from, to].map((x, i) => (
        <line
          key={i === 0 ? "low" : "high"}
          x1={x}
          x2={x}
          y2={HEIGHT}
          stroke="var(--mantine-color-blue-filled)"
          vectorEffect="non-scaling-stroke"
        />
      ))}
    </svg>
  );
}
