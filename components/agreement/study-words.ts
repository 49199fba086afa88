import type { StudyBeginning, StudyState } from "../../core/agreement/blind-study.ts";
import type { ShownStudy } from "../../core/agreement/shown-study.ts";
import { boxShape, type VoxelBox } from "../../core/volume/voxel-space.ts";

const states: Readonly<Record<StudyState, string>> = {
  drawing: "Being drawn",
  comparing: "Being compared",
  compared: "Compared",
  adjudicated: "Adjudicated",
};

export function stateWords({ state, problem, progress, layers }: ShownStudy): string {
  if (problem) return "Stopped";
  if (state === "comparing") return `${states.comparing}: ${Math.round(100 * progress)} %`;
  if (state === "drawing" && layers)
    return `${states.drawing}: ${layers.filter(({ isDone }) => isDone).length} of ${layers.length} done`;
  return states[state];
}

export const beginningWords: Readonly<Record<StudyBeginning, string>> = {
  nothing: "All begin with nothing",
  proposals: "All begin with the newest proposals",
};

export const placeWords = (box: VoxelBox): string =>
  `z ${box.minZyx[0]}, y ${box.minZyx[1]}, x ${box.minZyx[2]}, ${boxShape(box).join(" × ")} voxels`;

/** A figure between 0 and 1, or a distance; null is a dash. */
export const figure = (value: number | null, digits = 2): string => (value === null ? "–" : value.toFixed(digits));
