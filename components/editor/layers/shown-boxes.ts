import type { VoxelBox } from "../../../core/volume/voxel-space.ts";
import type { ViewerOverlays } from "../../viewer/viewer-contract.ts";
import type { EditorBox } from "../editor-contract.ts";

interface BoxesNow {
  readonly draftBox: VoxelBox | null;
  /** The saved box that the draft is to take the place of. */
  readonly changedBox: EditorBox | null;
  readonly selectedBoxId: string | null;
}

/** The boxes that the panes draw: a saved one that is being changed is shown as its draft alone, by what it is. */
export function shownBoxes(
  saved: readonly EditorBox[],
  { draftBox, changedBox, selectedBoxId }: BoxesNow,
  taskBox: VoxelBox | null = null,
): ViewerOverlays["boxes"] {
  const task = taskBox ? [{ id: "task", box: taskBox, kind: "task", selected: false } as const] : [];
  const others = [
    ...saved
      .filter(({ id }) => id !== changedBox?.id)
      .map(({ id, box, kind }) => ({ id, box, kind, selected: id === selectedBoxId })),
    ...task,
  ];
  if (!draftBox) return others;
  const draft = { id: "draft", box: draftBox, kind: "draft", selected: true } as const;
  return [...others, changedBox ? { ...draft, changes: changedBox.kind } : draft];
}
