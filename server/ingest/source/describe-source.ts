import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import type { SourceFile } from "../../../core/import/source-file.ts";
import { openFolderStore } from "../stores/folder-store.ts";
import type { FileOrigin } from "../worker/worker-messages.ts";
import { readHeader } from "./read-header.ts";

/** What is kept of a file when it has gone; its checksum is of all its bytes, of a folder of every file's name, size and bytes in the order of their names. */
export async function describeSource(
  { file, fileName, choice }: FileOrigin,
  part: SourceFile["part"],
): Promise<SourceFile> {
  const hash = createHash("sha256");
  const bytes = (await stat(file)).isDirectory() ? await addFolder(hash, file) : await addFile(hash, file);
  return { part, fileName, bytes, sha256: hash.digest("hex"), ...choice, header: await readHeader(file) };
}

async function addFile(hash: Hash, file: string): Promise<number> {
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return (await stat(file)).size;
}

async function addFolder(hash: Hash, folder: string): Promise<number> {
  let bytes = 0;
  for (const name of [...(await openFolderStore(folder)).names].sort()) {
    const { size } = await stat(path.join(folder, name));
    hash.update(`${name}\n${size}\n`);
    bytes += await addFile(hash, path.join(folder, name));
  }
  return bytes;
}
