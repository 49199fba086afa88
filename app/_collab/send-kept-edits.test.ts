import { expect, it } from "vitest";
import { Problem } from "../../core/problem.ts";
import type { KeptEdit, KeptEditsFile } from "../../core/sync/unsent/kept-edits-file.ts";
import { decodePiece } from "../../core/sync/unsent/sealed-piece.ts";
import { type EditsReceiver, objectionTo, sendKeptEdits } from "./send-kept-edits.ts";

const edit = (seq: number, more: Partial<KeptEdit> = {}): KeptEdit => ({
  id: `5.${seq}`,
  act: `5.${seq}`,
  stored: Uint8Array.from([seq & 255, seq >> 8]),
  seal: "00".repeat(32),
  ...more,
});
const file: KeptEditsFile = {
  sha256: "f",
  volumeId: "v",
  userId: "ben",
  savedAt: new Date(0),
  edits: Array.from({ length: 230 }, (_, i) =>
    edit(i, i === 120 ? { blob: { sha256: "b", bytes: Uint8Array.from([1]) } } : {}),
  ),
  refused: [],
};

it("sends voxels before the piece that names them, waits where it is told to, and begins again where it was", async () => {
  const done: string[] = [];
  let hasWaited = false;
  let isDown = true;
  const there = new Set<string>();
  const receiver: EditsReceiver = {
    uploadBlob: async (sha256) => void done.push(`voxels ${sha256}`),
    async sendPiece(_, piece) {
      const edits = decodePiece(Uint8Array.from(atob(piece), (one) => one.charCodeAt(0)));
      if (there.size === 100 && !hasWaited) throw new Problem({ tag: "too-fast", what: "Wait.", waitSeconds: 3 });
      if (there.size === 200 && isDown) throw new Error("the server cannot be reached");
      const fresh = edits.filter(({ stored }) => !there.has(String(stored)));
      for (const { stored } of edits) there.add(String(stored));
      done.push(`${fresh.length} of ${edits.length}`);
      return { madeBy: "Ben", broughtIn: fresh.length, alreadyThere: edits.length - fresh.length };
    },
    async wait(seconds) {
      done.push(`waits ${seconds}`);
      hasWaited = true;
    },
  };
  const shares: number[] = [];
  await expect(sendKeptEdits(file, receiver, (share) => shares.push(share))).rejects.toThrow("cannot be reached");
  expect(done).toEqual(["100 of 100", "voxels b", "waits 3", "100 of 100"]);
  isDown = false;
  const sum = await sendKeptEdits(file, receiver, (share) => shares.push(share));
  expect(sum).toEqual({ madeBy: "Ben", broughtIn: 30, alreadyThere: 200 });
  expect(shares.at(-1)).toBe(1);
});

it("says before anything is sent what no server would take", () => {
  expect(objectionTo(file, "v")).toBeNull();
  expect(objectionTo(file, "w")?.message).toContain("made in another volume");
  expect(objectionTo({ ...file, edits: [edit(1, { seal: null })] }, "v")?.message).toContain("does not prove who");
});
