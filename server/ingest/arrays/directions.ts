/** Share of a direction that may lie along other axes: programs write 1e-17 and the like. */
const STRAIGHT = 1e-3;

/**
 * What a person should know of the directions of stored x, y and z in the world: voxels are kept as they are stored.
 * `columns`: a vector for each axis, of any length.
 */
export function directionNotes(columns: readonly (readonly number[])[]): string[] {
  const lengths = columns.map((column) => Math.hypot(...column));
  if (columns.length !== 3 || lengths.some((length) => !(length > 0) || !Number.isFinite(length))) return [];
  const units = columns.map((column, i) => column.map((part) => part / lengths[i]));
  const straight = units.every((unit, axis) => unit.every((part, i) => i === axis || Math.abs(part) < STRAIGHT));
  if (!straight)
    return [
      "The header turns the axes of the volume in space; the voxels are kept as they are stored: its first axis is x, its third z.",
    ];
  const mirrored = units.filter((unit, axis) => unit[axis] < 0).length % 2 === 1;
  return mirrored
    ? ["The header says that the stored voxels are a mirror image of the object; they are kept as they are stored."]
    : [];
}
