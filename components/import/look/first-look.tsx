"use client";
import { Alert, Group, Loader, Stack, Text } from "@mantine/core";
import type { FirstLook as Look, LookPlane } from "../../../core/import/first-look.ts";
import type { ProblemFields } from "../../../core/problem.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { ProblemAlert } from "../../ui/problem-alert.tsx";
import { Histogram } from "../histogram.tsx";
import { CutCanvas } from "./cut-canvas.tsx";

/** Largest cut on the page, CSS pixels. */
const WIDTH = 280;
const HEIGHT = 220;

const NAMES = { z: "from above", y: "from the front", x: "from the side" } as const;

export interface LookState {
  readonly look: Look | null;
  readonly pending: boolean;
  readonly problem: ProblemFields | null;
}

/** Three cuts of image and labels together, before anything of them is kept. */
export function FirstLook(props: {
  state: LookState;
  shapeZyx: Zyx;
  /** Null while nobody has said it: then voxels are drawn as cubes. */
  voxelSizeZyx: Zyx | null;
  onRetry(): void;
}) {
  const { look, pending, problem } = props.state;
  if (problem) return <ProblemAlert problem={problem} onRetry={props.onRetry} />;
  if (!look)
    return pending ? (
      <Group gap="xs">
        <Loader size="xs" />
        <Text size="sm" c="dimmed" aria-live="polite">
          Taking a first look…
        </Text>
      </Group>
    ) : null;
  const [z, y, x] = props.shapeZyx.map((size, axis) => size * (props.voxelSizeZyx?.[axis] ?? 1));
  const sizes: Record<LookPlane["across"], readonly [number, number]> = { z: [x, y], y: [x, z], x: [y, z] };
  const scale = Math.min(...Object.values(sizes).map(([width, height]) => Math.min(WIDTH / width, HEIGHT / height)));
  return (
    <Stack gap="xs" component="section" aria-label="First look">
      <Text size="sm" fw={600}>
        Is this how it should look?
      </Text>
      <Group align="flex-start" gap="md">
        {look.planes.map((plane) => (
          <figure key={plane.across} style={{ margin: 0 }}>
            <CutCanvas
              plane={plane}
              scale={scale}
              sizeUm={sizes[plane.across]}
              label={`Cut ${NAMES[plane.across]}, ${plane.across} ${plane.at}`}
            />
            <Text component="figcaption" size="xs" c="dimmed" mt={2}>
              {NAMES[plane.across]}, {plane.across} {plane.at}
            </Text>
          </figure>
        ))}
      </Group>
      {look.intensities && (
        <div style={{ maxWidth: 560 }}>
          <Histogram
            counts={look.intensities.histogram}
            range={look.intensities.range}
            marks={[look.intensities.percentile1, look.intensities.percentile998]}
          />
          <Text size="xs" c="dimmed">
            Intensities {short(look.intensities.range[0])} to {short(look.intensities.range[1])}, counts on a
            logarithmic scale
          </Text>
        </div>
      )}
      <Text size="sm" c="dimmed">
        {props.voxelSizeZyx ? "" : "Without a voxel size, voxels are drawn as cubes. "}
        Slices out of order, a channel without nuclei, or labels beside their nuclei show here.
        {look.labels ? ` ${look.labels.labels} labels in ${look.labels.parts} connected parts.` : ""}
      </Text>
      {look.notes.length > 0 && (
        <Alert color="yellow" variant="light" p="xs">
          {look.notes.map((note) => (
            <Text key={note} size="sm">
              {note}
            </Text>
          ))}
        </Alert>
      )}
    </Stack>
  );
}

const short = (value: number): string => String(Number(value.toPrecision(4)));
