import type { EditAct, EditRecord, LabelBrickSource, LabelDocument, LabelValue } from "../edit/label-document.ts";
import { collectNucleusVoxels } from "../edit/nucleus-voxels.ts";
import { VoxelSet } from "../edit/voxel-set.ts";
import { BRICK_SIZE, brickBox } from "../volume/brick.ts";
import type { VoxelBox, Zyx } from "../volume/voxel-space.ts";
import { unionOf } from "./history-line.ts";
import type { NucleiThen } from "./then-facts.ts";

/** Labels as they were at a moment of the history. */
export interface LabelsThenSource {
  readonly bricks: LabelBrickSource;
  readonly nuclei: NucleiThen;
}

/** What bringing a nucleus back to a moment would change, voxel by voxel. Nobody's later work is in `returning`. */
export interface BringBack {
  readonly label: LabelValue;
  /** Voxels it had and that are background now, under the values they had. */
  readonly returning: ReadonlyMap<LabelValue, VoxelSet>;
  /** Voxels it had that other nuclei have by now: they stay. By nucleus. */
  readonly staying: ReadonlyMap<LabelValue, number>;
  /** Voxels it has now and had not then, under the values they had: they stay unless somebody asks for it. */
  readonly added: ReadonlyMap<LabelValue, VoxelSet>;
  /** Status and class, where they are others now. */
  readonly fields: readonly Extract<EditRecord, { kind: "field" }>[];
  readonly voxelsThen: number;
}

export interface BroughtBack {
  readonly label: LabelValue;
  /** Where the nucleus is now and where it was then, as far as it is known. */
  readonly boxes: readonly VoxelBox[];
}

const countOf = (sets: ReadonlyMap<LabelValue, VoxelSet>): number =>
  [...sets.values()].reduce((sum, { count }) => sum + count, 0);

export const returningVoxels = ({ returning }: BringBack): number => countOf(returning);
export const addedVoxels = ({ added }: BringBack): number => countOf(added);
export const stayingVoxels = ({ staying }: BringBack): number =>
  [...staying.values()].reduce((sum, count) => sum + count, 0);

/** Compares the nucleus of now, with all that is merged into it, with that of then. Loads the bricks it lies or lay in. */
export async function planBringBack(
  document: LabelDocument,
  then: LabelsThenSource,
  { label, boxes }: BroughtBack,
  signal?: AbortSignal,
): Promise<BringBack> {
  const labels = new Set([...document.membersOf(label), ...then.nuclei.membersOf(label)]);
  const box = boxes.reduce<VoxelBox | null>(unionOf, null);
  const before = await collectNucleusVoxels(then.bricks, [...labels], box, signal);
  const after = await collectNucleusVoxels(document, [...labels], box, signal);
  const keys = [...new Set([...before.brickKeys(), ...after.brickKeys()])];
  await Promise.all([then.bricks.loadBricks(keys, signal), document.loadBricks(keys, signal)]);
  const { shapeZyx } = document;
  const returning = new Map<LabelValue, VoxelSet>();
  const added = new Map<LabelValue, VoxelSet>();
  const staying = new Map<LabelValue, number>();
  for (const key of keys) {
    const [old, now] = [then.bricks.readBrick(key), document.readBrick(key)];
    forEachVoxel(brickBox(key, shapeZyx), (index, z, y, x) => {
      const [had, has] = [old?.[index] ?? 0, now?.[index] ?? 0];
      if (had === has) return;
      if (!labels.has(had)) {
        if (labels.has(has)) setOf(added, had, shapeZyx).add(z, y, x);
      } else if (has === 0) setOf(returning, had, shapeZyx).add(z, y, x);
      else if (!labels.has(has)) {
        const other = document.canonicalLabel(has);
        staying.set(other, (staying.get(other) ?? 0) + 1);
      }
    });
  }
  return { label, returning, staying, added, fields: changedFields(document, then, label), voxelsThen: before.count };
}

/** The act of whoever brings it back; null where nothing would change. */
export function bringBackAct(
  { label, returning, added, fields }: BringBack,
  { withoutAdded }: { readonly withoutAdded: boolean },
): EditAct | null {
  const sets = [...returning, ...(withoutAdded ? added : [])];
  const groups = sets.map(([value, voxels]) => ({ label: value, runs: voxels.toRuns() }));
  const records: EditRecord[] = [...(groups.length > 0 ? [{ kind: "paintGroups" as const, groups }] : []), ...fields];
  return records.length === 0 ? null : { name: `bring back nucleus ${label}`, records };
}

function changedFields(document: LabelDocument, { nuclei }: LabelsThenSource, label: LabelValue): BringBack["fields"] {
  const [now, then] = [document.fieldsOf(label), nuclei.fieldsOf(label)];
  return (["status", "class"] as const).flatMap((field) =>
    now[field] === then[field] ? [] : [{ kind: "field" as const, label, field, value: then[field] ?? null }],
  );
}

function setOf(sets: Map<LabelValue, VoxelSet>, value: LabelValue, shapeZyx: Zyx): VoxelSet {
  const known = sets.get(value) ?? new VoxelSet(shapeZyx);
  sets.set(value, known);
  return known;
}

function forEachVoxel({ minZyx, maxZyx }: VoxelBox, visit: (index: number, z: number, y: number, x: number) => void) {
  for (let z = minZyx[0]; z < maxZyx[0]; z++)
    for (let y = minZyx[1]; y < maxZyx[1]; y++) {
      const row = ((z % BRICK_SIZE) * BRICK_SIZE + (y % BRICK_SIZE)) * BRICK_SIZE - minZyx[2];
      for (let x = minZyx[2]; x < maxZyx[2]; x++) visit(row + x, z, y, x);
    }
}
