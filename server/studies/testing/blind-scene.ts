import { and, asc, eq } from "drizzle-orm";
import type { EditRecord } from "../../../core/edit/label-document.ts";
import type { CollabDocument } from "../../../core/sync/create-label-document.ts";
import type { VoxelBox, Zyx } from "../../../core/volume/voxel-space.ts";
import { studyLayer, volume } from "../../../db/schema/index.ts";
import { MemoryOutboxStore, openCollabClient } from "../../collab/testing/collab-client.ts";
import { waitFor } from "../../collab/testing/wait-for.ts";
import type { TestPerson, TestServer } from "../../testing/test-server.ts";

export interface SeatedLayer {
  readonly volumeId: string;
  readonly deskId: string;
}

/** The layers of a study, as the database has them, in the order of `people`. */
export async function layersOf(
  { services: { db } }: TestServer,
  studyId: string,
  people: readonly TestPerson[],
): Promise<SeatedLayer[]> {
  const rows = await db
    .select({ userId: studyLayer.userId, volumeId: volume.id, deskId: volume.projectId })
    .from(studyLayer)
    .innerJoin(volume, eq(volume.id, studyLayer.volumeId))
    .where(and(eq(studyLayer.studyId, studyId)))
    .orderBy(asc(studyLayer.number));
  return people.map((person) => {
    const { volumeId, deskId } = rows.find(({ userId }) => userId === person.id) ?? {};
    if (!volumeId || !deskId) throw new Error(`${person.name} has no layer`);
    return { volumeId, deskId };
  });
}

/** A page of this person in this room, connected and saved. */
export async function openRoom(
  server: TestServer,
  person: TestPerson,
  volumeId: string,
  shapeZyx: Zyx,
): Promise<CollabDocument> {
  const document = openCollabClient({
    address: () => server.address,
    cookie: () => person.cookie,
    volumeId,
    shapeZyx,
    outbox: new MemoryOutboxStore(),
  });
  void document.start();
  await waitFor(() => document.saveState.kind === "saved", "connected");
  return document;
}

/** Boxes of voxels become nuclei, with a class where one is named; durable when it resolves. Returns their labels. */
export async function drawNuclei(
  document: CollabDocument,
  nuclei: readonly { readonly box: VoxelBox; readonly class?: string }[],
): Promise<number[]> {
  const labels = [];
  for (const { box, class: name } of nuclei) {
    const label = document.newLabel();
    labels.push(label);
    const records: EditRecord[] = [{ kind: "paint", label, runs: runsOf(box) }];
    if (name) records.push({ kind: "field", label, field: "class", value: name });
    await document.commit({ name: "brush", records });
  }
  await waitFor(() => document.saveState.kind === "saved", "saved");
  return labels;
}

function runsOf({ minZyx, maxZyx }: VoxelBox): Int32Array {
  const runs: number[] = [];
  for (let z = minZyx[0]; z < maxZyx[0]; z++)
    for (let y = minZyx[1]; y < maxZyx[1]; y++) runs.push(z, y, minZyx[2], maxZyx[2]);
  return Int32Array.from(runs);
}
