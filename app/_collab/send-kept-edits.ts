import { Problem } from "../../core/problem.ts";
import type { KeptEditsFile } from "../../core/sync/unsent/kept-edits-file.ts";
import { toBase64 } from "../../core/sync/unsent/kept-edits-file.ts";
import { encodePiece, piecesOf } from "../../core/sync/unsent/sealed-piece.ts";

export interface BroughtIn {
  readonly madeBy: string;
  /** Records: those of the file that were new here, and those that were here already. */
  readonly broughtIn: number;
  readonly alreadyThere: number;
}

export interface EditsReceiver {
  uploadBlob(sha256: string, bytes: Uint8Array): Promise<void>;
  /** A Problem with `waitSeconds` where it was only too early. */
  sendPiece(fileSha256: string, piece: string): Promise<BroughtIn>;
  wait(seconds: number): Promise<void>;
}

/** What cannot be brought in by this page at all; null when it may be tried. */
export function objectionTo(file: KeptEditsFile, volumeId: string): Problem | null {
  if (file.volumeId !== volumeId)
    return new Problem({
      tag: "edits-of-another-volume",
      what: "These edits were made in another volume.",
      where: `the file is of volume ${file.volumeId}, this is ${volumeId}`,
      hint: "Bring it in at the volume whose address ends with the first of the two.",
    });
  if (file.edits.some(({ seal }) => seal === null))
    return new Problem({
      tag: "edits-unsealed",
      what: "This file does not prove who made its edits.",
      hint: "They were made before this version of Karyoloop ran. Add the person to the project again: their own browser can still send them.",
    });
  return null;
}

/** Sends a file piece by piece, in order. Begun again after a failure, it goes on where it was. */
export async function sendKeptEdits(
  file: KeptEditsFile,
  receiver: EditsReceiver,
  onProgress: (share: number) => void,
): Promise<BroughtIn> {
  let sum: BroughtIn = { madeBy: "", broughtIn: 0, alreadyThere: 0 };
  let sent = 0;
  for (const piece of piecesOf(file.edits)) {
    for (const { blob } of piece)
      if (blob) await patiently(receiver, () => receiver.uploadBlob(blob.sha256, blob.bytes));
    const answer = await patiently(receiver, () => receiver.sendPiece(file.sha256, toBase64(encodePiece(piece))));
    sum = {
      madeBy: answer.madeBy,
      broughtIn: sum.broughtIn + answer.broughtIn,
      alreadyThere: sum.alreadyThere + answer.alreadyThere,
    };
    sent += piece.length;
    onProgress(sent / file.edits.length);
  }
  return sum;
}

const MAX_WAITS = 60;

async function patiently<T>(receiver: EditsReceiver, call: () => Promise<T>): Promise<T> {
  for (let waits = 0; ; waits++)
    try {
      return await call();
    } catch (error) {
      const seconds = error instanceof Problem ? error.waitSeconds : undefined;
      if (seconds === undefined || waits === MAX_WAITS) throw error;
      await receiver.wait(Math.min(seconds, 10));
    }
}
