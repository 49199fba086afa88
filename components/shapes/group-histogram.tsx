import type { GroupDistribution } from "../../core/morphometry/distribution/distribution.ts";

const WIDTH = 640;
const HEIGHT = 110;
const LEFT = 44;
/** Half of the last number of the axis stands there. */
const RIGHT = 26;
const TOP = 8;
/** Below the bars: the box of the quartiles, and the numbers of the axis. */
const BOX_HEIGHT = 16;
const AXIS_HEIGHT = 18;
const BOTTOM = BOX_HEIGHT + AXIS_HEIGHT;

interface GroupHistogramProps {
  readonly group: GroupDistribution;
  readonly edges: readonly number[];
  /** "Volume, µm³". */
  readonly title: string;
}

/** A number with three digits that count, as axes and tables show it. */
export const shown = (value: number): string => Number(value.toPrecision(3)).toLocaleString("en-GB");

/**
 * Bars of counts over one axis that all groups share, and below them least, quartiles and largest as a box with whiskers. The numbers
 * stand in a table beside it, so that a reader of the page need not see it.
 */
export function GroupHistogram({ group, edges, title }: GroupHistogramProps) {
  const [least, low, median, high, most] = group.quantiles;
  const [first, last] = [edges[0], edges[edges.length - 1]];
  const xOf = (value: number) => LEFT + ((value - first) / (last - first)) * (WIDTH - LEFT - RIGHT);
  const tallest = Math.max(1, ...group.counts);
  const barsHeight = HEIGHT - TOP - BOTTOM;
  const heightOf = (count: number) => (count / tallest) * barsHeight;
  const baseline = TOP + barsHeight;
  const boxMiddle = baseline + BOX_HEIGHT / 2 + 1;
  const every = Math.max(1, Math.ceil((edges.length - 1) / 8));
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width="100%"
      role="img"
      aria-label={`${title} of ${group.name}: ${group.count} nuclei, median ${shown(median)}, half of them between ${shown(low)} and ${shown(high)}, all between ${shown(least)} and ${shown(most)}`}
    >
      <g fill="var(--mantine-primary-color-filled)">
        {group.counts.map((count, bin) => (
          <rect
            key={edges[bin]}
            x={xOf(edges[bin]) + 0.5}
            y={baseline - heightOf(count)}
            width={Math.max(0.5, xOf(edges[bin + 1]) - xOf(edges[bin]) - 1)}
            height={heightOf(count)}
          />
        ))}
      </g>
      <g fontSize={11} fill="var(--mantine-color-text)">
        <text x={LEFT - 6} y={TOP + 9} textAnchor="end">
          {tallest}
        </text>
        <text x={LEFT - 6} y={baseline} textAnchor="end">
          0
        </text>
        {edges.map(
          (edge, i) =>
            i % every === 0 && (
              <text key={edge} x={xOf(edge)} y={HEIGHT - 5} textAnchor="middle">
                {shown(edge)}
              </text>
            ),
        )}
      </g>
      <g stroke="var(--mantine-color-text)" fill="none" vectorEffect="non-scaling-stroke">
        <line x1={LEFT} x2={WIDTH - RIGHT} y1={baseline + 0.5} y2={baseline + 0.5} strokeWidth={0.7} />
        <line x1={xOf(least)} x2={xOf(low)} y1={boxMiddle} y2={boxMiddle} />
        <line x1={xOf(high)} x2={xOf(most)} y1={boxMiddle} y2={boxMiddle} />
        <rect x={xOf(low)} y={boxMiddle - 5} width={Math.max(0, xOf(high) - xOf(low))} height={10} />
        <line x1={xOf(median)} x2={xOf(median)} y1={boxMiddle - 5} y2={boxMiddle + 5} strokeWidth={2.5} />
      </g>
    </svg>
  );
}
