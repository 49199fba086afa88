import type { CollabDocument } from "../../core/sync/create-label-document.ts";
import { encodeKeptEdits } from "../../core/sync/unsent/kept-edits-file.ts";
import type { KeptEdits } from "./kept-edits.ts";

/** Edits the server refused, and those it has not confirmed yet, as a file: nothing a person did is out of reach. */
export const downloadEdits = async (document: CollabDocument, volumeId: string, userId: string): Promise<void> =>
  saveKeptEdits({ volumeId, userId, unsaved: document.unsavedRecords(), refused: await document.quarantined() });

/** The same from what this browser keeps, without an open volume. */
export function saveKeptEdits(kept: KeptEdits): void {
  const file = new Blob([encodeKeptEdits({ ...kept, savedAt: new Date() })], { type: "application/json" });
  const link = globalThis.document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `karyoloop-edits-${kept.volumeId}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}
