export interface ChartSeries {
  readonly name: string;
  /** CSS. */
  readonly color: string;
  /** One for each day, ≥ 0. */
  readonly values: readonly number[];
}

const DAY_MS = 24 * 60 * 60_000;
const msOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);

/**
 * Bands of a stacked course of days, the first series lowest. Each count holds until the next day that has one, the last to the
 * end of today. `size` in user units; y grows downwards.
 */
export function layOutCourse(
  days: readonly string[],
  series: readonly ChartSeries[],
  today: string,
  { width, height }: { readonly width: number; readonly height: number },
) {
  const first = msOf(days[0]);
  const end = Math.max(msOf(today), msOf(days[days.length - 1])) + DAY_MS;
  const at = (ms: number) => ((ms - first) / (end - first)) * width;
  const starts = days.map((day) => at(msOf(day)));
  const ends = [...starts.slice(1), width];
  const sums = days.map((_, i) => series.reduce((sum, { values }) => sum + values[i], 0));
  const marks = roundMarks(Math.max(1, ...sums));
  const top = marks[marks.length - 1];
  const yOf = (value: number): number => height * (1 - value / top);
  const base = days.map(() => 0);
  const bands = series.map(({ name, color, values }) => {
    const lower = [...base];
    for (const i of base.keys()) base[i] += values[i];
    const over = days.map((_, i) => `${i === 0 ? "M" : "L"}${n(starts[i])} ${n(yOf(base[i]))}H${n(ends[i])}`);
    const back = days.map((_, k) => {
      const i = days.length - 1 - k;
      return `L${n(ends[i])} ${n(yOf(lower[i]))}H${n(starts[i])}`;
    });
    return { name, color, path: `${over.join("")}${back.join("")}Z` };
  });
  return { bands, marks, yOf, xOf: (day: string): number => at(msOf(day) + DAY_MS) };
}

const n = (value: number): number => Math.round(value * 10) / 10;

/** 0 and up to five steps of 1, 2 or 5 times a power of ten; the last is the greatest value or above. */
export function roundMarks(greatest: number): number[] {
  const power = 10 ** Math.floor(Math.log10(greatest));
  const step = Math.max(1, [0.2, 0.5, 1, 2].map((of) => of * power).find((one) => greatest / one <= 5) ?? 2 * power);
  return Array.from({ length: Math.ceil(greatest / step) + 1 }, (_, i) => Math.round(i * step));
}
