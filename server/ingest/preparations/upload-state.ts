import type { UploadState } from "../../../core/import/upload-state.ts";
import type { Services } from "../../services.ts";
import { findUpload, type UploadOwner } from "../uploads/upload-store.ts";
import { preparationOf } from "./preparations.ts";

/** How far an upload is; a Problem where it is none of this person's. */
export async function uploadStateOf(services: Services, owner: UploadOwner, uploadId: string): Promise<UploadState> {
  const { receivedBytes, sizeBytes } = await findUpload(services, owner, uploadId);
  const state = preparationOf(services, uploadId)?.state;
  if (state && state.kind !== "ready") return state;
  return receivedBytes < sizeBytes ? { kind: "incomplete", receivedBytes, sizeBytes } : { kind: "ready" };
}
