import { hmacSha256Hex, sha256Hex } from "../bytes/sha256.ts";
import type { OutboxRow, QuarantinedEdit } from "./outbox.ts";

/** The file is read whole into memory. Months of painting without a network stay far below. */
export const MAX_KEPT_EDITS_BYTES = 256 * 1024 * 1024;

/**
 * Edits that a browser keeps and no server has confirmed, as a file: `{format, version, sha256, contents}`, JSON. `sha256` is
 * that of the JSON of `contents`. Each edit has its record as it was to be sent, the voxels that travel beside it, and a seal by
 * the key that its page was leased: whoever brings the file in can leave edits out at the end, and write none in another's name.
 */
export const FORMAT = "karyoloop-edits";
export const VERSION = 1;

export interface KeptEdit {
  readonly id: string;
  readonly stored: Uint8Array;
  /** HMAC-SHA-256 of the stored bytes, 64 hex digits; none where the page kept no key yet. */
  readonly seal: string | null;
  /** Id of the first record of its act. */
  readonly act: string;
  readonly blob?: { readonly sha256: string; readonly bytes: Uint8Array };
}

export interface KeptEditsFile {
  readonly sha256: string;
  readonly volumeId: string;
  /** As the page that saved it said: the server looks at the seals. */
  readonly userId: string;
  readonly savedAt: Date;
  /** In the order in which they were made. */
  readonly edits: readonly KeptEdit[];
  /** What the server did not take, and why: kept for a person to look at. */
  readonly refused: readonly (KeptEdit & { readonly reason: string })[];
}

/** Gestures, as the editor counts them, not records. */
export const keptActs = (edits: readonly { readonly act: string }[]): number =>
  new Set(edits.map(({ act }) => act)).size;

export const sealOf = (sealKey: string, stored: Uint8Array): string =>
  hmacSha256Hex(new TextEncoder().encode(sealKey), stored);

const CHARACTERS_AT_ONCE = 0x4000;

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHARACTERS_AT_ONCE)
    text += String.fromCharCode(...bytes.subarray(at, at + CHARACTERS_AT_ONCE));
  return btoa(text);
}

const written = ({ id, stored, act, blob, sealKey }: OutboxRow) => ({
  record: id,
  act,
  bytes: toBase64(stored),
  ...(sealKey && { seal: sealOf(sealKey, stored) }),
  ...(blob && { voxels: { sha256: blob.sha256, bytes: toBase64(blob.bytes) } }),
});

export function encodeKeptEdits(kept: {
  readonly volumeId: string;
  readonly userId: string;
  readonly savedAt: Date;
  readonly unsaved: readonly OutboxRow[];
  readonly refused: readonly QuarantinedEdit[];
}): string {
  const { volumeId, userId, savedAt } = kept;
  const contents = {
    volumeId,
    userId,
    savedAt: savedAt.toISOString(),
    edits: kept.unsaved.map(written),
    refused: kept.refused.map(({ row, reason, at }) => ({ ...written(row), reason, at })),
  };
  const sha256 = sha256Hex(new TextEncoder().encode(JSON.stringify(contents)));
  return JSON.stringify({ format: FORMAT, version: VERSION, sha256, contents });
}
