import { Group, SegmentedControl, Slider, Text } from "@mantine/core";
import type { EditorController } from "../editor-controller.ts";
import { setThreshold, type ThresholdReshape, thresholdStep } from "./threshold.ts";

/** Which side of a threshold a nucleus keeps, and where that is. */
export function ThresholdAmount({ editor, reshape }: { editor: EditorController; reshape: ThresholdReshape }) {
  const { keeps, at, range } = reshape;
  return (
    <Group gap={6} wrap="nowrap">
      <SegmentedControl
        size="xs"
        aria-label="What the nucleus keeps"
        data={[
          { value: "brighter", label: "brighter" },
          { value: "darker", label: "darker" },
        ]}
        value={keeps}
        onChange={(value) => setThreshold(editor, { keeps: value as ThresholdReshape["keeps"] })}
      />
      <Text
        size="xs"
        w={76}
        style={{ fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" }}
        data-testid="threshold"
      >
        than {Number(at.toPrecision(4))}
      </Text>
      <Slider
        aria-label="Threshold"
        thumbLabel="Threshold, intensity"
        size="sm"
        w={110}
        min={range[0]}
        max={range[1]}
        step={thresholdStep(reshape)}
        label={null}
        value={at}
        onChange={(value) => setThreshold(editor, { at: value })}
      />
    </Group>
  );
}
