import { mkdir, mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { scratchRoot } from "./data-root.ts";
import { assertDiskHolds } from "./disk-room.ts";

/**
 * A folder of its own below the data root while `use` runs; a stopped server's are swept at its next start. Refuses with a
 * Problem what the disk has no room for.
 */
export async function inScratchFolder<T>(
  needs: { readonly dataRoot: string; readonly neededBytes: number; readonly what: string },
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const root = scratchRoot(needs.dataRoot);
  await mkdir(root, { recursive: true, mode: 0o700 });
  await assertDiskHolds(root, needs.neededBytes, needs.what);
  const folder = await mkdtemp(path.join(root, "work-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
