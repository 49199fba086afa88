import { router } from "../../trpc.ts";
import { addLabels } from "./add-labels.ts";
import { bringInEdits } from "./bring-in-edits.ts";
import { cancelImport } from "./cancel-import.ts";
import { createSample } from "./create-sample.ts";
import { deleteVolume } from "./delete-volume.ts";
import { deletionEffects } from "./deletion-effects.ts";
import { firstLook } from "./first-look.ts";
import { inspectUpload } from "./inspect-upload.ts";
import { markVolumeDone } from "./mark-done.ts";
import { fetchAddress, importWays, prepareUpload, uploadState } from "./prepare-upload.ts";
import { listVolumes, volumeById } from "./read-volumes.ts";
import { renameVolume } from "./rename-volume.ts";
import { retryImport } from "./retry-import.ts";
import { roomInUse } from "./room-in-use.ts";
import { setNucleusDiameter } from "./set-nucleus-diameter.ts";
import { startImport } from "./start-import.ts";

/** Volumes of a project: how they come in, what they are, how they go. Files come by HTTP (server/http/files/uploads.ts). */
export const volumeRouter = router({
  list: listVolumes,
  byId: volumeById,
  rename: renameVolume,
  markDone: markVolumeDone,
  setNucleusDiameter,
  delete: deleteVolume,
  deletionEffects,
  importWays,
  fetchAddress,
  prepareUpload,
  uploadState,
  inspectUpload,
  firstLook,
  startImport,
  cancelImport,
  retryImport,
  addLabels,
  bringInEdits,
  createSample,
  roomInUse,
});
