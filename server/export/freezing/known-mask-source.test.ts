import { afterAll, beforeAll, expect, it } from "vitest";
import type { SnapshotManifest } from "../../../core/contract/snapshot-manifest.ts";
import { buildKnownMask } from "../../../core/labels/known-mask.ts";
import { readWholeVolume } from "../../ingest/voxels/read-whole-volume.ts";
import { openStoredImage, type StoredImage } from "../frozen/stored-image.ts";
import {
  createDatasetFixture,
  type DatasetFixture,
  LARGE_LABEL,
  MARKER_LABEL,
  SNAPSHOT_ID,
  UNFINISHED_LABEL,
  VOLUME_ID,
} from "../testing/dataset-fixture.ts";
import { markedShapeZyx, markedVoxelSizeZyx } from "../testing/marked-volume.ts";
import { createKnownMaskSource } from "./known-mask-source.ts";

let fixture: DatasetFixture;
let labels: StoredImage;
beforeAll(async () => {
  fixture = await createDatasetFixture();
  labels = await openStoredImage(fixture.blobs, `snapshots/${SNAPSHOT_ID}/${VOLUME_ID}/labels.ome.zarr/`);
});
afterAll(() => fixture.remove());

it("is brick by brick what it is for the whole volume, across the bricks' borders too", async () => {
  const nucleus = (label: number, status: "accepted" | "unfinished") => ({
    label,
    status,
    class: null,
    origin: null,
    by: null,
  });
  const boxes: SnapshotManifest["boxes"] = [
    { kind: "checked-empty", box: { minZyx: [0, 50, 60], maxZyx: [3, 67, 131] } },
    { kind: "validation", box: { minZyx: [0, 0, 0], maxZyx: [2, 9, 9] } },
  ];
  const manifest: SnapshotManifest = {
    volumeId: VOLUME_ID,
    name: "embryo",
    specimen: "embryo",
    keptOut: false,
    shapeZyx: markedShapeZyx,
    voxelSizeZyx: markedVoxelSizeZyx,
    nuclei: [
      nucleus(3, "accepted"),
      nucleus(LARGE_LABEL, "accepted"),
      nucleus(MARKER_LABEL, "accepted"),
      nucleus(UNFINISHED_LABEL, "unfinished"),
    ],
    // The labels stand for the proposals, too: what matters is that values of both kinds are met.
    rejectedProposals: [3],
    boxes,
  };
  const { pixels } = await readWholeVolume(createKnownMaskSource(manifest, labels, labels));
  const expected = buildKnownMask({
    shapeZyx: markedShapeZyx,
    voxelSizeZyx: markedVoxelSizeZyx,
    labels: fixture.labels,
    truthLabels: new Set([3, LARGE_LABEL, MARKER_LABEL]),
    undecidedProposals: fixture.labels.map((label) => (label !== 0 && label !== 3 ? 1 : 0)),
    rejectedProposals: fixture.labels.map((label) => (label === 3 ? 1 : 0)),
    completeBoxes: boxes.map(({ box }) => box),
  });
  expect(new Set(expected)).toEqual(new Set([0, 1, 2]));
  expect(Buffer.from(pixels.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
});
