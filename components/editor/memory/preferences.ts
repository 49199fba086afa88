import { paintMasks } from "../../../core/edit/paint-mask.ts";
import { labelStatuses } from "../../../core/labels/label-status.ts";
import { colorings, defaultPreferences, type EditorPreferences, type EditorStore } from "../editor-state.ts";

const keyOf = (userId: string): string => `karyoloop.editor.${userId}`;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

const numberIn = (value: unknown, low: number, high: number): number | undefined =>
  typeof value === "number" && value >= low && value <= high ? value : undefined;

const oneOf = <T extends string>(value: unknown, list: readonly T[]): T | undefined =>
  list.find((entry) => entry === value);

const flag = (value: unknown): boolean | undefined => (typeof value === "boolean" ? value : undefined);

/** Takes only what it knows and what is in bounds: the text may be of another version, or not ours at all. */
export function parsePreferences(text: string | null): Partial<EditorPreferences> {
  let value: unknown;
  try {
    value = JSON.parse(text ?? "null");
  } catch {
    return {};
  }
  if (!isRecord(value)) return {};
  const { hiddenStatuses } = value;
  const parsed = {
    brushShape: oneOf(value.brushShape, ["disc", "ball"] as const),
    radiusUm: numberIn(value.radiusUm, 0.01, 1000),
    mask: oneOf(value.mask, paintMasks),
    reachUm: numberIn(value.reachUm, 0.1, 1000),
    labelsVisible: flag(value.labelsVisible),
    labelOpacity: numberIn(value.labelOpacity, 0, 1),
    outlinesOnly: flag(value.outlinesOnly),
    proposalsVisible: flag(value.proposalsVisible),
    proposalOpacity: numberIn(value.proposalOpacity, 0, 1),
    hiddenStatuses: Array.isArray(hiddenStatuses)
      ? labelStatuses.filter((status) => hiddenStatuses.includes(status))
      : undefined,
    coloring: oneOf(value.coloring, colorings),
    panelHidden: flag(value.panelHidden),
  } satisfies Partial<EditorPreferences>;
  return Object.fromEntries(Object.entries(parsed).filter(([, entry]) => entry !== undefined));
}

/** Browsers may forbid storage: then preferences last as long as the page. */
export function loadPreferences(userId: string): Partial<EditorPreferences> {
  try {
    return parsePreferences(localStorage.getItem(keyOf(userId)));
  } catch {
    return {};
  }
}

export function keepPreferences(userId: string, store: EditorStore): () => void {
  return store.subscribe(() => {
    const state = store.get();
    const names = Object.keys(defaultPreferences) as (keyof EditorPreferences)[];
    try {
      localStorage.setItem(keyOf(userId), JSON.stringify(Object.fromEntries(names.map((name) => [name, state[name]]))));
    } catch {
      // Nothing depends on it.
    }
  });
}
