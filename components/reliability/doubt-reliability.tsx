import { Stack, Text } from "@mantine/core";
import { exactInterval } from "../../core/metrics/exact-interval.ts";
import type { ReliabilityBin } from "../../core/metrics/reliability.ts";
import { binWords, LEAST_ANSWERS, reliabilityWords } from "./reliability-words.ts";

const SIDE = 150;
const LEFT = 34;
const BOTTOM = 34;
const TOP = 6;

/** Whether the queue's "about one in three of these is wrong" came true. */
export function DoubtReliability({ bins }: { bins: readonly ReliabilityBin[] }) {
  const answers = bins.reduce((sum, { count }) => sum + count, 0);
  return (
    <Stack gap={4} role="group" aria-label="Can the queue's doubt be believed">
      <Text size="sm" fw={600}>
        Can its doubt be believed?
      </Text>
      <Text size="sm">{reliabilityWords(bins)}</Text>
      {answers >= LEAST_ANSWERS && <ReliabilityPlot bins={bins} />}
    </Stack>
  );
}

/** Wrong in truth over wrong as said: on the diagonal it is as said. Bars are exact 95 % intervals. */
function ReliabilityPlot({ bins }: { bins: readonly ReliabilityBin[] }) {
  const x = (share: number) => LEFT + share * SIDE;
  const y = (share: number) => TOP + (1 - share) * SIDE;
  const ink = "var(--mantine-color-dimmed)";
  const dots = "var(--mantine-color-teal-6)";
  const marks = [0, 0.5, 1];
  return (
    <svg
      width={LEFT + SIDE + 12}
      height={TOP + SIDE + BOTTOM}
      fontSize={11}
      fill={ink}
      role="img"
      aria-label={`Wrong as the queue said, against wrong by the answers: ${bins.map(binWords).join("; ")}`}
    >
      <path d={`M${x(0)} ${y(1)}V${y(0)}H${x(1)}`} fill="none" stroke={ink} />
      <path d={`M${x(0)} ${y(0)}L${x(1)} ${y(1)}`} stroke={ink} strokeDasharray="4 4" />
      {marks.map((share) => (
        <g key={share}>
          <text x={x(share)} y={y(0) + 14} textAnchor="middle">
            {100 * share}
          </text>
          <text x={x(0) - 6} y={y(share) + 4} textAnchor="end">
            {100 * share}
          </text>
        </g>
      ))}
      <text x={x(0.5)} y={y(0) + 29} textAnchor="middle">
        % wrong, as the queue said
      </text>
      <text x={x(0) + 6} y={y(1) + 8}>
        % wrong, by the answers
      </text>
      {bins.map((bin) => {
        const { low, high } = exactInterval(bin.happened, bin.count);
        return (
          <g key={bin.from} stroke={dots} fill={dots}>
            <title>{binWords(bin)}</title>
            <path d={`M${x(bin.meanSaid)} ${y(low)}V${y(high)}`} strokeWidth={2} />
            <circle cx={x(bin.meanSaid)} cy={y(bin.happened / bin.count)} r={4} />
          </g>
        );
      })}
    </svg>
  );
}
