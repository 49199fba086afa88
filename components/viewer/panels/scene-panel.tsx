import { Group, RangeSlider, SegmentedControl, Stack, Switch, Text } from "@mantine/core";
import { useSyncExternalStore } from "react";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { axisLetter, slicePlanes, withAxis } from "../geometry/pane-axes.ts";
import { isWhole } from "../geometry/scene-clip.ts";
import type { ImageSource, SceneView, SlicePlane, ViewStore } from "../viewer-contract.ts";
import { Thickness } from "./thickness.tsx";

interface ScenePanelProps {
  readonly image: Pick<ImageSource, "shapeZyx" | "voxelSizeZyx">;
  readonly view: ViewStore;
  /** What stands on a switch, with its key. */
  readonly words: Readonly<Record<"slices" | "isolate" | "slab", string>>;
}

/** What of the volume the 3D pane shows. */
export function ScenePanel({ image, view, words }: ScenePanelProps) {
  const scene = useSyncExternalStore(
    view.subscribe,
    () => view.get().scene,
    () => view.get().scene,
  );
  const change = (to: Partial<SceneView>): void => view.set({ scene: { ...scene, ...to } });
  const { slab } = scene;
  return (
    <Stack gap={8}>
      <Switch
        size="xs"
        label={words.slices}
        checked={scene.showsSlices}
        onChange={(event) => change({ showsSlices: event.currentTarget.checked })}
      />
      <Switch
        size="xs"
        label={words.isolate}
        checked={scene.isIsolated}
        onChange={(event) => change({ isIsolated: event.currentTarget.checked })}
      />
      <Text size="xs" c="dimmed">
        {words.slab}
      </Text>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label="Slab round the slice of"
        data={[{ value: "off", label: "Off" }, ...slicePlanes.map((value) => ({ value, label: value.toUpperCase() }))]}
        value={slab.isOn ? slab.plane : "off"}
        onChange={(value) =>
          change({
            slab: value === "off" ? { ...slab, isOn: false } : { ...slab, isOn: true, plane: value as SlicePlane },
          })
        }
      />
      {slab.isOn && (
        <Thickness
          name="Thickness of the slab"
          um={slab.thicknessUm}
          bounds={sceneSlabBoundsUm(image)}
          onChange={(thicknessUm) => change({ slab: { ...slab, thicknessUm } })}
        />
      )}
      <Text size="xs" c="dimmed">
        Shown from … to, in µm
      </Text>
      {([2, 1, 0] as const).map((axis) => (
        <ClipRange
          key={axis}
          axis={axis}
          image={image}
          clip={scene.clip}
          onChange={(clip) => change({ clip: isWhole(clip, image.shapeZyx) ? null : clip })}
        />
      ))}
    </Stack>
  );
}

/** From the thinnest slice to half of the volume. */
function sceneSlabBoundsUm({
  shapeZyx,
  voxelSizeZyx,
}: ScenePanelProps["image"]): readonly [least: number, most: number] {
  const longest = Math.max(...shapeZyx.map((n, axis) => n * voxelSizeZyx[axis]));
  return [Number(Math.min(...voxelSizeZyx).toPrecision(2)), Number((longest / 2).toPrecision(2))];
}

function ClipRange(props: {
  axis: 0 | 1 | 2;
  image: ScenePanelProps["image"];
  clip: SceneView["clip"];
  onChange(clip: NonNullable<SceneView["clip"]>): void;
}) {
  const { axis, image, onChange } = props;
  const { shapeZyx, voxelSizeZyx } = image;
  const clip = props.clip ?? { minZyx: [0, 0, 0] as Zyx, maxZyx: shapeZyx };
  const letter = axisLetter(axis);
  const [min, max] = [clip.minZyx[axis], clip.maxZyx[axis]];
  const um = (at: number) => (at * voxelSizeZyx[axis]).toFixed(1);
  return (
    <Group gap={8} wrap="nowrap">
      <Text size="xs" w={96} style={{ fontVariantNumeric: "tabular-nums" }}>
        {letter} {um(min)} … {um(max)}
      </Text>
      <RangeSlider
        thumbFromLabel={`${letter} from, slices`}
        thumbToLabel={`${letter} to, slices`}
        size="xs"
        flex={1}
        min={0}
        max={shapeZyx[axis]}
        minRange={1}
        step={1}
        label={null}
        value={[min, max]}
        onChange={([from, to]) =>
          onChange({ minZyx: withAxis(clip.minZyx, axis, from), maxZyx: withAxis(clip.maxZyx, axis, to) })
        }
      />
    </Group>
  );
}
