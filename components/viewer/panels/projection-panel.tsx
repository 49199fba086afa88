import { Stack, Switch, Text } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { paneAxes, slicePlanes } from "../geometry/pane-axes.ts";
import { slabBoundsUm, slabOf } from "../slice/slab.ts";
import type { ImageSource, ViewState, ViewStore } from "../viewer-contract.ts";
import { Thickness } from "./thickness.tsx";

interface ProjectionPanelProps {
  readonly image: Pick<ImageSource, "shapeZyx" | "voxelSizeZyx">;
  readonly view: ViewStore;
  /** What stands on the switch, with its key. */
  readonly words: string;
}

/** How many slices the panes show the brightest of. */
export function ProjectionPanel({ image, view, words }: ProjectionPanelProps) {
  const projection = useSyncExternalStore(
    view.subscribe,
    () => view.get().projection,
    () => view.get().projection,
  );
  const change = (to: Partial<ViewState["projection"]>): void => view.set({ projection: { ...projection, ...to } });
  const counts = slicePlanes.map((plane) => {
    const { w } = paneAxes(plane);
    const slab = slabOf({ ...projection, isOn: true }, w, Math.floor(image.shapeZyx[w] / 2), image);
    return `${slab ? slab.end - slab.first : 1} in ${plane.toUpperCase()}`;
  });
  return (
    <Stack gap={8}>
      <Switch
        size="xs"
        label={words}
        checked={projection.isOn}
        onChange={(event) => change({ isOn: event.currentTarget.checked })}
      />
      {projection.isOn && (
        <>
          <Thickness
            name="Thickness of what is shown"
            um={projection.thicknessUm}
            bounds={slabBoundsUm(image)}
            onChange={(thicknessUm) => change({ thicknessUm })}
          />
          <Text size="xs" c="dimmed">
            Slices: {counts.join(", ")}. Labels and tools stay with the middle one.
          </Text>
        </>
      )}
    </Stack>
  );
}
