/** Files of single slices, put in order by the numbers in their names. */
export interface SliceSeries {
  /** What the names have in common: `embryo_z*_c*`. */
  readonly path: string;
  readonly slices: number;
  readonly channels: number;
  readonly times: number;
  nameAt(z: number, channel: number, time: number): string;
  /** Sentences for the person: gaps, and how numbers were understood. */
  readonly notes: readonly string[];
}

export interface SliceOrder {
  readonly series: readonly SliceSeries[];
  /** Names that are in none, each with its reason. */
  readonly left: readonly { readonly name: string; readonly why: string }[];
}

interface NumberedName {
  readonly name: string;
  /** Text around the numbers, and the numbers. */
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
}

type SliceAxis = "z" | "c" | "t";

const HINTS: readonly (readonly [SliceAxis, RegExp])[] = [
  ["z", /(^|[^a-z])(z|slice|sl|plane|section|sec|focus)[ _=.-]*$/i],
  ["c", /(^|[^a-z])(c|ch|chan|channel|w|wavelength|colou?r)[ _=.-]*$/i],
  ["t", /(^|[^a-z])(t|tp|time|timepoint|frame)[ _=.-]*$/i],
];

/** Series within one folder. Names whose text differs, or that differ in other numbers than z, c and t, are series apart. */
export function orderSlices(names: readonly string[]): SliceOrder {
  const series: SliceSeries[] = [];
  const left: { name: string; why: string }[] = [];
  for (const alike of groupBy(names.map(numberedName), ({ texts }) => texts.join("*").toLowerCase())) {
    const columns = alike[0].numbers.map((_, i) => i).filter((i) => new Set(alike.map((n) => n.numbers[i])).size > 1);
    const axes = axesOf(columns, alike[0].texts);
    const apart = columns.filter((column) => !axes.has(column));
    for (const members of groupBy(alike, ({ numbers }) => apart.map((column) => numbers[column]).join(" "))) {
      const made = members.length > 1 ? toSeries(members, axes) : "No other slice has a name like it.";
      if (typeof made !== "string") series.push(made);
      else left.push(...members.map(({ name }) => ({ name, why: made })));
    }
  }
  return { series, left };
}

function numberedName(name: string): NumberedName {
  const parts = name.replace(/(\.ome)?\.[a-z]+$/i, "").split(/(\d+)/);
  return {
    name,
    texts: parts.filter((_, i) => i % 2 === 0),
    numbers: parts.filter((_, i) => i % 2 === 1).map(Number),
  };
}

function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return [...groups.values()];
}

/** What the numbers that vary are: by the word before them, else the last is the slice. */
function axesOf(columns: readonly number[], texts: readonly string[]): Map<number, SliceAxis> {
  const axes = new Map<number, SliceAxis>();
  for (const column of columns) {
    const axis = HINTS.find(([, words]) => words.test(texts[column]))?.[0];
    if (axis && ![...axes.values()].includes(axis)) axes.set(column, axis);
  }
  const last = columns.findLast((column) => !axes.has(column)) ?? columns.at(-1);
  if (last !== undefined && ![...axes.values()].includes("z")) axes.set(last, "z");
  return axes;
}

function toSeries(members: readonly NumberedName[], axes: ReadonlyMap<number, SliceAxis>): SliceSeries | string {
  const places = new Map<string, string>();
  const numbersOf = (axis: SliceAxis): number[] => {
    const column = [...axes].find(([, name]) => name === axis)?.[0];
    return column === undefined
      ? [0]
      : [...new Set(members.map(({ numbers }) => numbers[column]))].sort((a, b) => a - b);
  };
  const columnOf = (axis: SliceAxis) => [...axes].find(([, name]) => name === axis)?.[0];
  const numberOn = (axis: SliceAxis, { numbers }: NumberedName): number => {
    const column = columnOf(axis);
    return column === undefined ? 0 : numbers[column];
  };
  for (const member of members) {
    const place = `${numberOn("z", member)} ${numberOn("c", member)} ${numberOn("t", member)}`;
    const other = places.get(place);
    if (other !== undefined) return `${other} and ${member.name} have the same number.`;
    places.set(place, member.name);
  }
  const [z, c, t] = [numbersOf("z"), numbersOf("c"), numbersOf("t")];
  if (z.length * c.length * t.length !== members.length)
    return `There are ${members.length} files for ${z.length} slices, ${c.length} channels and ${t.length} times: some are missing.`;
  const first = members[0];
  const varying = new Set(axes.keys());
  return {
    path: first.texts
      .map((text, i) => text + (varying.has(i) ? "*" : i < first.numbers.length ? String(first.numbers[i]) : ""))
      .join(""),
    slices: z.length,
    channels: c.length,
    times: t.length,
    nameAt: (iz, ic, it) => places.get(`${z[iz]} ${c[ic]} ${t[it]}`)!,
    notes: gapNotes(z),
  };
}

/** Numbers that are left out between slices; a step of 2 or 5 all along is none. */
function gapNotes(z: readonly number[]): string[] {
  const steps = z.slice(1).map((number, i) => number - z[i]);
  const step = Math.min(...steps);
  const gap = steps.findIndex((one) => one !== step);
  if (gap < 0) return [];
  const gaps = steps.filter((one) => one !== step).length;
  return [
    `Slices are missing${gaps > 1 ? ` in ${gaps} places, first` : ""} between number ${z[gap]} and ${z[gap + 1]}; the others were put next to each other.`,
  ];
}
