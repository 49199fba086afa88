import type { Dataset } from "h5wasm";
import { meaningOf } from "../axes/array-axes.ts";
import { textAttribute } from "./hdf5-attributes.ts";
import type { OpenHdf5 } from "./hdf5-sandbox.ts";

/** Names of axes, and who says so. */
export interface StatedAxes {
  readonly names: readonly string[];
  readonly source: string;
}

/** What a file says about the axes of a dataset: nothing, one thing, or several that differ. */
export function statedAxesOf(file: OpenHdf5, dataset: Dataset): StatedAxes[] {
  const length = dataset.metadata.shape?.length ?? 0;
  const stated: StatedAxes[] = [];
  for (const [source, names] of [
    ["ilastik's axistags", axisTags(dataset)],
    ["the labels of its dimensions", file.axisNamesOf(dataset)],
    ["its attribute axes", lettersOf(dataset, "axes")],
  ] as const) {
    const complete = names?.length === length && names.every((name) => name?.trim()) ? (names as string[]) : null;
    // Names of a program's own, as dim_0, say nothing about space.
    const knowsSpace = complete?.some((name) => ["Z", "Y", "X"].includes(meaningOf(name)));
    if (!complete || !knowsSpace) continue;
    const same = stated.some((other) => other.names.map(meaningOf).join() === complete.map(meaningOf).join());
    if (!same) stated.push({ names: complete, source });
  }
  return stated;
}

/** `{"axes": [{"key": "z", …}, …]}`, as vigra writes it. */
function axisTags(dataset: Dataset): string[] | null {
  const text = textAttribute(dataset, "axistags");
  if (text === null) return null;
  try {
    const axes: unknown = (JSON.parse(text) as { axes?: unknown } | null)?.axes;
    return Array.isArray(axes) ? axes.map((axis: { key?: unknown } | null) => String(axis?.key ?? "")) : null;
  } catch {
    return null;
  }
}

/** `zyx`, a letter an axis. */
function lettersOf(dataset: Dataset, name: string): string[] | null {
  const text = textAttribute(dataset, name)?.trim();
  return text && /^[a-z]{3,6}$/i.test(text) ? [...text] : null;
}
