import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { assertDiskHolds } from "./disk-room.ts";

it("refuses what no disk holds, in words, and takes what fits", async () => {
  await assertDiskHolds(tmpdir(), 1, "The file");
  await expect(assertDiskHolds(tmpdir(), 2 ** 60, "The import")).rejects.toMatchObject({
    tag: "disk-full",
    what: expect.stringMatching(/^The import needs 1152921505 GB, but .* room for only [\d.]+ GB\.$/),
  });
});
