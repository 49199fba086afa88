import { keptActs } from "../../core/sync/unsent/kept-edits-file.ts";
import type { OutboxRow, QuarantinedEdit } from "../../core/sync/unsent/outbox.ts";
import { answerOf, openDatabase, type StoredEdit, type StoredRow } from "./indexed-db-outbox.ts";

/** What one person did in one volume that this browser keeps and no server has confirmed. */
export interface KeptEdits {
  readonly volumeId: string;
  readonly userId: string;
  readonly unsaved: readonly OutboxRow[];
  readonly refused: readonly QuarantinedEdit[];
}

/** Acts, as the editor counts them: the records of one gesture are one edit. */
export const editCount = ({ unsaved, refused }: KeptEdits): number => keptActs(unsaved) + refused.length;

/** All that is kept here, of everybody who works in this browser; empty where it keeps nothing or cannot be asked. */
export async function readKeptEdits(factory: IDBFactory | undefined = globalThis.indexedDB): Promise<KeptEdits[]> {
  if (!factory) return [];
  try {
    const database = await openDatabase(factory);
    const transaction = database.transaction(["rows", "quarantine"]);
    const [rows, edits] = await Promise.all([
      answerOf<StoredRow[]>(transaction.objectStore("rows").getAll()),
      answerOf<StoredEdit[]>(transaction.objectStore("quarantine").getAll()),
    ]);
    database.close();
    return [...new Set([...rows, ...edits].map(({ owner }) => owner))].map((owner) => {
      const [volumeId, userId] = owner.split(" ");
      return {
        volumeId,
        userId,
        unsaved: rows.filter((one) => one.owner === owner).map(({ row }) => row),
        refused: edits.filter((one) => one.owner === owner).map(({ edit }) => edit),
      };
    });
  } catch {
    return [];
  }
}
