/** Plots of a report: SVG by hand, so that they look the same in every browser and in a repository. */

export interface PlottedLine {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** Of single seeds, drawn thin behind it. */
  readonly behind: readonly (readonly { readonly x: number; readonly y: number }[])[];
}

export interface PlottedRange {
  readonly name: string;
  readonly middle: number;
  readonly low: number;
  readonly high: number;
}

const WIDTH = 920;
const LEFT = 60;
const RIGHT = 310;
const TOP = 36;
/** Wong's palette, which people tell apart who see red and green alike (Nature Methods 8, 2011), then greys. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#7f7f7f", "#b0b0b0"];
const DASHES = ["", "7 4", "2 3"];

/** Quality against effort, a line for each arm; `ceiling` is drawn across. */
export function plotLines(
  lines: readonly PlottedLine[],
  { title, xLabel, yLabel, ceiling }: { title: string; xLabel: string; yLabel: string; ceiling: number | null },
): string {
  const height = 460;
  const bottom = height - 50;
  const xs = lines.flatMap(({ points, behind }) => [...points, ...behind.flat()].map(({ x }) => x));
  const xTicks = ticks(Math.min(0, ...xs), Math.max(1, ...xs));
  const yTicks = ticks(0, 1);
  const x = scale(xTicks, LEFT, WIDTH - RIGHT);
  const y = scale(yTicks, bottom, TOP);
  const path = (points: PlottedLine["points"]) =>
    points.map((point) => `${round(x(point.x))},${round(y(point.y))}`).join(" ");
  const legend = lines.map((line, i) => {
    const at = TOP + 8 + 20 * i;
    const from = WIDTH - RIGHT + 16;
    return `<line x1="${from}" x2="${from + 26}" y1="${at}" y2="${at}" ${stroke(i)}/>${text(from + 34, at + 4, line.name)}`;
  });
  return svg(height, title, [
    ...xTicks.map(
      (tick) =>
        `<line x1="${round(x(tick))}" x2="${round(x(tick))}" y1="${TOP}" y2="${bottom}" stroke="#eee"/>${text(x(tick), bottom + 18, label(tick), "middle")}`,
    ),
    ...yTicks.map(
      (tick) =>
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(y(tick))}" y2="${round(y(tick))}" stroke="#eee"/>${text(LEFT - 8, y(tick) + 4, label(tick), "end")}`,
    ),
    text((LEFT + WIDTH - RIGHT) / 2, height - 10, xLabel, "middle"),
    `<text transform="translate(16 ${(TOP + bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(yLabel)}</text>`,
    ...(ceiling === null
      ? []
      : [
          `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(y(ceiling))}" y2="${round(y(ceiling))}" stroke="#333" stroke-dasharray="1 4"/>`,
          text(WIDTH - RIGHT - 4, y(ceiling) - 6, "all labels", "end"),
        ]),
    ...lines.flatMap(({ behind }, i) =>
      behind.map((points) => `<polyline points="${path(points)}" fill="none" ${stroke(i)} opacity="0.18"/>`),
    ),
    ...lines.map(({ points }, i) => `<polyline points="${path(points)}" fill="none" ${stroke(i)}/>`),
    ...legend,
  ]);
}

/** Ratios with their intervals, a row for each; 1 and `wanted` are marked. What has no end runs off the plot. */
export function plotRanges(
  ranges: readonly PlottedRange[],
  { title, xLabel, wanted }: { title: string; xLabel: string; wanted: number },
): string {
  const left = 250;
  const height = TOP + 26 * ranges.length + 50;
  const bottom = height - 44;
  const finite = ranges.flatMap(({ middle, low, high }) => [middle, low, high]).filter(Number.isFinite);
  const xTicks = ticks(0, Math.min(3, Math.max(1.2, ...finite)));
  const most = xTicks[xTicks.length - 1];
  const x = scale(xTicks, left, WIDTH - 30);
  const place = (value: number) => round(x(Math.min(value, most)));
  return svg(height, title, [
    ...xTicks.map(
      (tick) =>
        `<line x1="${round(x(tick))}" x2="${round(x(tick))}" y1="${TOP}" y2="${bottom}" stroke="#eee"/>${text(x(tick), bottom + 18, label(tick), "middle")}`,
    ),
    `<line x1="${place(1)}" x2="${place(1)}" y1="${TOP}" y2="${bottom}" stroke="#333"/>`,
    `<line x1="${place(wanted)}" x2="${place(wanted)}" y1="${TOP}" y2="${bottom}" stroke="#333" stroke-dasharray="4 4"/>`,
    text((left + WIDTH - 30) / 2, height - 8, xLabel, "middle"),
    ...ranges.map(({ name, middle, low, high }, i) => {
      const at = TOP + 16 + 26 * i;
      const dot = Number.isFinite(middle)
        ? `<circle cx="${place(middle)}" cy="${at}" r="4" fill="${COLOURS[0]}"/>`
        : "";
      return `${text(left - 10, at + 4, name, "end")}<line x1="${place(low)}" x2="${place(high)}" y1="${at}" y2="${at}" stroke="${COLOURS[0]}" stroke-width="2"/>${dot}`;
    }),
  ]);
}

const stroke = (i: number): string => {
  const dash = DASHES[Math.floor(i / COLOURS.length) % DASHES.length];
  return `stroke="${COLOURS[i % COLOURS.length]}" stroke-width="2"${dash && ` stroke-dasharray="${dash}"`}`;
};

const svg = (height: number, title: string, parts: readonly string[]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="sans-serif" font-size="12">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" fill="#fff"/>
${text(LEFT, 20, title)}
${parts.join("\n")}
</svg>
`;

const text = (x: number, y: number, words: string, anchor = "start"): string =>
  `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escaped(words)}</text>`;

const escaped = (words: string): string =>
  words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const round = (value: number): number => Number(value.toFixed(2));
const label = (value: number): string => String(Number(value.toPrecision(6)));

/** Round numbers from at or below the least to at or above the most, about six of them. */
function ticks(least: number, most: number): number[] {
  const wanted = (most - least) / 5;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = ([1, 2, 5].find((factor) => factor * power >= wanted * (1 - 1e-9)) ?? 10) * power;
  const [first, last] = [Math.floor(least / step + 1e-9), Math.ceil(most / step - 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

const scale = (of: readonly number[], from: number, to: number) => {
  const [least, most] = [of[0], of[of.length - 1]];
  return (value: number) => from + ((value - least) / (most - least)) * (to - from);
};
