import { uploadFile } from "../../../core/import/upload-file.ts";
import { untilReady } from "../../../core/import/upload-state.ts";
import type { ImportContext } from "./import-context.ts";
import { isAddress } from "./import-options.ts";
import { openSendable } from "./sendable.ts";

/** Sends a file or folder, going on where it stopped before, or has the server fetch an address; returns the upload's id. */
export async function sendFile(context: ImportContext, name: string, file: string): Promise<string> {
  const { session, projectId, say } = context;
  if (isAddress(file)) return fetchThere(context, name, file);
  const sendable = await openSendable(file);
  const { size } = sendable;
  const { converter } = await session.api.volume.importWays.query({ projectId });
  let shown = 0;
  try {
    const uploadId = await uploadFile(
      { projectId, address: session.address, fetch: session.fetch, converts: converter !== null },
      sendable,
      ({ sentBytes }) => {
        const percent = Math.floor((10 * sentBytes) / size) * 10;
        if (percent > shown && size > 50e6) say(`${name}: ${sendable.name} ${percent} % sent`);
        shown = Math.max(shown, percent);
      },
      new AbortController().signal,
    );
    if (converter) {
      await session.api.volume.prepareUpload.mutate({ projectId, uploadId });
      await waitForServer(context, name, uploadId);
    }
    return uploadId;
  } finally {
    await sendable.close();
  }
}

async function fetchThere(context: ImportContext, name: string, address: string): Promise<string> {
  const { session, projectId } = context;
  const { uploadId } = await session.api.volume.fetchAddress.mutate({ projectId, address });
  await waitForServer(context, name, uploadId);
  return uploadId;
}

/** Says what the server does to an upload by itself: a line for every tenth of it. */
async function waitForServer(
  { session, projectId, say }: ImportContext,
  name: string,
  uploadId: string,
): Promise<void> {
  let shown = "";
  await untilReady(
    () => session.api.volume.uploadState.query({ projectId, uploadId }),
    ({ phase, percent }) => {
      const tenth = percent === null ? null : Math.floor(percent / 10) * 10;
      const step = `${phase.replace(/\d+/g, "")}${tenth}`;
      if (step !== shown) say(`${name}: ${phase}${tenth === null ? "" : ` (${tenth} %)`}`);
      shown = step;
    },
    new AbortController().signal,
  );
}
