import type { CollabDocument } from "../../core/sync/create-label-document.ts";
import type { OutboxRow, QuarantinedEdit } from "../../core/sync/outbox.ts";

const CHARACTERS_AT_ONCE = 0x4000;

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHARACTERS_AT_ONCE)
    text += String.fromCharCode(...bytes.subarray(at, at + CHARACTERS_AT_ONCE));
  return btoa(text);
}

/** A record, and the voxels that travel beside it where they are too many for it. */
const rescued = ({ id, stored, blob }: OutboxRow) => ({
  record: id,
  bytes: base64(stored),
  ...(blob && { voxels: { sha256: blob.sha256, bytes: base64(blob.bytes) } }),
});

/** Edits the server refused, and those it has not confirmed yet, as a file: nothing a person did is out of reach. */
export const downloadEdits = async (document: CollabDocument, volumeId: string): Promise<void> =>
  saveRescueFile(volumeId, document.unsavedRecords(), await document.quarantined());

/** The same from what this browser keeps, without an open volume. */
export function saveRescueFile(
  volumeId: string,
  unsavedRows: readonly OutboxRow[],
  refusedEdits: readonly QuarantinedEdit[],
): void {
  const refused = refusedEdits.map(({ row, reason, at }) => ({ ...rescued(row), reason, at }));
  const unsaved = unsavedRows.map(rescued);
  const file = new Blob([JSON.stringify({ volumeId, refused, unsaved }, null, 2)], { type: "application/json" });
  const link = globalThis.document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `karyoloop-edits-${volumeId}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}
