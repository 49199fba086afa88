"use client";
import { Loader, Text, Tooltip } from "@mantine/core";
import { CutCanvas } from "./cut-canvas.tsx";
import type { LookState } from "./first-look.tsx";

const SIDE = 64;

/** The cut from above, small, for a row of a table. */
export function LookPicture({ state, name }: { state: LookState; name: string }) {
  if (state.problem)
    return (
      <Tooltip label={state.problem.what} multiline maw={320}>
        <Text size="xs" c="red">
          no picture
        </Text>
      </Tooltip>
    );
  const plane = state.look?.planes.find(({ across }) => across === "z");
  if (!plane) return <Loader size="xs" aria-label={`First look at ${name} is on its way`} />;
  const scale = Math.min(SIDE / plane.width, SIDE / plane.height);
  return <CutCanvas plane={plane} scale={scale} sizeUm={[plane.width, plane.height]} label={`Cut of ${name}`} />;
}
