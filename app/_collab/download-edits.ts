import type { CollabDocument } from "../../core/sync/create-label-document.ts";

const base64 = (bytes: Uint8Array): string => {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
};

/** Edits the server refused, and those it has not confirmed yet, as a file: nothing a person did is out of reach. */
export async function downloadEdits(document: CollabDocument, volumeId: string): Promise<void> {
  const refused = (await document.quarantined()).map(({ row, reason, at }) => ({
    record: row.id,
    bytes: base64(row.stored),
    reason,
    at,
  }));
  const unsaved = document.unsavedRecords().map((row) => ({ record: row.id, bytes: base64(row.stored) }));
  const file = new Blob([JSON.stringify({ volumeId, refused, unsaved }, null, 2)], { type: "application/json" });
  const link = globalThis.document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `karyoloop-edits-${volumeId}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}
