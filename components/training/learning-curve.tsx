import { LineChart } from "@mantine/charts";
import { Group, Paper, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconChartLine } from "@tabler/icons-react";
import { useState } from "react";
import { EmptyState } from "../ui/empty-state.tsx";
import type { CurvePoint } from "./training-contract.ts";
import { shortId } from "./training-words.ts";

type Against = "nuclei" | "minutes";

/** What the model has learned against what people have done. Every point was measured on nuclei kept out of training. */
export function LearningCurve({ points }: { points: readonly CurvePoint[] }) {
  const [against, setAgainst] = useState<Against>("nuclei");
  if (points.length === 0)
    return (
      <EmptyState
        icon={<IconChartLine size={28} stroke={1.4} />}
        title="No measurement yet"
        text="Label every nucleus in one box and mark it “kept for validation”, or keep a specimen out of training. Each training after that is a point here."
      />
    );
  const data = points
    .map((point) => ({
      x: against === "nuclei" ? point.nucleiLabelled : point.activeMinutes,
      ap50: point.ap50,
      ap75: point.ap75,
      Dice: point.dice,
      point,
    }))
    .sort((a, b) => a.x - b.x);
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          Measured only where nothing was trained on.
        </Text>
        <SegmentedControl
          size="xs"
          value={against}
          onChange={(value) => setAgainst(value as Against)}
          aria-label="Horizontal axis"
          data={[
            { value: "nuclei", label: "Nuclei labelled" },
            { value: "minutes", label: "Active minutes" },
          ]}
        />
      </Group>
      <LineChart
        h={240}
        data={data}
        dataKey="x"
        withLegend
        curveType="linear"
        xAxisLabel={against === "nuclei" ? "nuclei labelled" : "minutes of work, pauses over 30 s left out"}
        xAxisProps={{
          type: "number",
          domain: ["auto", "auto"],
          tickFormatter: (value: number) => String(Math.round(value)),
        }}
        yAxisProps={{ domain: [0, 1] }}
        series={[
          { name: "ap50", label: "AP at IoU 0.5", color: "teal.6" },
          { name: "ap75", label: "AP at IoU 0.75", color: "blue.6", strokeDasharray: "6 3" },
          { name: "Dice", color: "gray.6", strokeDasharray: "2 3" },
        ]}
        tooltipProps={{
          content: ({ payload }) => (
            <PointCard point={(payload?.[0]?.payload as { point?: CurvePoint } | undefined)?.point} />
          ),
        }}
      />
    </Stack>
  );
}

function PointCard({ point }: { point: CurvePoint | undefined }) {
  if (!point) return null;
  return (
    <Paper withBorder shadow="sm" p="xs">
      <Text size="xs">
        AP {point.ap50.toFixed(3)} (IoU 0.5), {point.ap75.toFixed(3)} (IoU 0.75), Dice {point.dice.toFixed(3)}
      </Text>
      <Text size="xs">
        on {point.keptOutNuclei} kept-out {point.keptOutNuclei === 1 ? "nucleus" : "nuclei"}
      </Text>
      <Text size="xs" c="dimmed">
        {point.nucleiLabelled} nuclei labelled, {point.activeMinutes.toFixed(1)} active minutes
      </Text>
      <Text size="xs" c="dimmed">
        snapshot {point.snapshotId ? shortId(point.snapshotId) : "gone"}, checkpoint {shortId(point.checkpointId)}
      </Text>
    </Paper>
  );
}
