import { LineChart } from "@mantine/charts";
import { Group, Stack, Text } from "@mantine/core";
import type { MetricPoint } from "./training-contract.ts";

/** More points than pixels help nobody. */
const MAX_POINTS = 240;

const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** Loss, and AP in the validation boxes where there are any, while they come in. */
export function LiveChart({ metrics, minutes }: { metrics: readonly MetricPoint[]; minutes: number }) {
  const every = Math.max(1, Math.ceil(metrics.length / MAX_POINTS));
  const points = metrics
    .filter((point, i) => i % every === 0 || i === metrics.length - 1 || point.validationAp50 !== null)
    .map((point) => ({
      minutes: point.elapsedSeconds / 60,
      loss: point.loss,
      ap50: point.validationAp50,
      ap75: point.validationAp75,
    }));
  const last = metrics.at(-1);
  const measured = metrics.findLast((point) => point.validationAp50 !== null);
  if (!last)
    return (
      <Text size="sm" c="dimmed">
        The curve begins with the first steps.
      </Text>
    );
  return (
    <Stack gap={4}>
      <Group gap="lg">
        <Text size="sm">
          Step {last.step} · {clock(last.elapsedSeconds)} of {clock(minutes * 60)}
        </Text>
        {last.loss !== null && <Text size="sm">Loss {last.loss.toFixed(3)}</Text>}
        {measured && measured.validationAp50 !== null && (
          <Text size="sm">
            AP {measured.validationAp50.toFixed(2)} (IoU 0.5), {measured.validationAp75?.toFixed(2)} (IoU 0.75)
          </Text>
        )}
      </Group>
      <LineChart
        h={190}
        data={points}
        dataKey="minutes"
        connectNulls
        withLegend
        withDots={false}
        withRightYAxis
        xAxisProps={{ type: "number", domain: [0, "auto"], tickFormatter: (value: number) => clock(value * 60) }}
        yAxisLabel="loss"
        rightYAxisLabel="AP"
        rightYAxisProps={{ domain: [0, 1] }}
        yAxisProps={{ domain: [0, "auto"] }}
        valueFormatter={(value) => value.toFixed(3)}
        series={[
          { name: "loss", color: "gray.6" },
          { name: "ap50", label: "AP at IoU 0.5", color: "teal.6", yAxisId: "right", strokeDasharray: "6 3" },
          { name: "ap75", label: "AP at IoU 0.75", color: "blue.6", yAxisId: "right", strokeDasharray: "2 3" },
        ]}
      />
    </Stack>
  );
}
