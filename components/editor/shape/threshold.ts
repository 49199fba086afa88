import type { Reshape } from "../../../core/edit/shape/reshape-nucleus.ts";
import { intensitiesOf } from "../../../core/edit/shape/threshold-nucleus.ts";
import type { EditorController } from "../editor-controller.ts";

export type ThresholdReshape = Extract<Reshape, { readonly kind: "threshold" }>;

/** Steps from the darkest voxel of a nucleus to its brightest. */
const STEPS = 100;

/** Shows what the nucleus keeps above what tells its bright from its dark; asked again, above a little more. */
export async function showThreshold(editor: EditorController, label: number): Promise<void> {
  if (editor.store.get().reshape?.reshape.kind === "threshold") {
    moveThreshold(editor, 1);
    return;
  }
  editor.reshaping.drop();
  await editor.during("Reading the image…", async () => {
    const { document, imageVoxels } = editor.props();
    const { low, high, split } = await intensitiesOf(document, imageVoxels, label, editor.knownBox(label));
    if (editor.view.get().selectedLabel !== label) return;
    const step = (high - low) / STEPS;
    if (step === 0) {
      editor.notify({ tone: "info", text: "This nucleus is equally bright all through: there is nothing to part." });
      return;
    }
    // At the very ends nothing would go, or nothing stay.
    const range = [low + step, high - step] as const;
    const at = Math.min(range[1], Math.max(range[0], split));
    void editor.reshaping.show(label, { kind: "threshold", keeps: "brighter", at, range });
  });
}

export function moveThreshold(editor: EditorController, steps: number): void {
  const shown = editor.store.get().reshape?.reshape;
  if (shown?.kind === "threshold") setThreshold(editor, { at: shown.at + steps * thresholdStep(shown) });
}

export const thresholdStep = ({ range: [least, most] }: ThresholdReshape): number => (most - least) / (STEPS - 2);

export function setThreshold(editor: EditorController, change: Partial<Pick<ThresholdReshape, "keeps" | "at">>): void {
  const shown = editor.store.get().reshape;
  if (shown?.reshape.kind !== "threshold") return;
  const [least, most] = shown.reshape.range;
  const next = { ...shown.reshape, ...change };
  const at = Math.min(most, Math.max(least, next.at));
  if (at !== shown.reshape.at || next.keeps !== shown.reshape.keeps)
    void editor.reshaping.show(shown.label, { ...next, at });
}
