import { tinyModel } from "../../../core/checkpoint/testing/tiny-model.ts";
import type { ExportedModel } from "../model-files.ts";
import { CHECKPOINT_ID } from "./dataset-fixture.ts";

/** A model that has learned nothing, as it leaves the platform. */
export const exportedTinyModel: ExportedModel = {
  checkpointId: CHECKPOINT_ID,
  snapshotId: null,
  parentCheckpointId: null,
  projectName: "Mouse embryos, été",
  createdAt: "2026-10-31T10:00:00.000Z",
  nucleiLabelled: 3,
  metrics: null,
  software: { name: "Karyoloop", version: "0.1.0" },
  configuration: { seed: 3 },
  trained: tinyModel,
};
