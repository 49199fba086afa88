import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { SourceFile } from "../../../core/import/source-file.ts";
import type { FileOrigin } from "../worker/worker-messages.ts";
import { readHeader } from "./read-header.ts";

/** What is kept of a file when it has gone; its checksum is of all its bytes. */
export async function describeSource(
  { file, fileName, choice }: FileOrigin,
  part: SourceFile["part"],
): Promise<SourceFile> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  const { size } = await stat(file);
  return { part, fileName, bytes: size, sha256: hash.digest("hex"), ...choice, header: await readHeader(file) };
}
