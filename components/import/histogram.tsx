const WIDTH = 512;
const HEIGHT = 56;

/** Logarithmic counts, as nuclei are few against the background; `marks` are intensities. */
export function Histogram(props: {
  counts: readonly number[];
  range: readonly [number, number];
  marks: readonly number[];
}) {
  const { counts, range } = props;
  const top = Math.log1p(Math.max(1, ...counts));
  const step = WIDTH / counts.length;
  const points = counts.map((count, i) => `${i * step},${HEIGHT - (HEIGHT - 2) * (Math.log1p(count) / top)}`);
  const xOf = (value: number) => ((value - range[0]) / (range[1] - range[0])) * WIDTH;
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width="100%"
      height={HEIGHT}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Histogram of intensities from ${Number(range[0].toPrecision(4))} to ${Number(range[1].toPrecision(4))}, counts on a logarithmic scale`}
    >
      <polygon
        points={`0,${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}`}
        fill="var(--mantine-color-dimmed)"
        opacity={0.5}
      />
      {props.marks.map((mark) => (
        <line
          key={mark}
          x1={xOf(mark)}
          x2={xOf(mark)}
          y1={0}
          y2={HEIGHT}
          stroke="var(--mantine-primary-color-filled)"
          strokeDasharray="3 2"
          vectorEffect="non-scaling-stroke"
        />
      ))}
    </svg>
  );
}
