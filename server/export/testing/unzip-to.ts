import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import yauzl from "yauzl";

/** Unpacks with a reader that is not the writer's; returns the bytes by full path. */
export async function unzipTo(zipFile: string, folder: string): Promise<Map<string, Buffer>> {
  const zip = await yauzl.openPromise(zipFile);
  const files = new Map<string, Buffer>();
  for await (const entry of zip.eachEntry()) {
    const bytes = await buffer(await zip.openReadStreamPromise(entry));
    const file = path.join(folder, entry.fileName);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes);
    files.set(file, bytes);
  }
  return files;
}
