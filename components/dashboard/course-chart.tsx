import { Group, Text } from "@mantine/core";
import { type ChartSeries, layOutCourse } from "./lay-out-course.ts";

interface CourseChartProps {
  readonly label: string;
  /** `2026-11-28`, ascending. */
  readonly days: readonly string[];
  readonly series: readonly ChartSeries[];
  readonly today: string;
}

const WIDTH = 640;
const HEIGHT = 190;
const FRAME = { left: 46, right: 8, top: 8, bottom: 24 };

/** Counts over days, one on the other: steps, as each count holds until the next. */
export function CourseChart({ label, days, series, today }: CourseChartProps) {
  const inner = { width: WIDTH - FRAME.left - FRAME.right, height: HEIGHT - FRAME.top - FRAME.bottom };
  const { bands, xOf, yOf, marks } = layOutCourse(days, series, today, inner);
  const ink = "var(--mantine-color-dimmed)";
  const said = series.map(({ name, values }) => `${name} ${values.at(-1)}`).join(", ");
  return (
    <div>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        width="100%"
        style={{ maxWidth: WIDTH, display: "block" }}
        fontSize={11}
        fill={ink}
        role="img"
        aria-label={`${label}, ${days[0]} to ${today}; now ${said}`}
      >
        <g transform={`translate(${FRAME.left} ${FRAME.top})`}>
          {marks.map((value) => (
            <g key={value}>
              <path d={`M0 ${yOf(value)}H${inner.width}`} stroke={ink} strokeOpacity={0.25} />
              <text x={-6} y={yOf(value) + 4} textAnchor="end">
                {value.toLocaleString("en-US")}
              </text>
            </g>
          ))}
          {bands.map(({ name, color, path }) => (
            <path key={name} d={path} fill={color} stroke="var(--mantine-color-body)" strokeWidth={1}>
              <title>{name}</title>
            </path>
          ))}
          <path d={`M0 0V${inner.height}H${inner.width}`} fill="none" stroke={ink} />
          <text x={0} y={inner.height + 16}>
            {days[0]}
          </text>
          <text x={xOf(today)} y={inner.height + 16} textAnchor="end">
            {days[0] === today ? "" : `today, ${today}`}
          </text>
        </g>
      </svg>
      <Group gap="md" mt={4}>
        {series.map(({ name, color, values }) => (
          <Group key={name} gap={6} wrap="nowrap">
            <svg width={12} height={12} aria-hidden>
              <rect width={12} height={12} rx={2} fill={color} />
            </svg>
            <Text size="xs">
              {name}: {(values.at(-1) ?? 0).toLocaleString("en-US")}
            </Text>
          </Group>
        ))}
      </Group>
    </div>
  );
}
