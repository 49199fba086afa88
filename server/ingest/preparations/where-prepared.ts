import type { UploadState } from "../../../core/import/upload-state.ts";
import { atHolder } from "../../servers/at-holder.ts";
import { backgroundOperation } from "../../servers/operation.ts";
import type { Services } from "../../services.ts";
import type { UploadOwner } from "../uploads/upload-store.ts";
import { convertUpload } from "./convert-upload.ts";
import { fetchAddress } from "./fetch-address.ts";
import { stopPreparation } from "./preparations.ts";
import { uploadStateOf } from "./upload-state.ts";

/** Uploads are prepared where the other background work is done, whichever server is asked. */

interface AnUpload {
  readonly owner: UploadOwner;
  readonly uploadId: string;
}

export const fetchAddressOperation = backgroundOperation(
  "fetch-address",
  (services, { owner, address }: { owner: UploadOwner; address: string }) => fetchAddress(services, owner, address),
);
export const convertUploadOperation = backgroundOperation("convert-upload", (services, { owner, uploadId }: AnUpload) =>
  convertUpload(services, owner, uploadId),
);
export const uploadStateOperation = backgroundOperation("upload-state", (services, { owner, uploadId }: AnUpload) =>
  uploadStateOf(services, owner, uploadId),
);
export const stopPreparationOperation = backgroundOperation("stop-preparation", (services, uploadId: string) =>
  stopPreparation(services, uploadId),
);

export const beginToFetch = (services: Services, owner: UploadOwner, address: string): Promise<string> =>
  atHolder(services, fetchAddressOperation, "all", { owner, address });

export const beginToConvert = (services: Services, owner: UploadOwner, uploadId: string): Promise<void> =>
  atHolder(services, convertUploadOperation, uploadId, { owner, uploadId });

export const askUploadState = (services: Services, owner: UploadOwner, uploadId: string): Promise<UploadState> =>
  atHolder(services, uploadStateOperation, uploadId, { owner, uploadId });

/** Resolves when nothing more is written. */
export const endPreparation = (services: Services, uploadId: string): Promise<void> =>
  atHolder(services, stopPreparationOperation, uploadId, uploadId);
