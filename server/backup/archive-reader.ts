import { createHash } from "node:crypto";
import { z } from "zod";
import { Problem } from "../../core/problem.ts";
import {
  BACKUP_FORMAT,
  type BackupHead,
  type BackupManifest,
  type BackupPart,
  backupHeadSchema,
  backupManifestSchema,
  MAX_NAMES_PER_SUMS,
  partOf,
} from "./archive-format.ts";
import { ByteReader, type ByteSource } from "./byte-stream.ts";
import { damaged, paddingOf, readTarHeader, TAR_BLOCK } from "./tar.ts";

/** A head or manifest of more than this is none. */
const MAX_JSON_BYTES = 1 << 20;
const MAX_SUMS_BYTES = MAX_NAMES_PER_SUMS * 700;
const PIECE_BYTES = 1 << 20;

export type ReadPart = Extract<BackupPart, { name: string }> & {
  readonly size: number;
  /** To be read to its end before the next part is asked for. */
  readonly pieces: AsyncIterable<Buffer>;
};

export interface ReadBackup {
  readonly head: BackupHead;
  /** Ends with the manifest. */
  readonly parts: AsyncGenerator<ReadPart, BackupManifest>;
}

/**
 * Reads a backup and trusts nothing in it: names, order, sizes and sums are looked at on the way, and what does not fit is
 * a Problem. A part's sum comes after it: what was read is right only once the end was reached.
 */
export async function readBackup(source: ByteSource): Promise<ReadBackup> {
  const reader = new ByteReader(source);
  const read = async (bytes: number): Promise<Buffer> => {
    const taken = await reader.upTo(bytes);
    if (taken.length < bytes) throw damaged("it ends too early");
    return taken;
  };
  const expected: string[] = [];
  const allSums = createHash("sha256");

  async function* piecesOf(name: string, size: number): AsyncGenerator<Buffer> {
    const hash = createHash("sha256");
    for (let missing = size; missing > 0; ) {
      const piece = await read(Math.min(missing, PIECE_BYTES));
      missing -= piece.length;
      hash.update(piece);
      yield piece;
    }
    await read(paddingOf(size));
    expected.push(`${hash.digest("hex")}  ${name}\n`);
    // One more for the sums themselves.
    if (expected.length > MAX_NAMES_PER_SUMS + 1) throw damaged("sums are missing in it");
  }
  const whole = async (name: string, size: number, maxBytes: number): Promise<Buffer> => {
    if (size > maxBytes) throw damaged(`${name} is too large`);
    const pieces: Buffer[] = [];
    for await (const piece of piecesOf(name, size)) pieces.push(piece);
    return Buffer.concat(pieces);
  };
  const nextEntry = async () => {
    const entry = await readTarHeader(read);
    const part = entry && partOf(entry.name);
    if (!part) throw damaged(entry ? `it holds ${JSON.stringify(entry.name.slice(0, 80))}` : "it has no manifest");
    return { ...entry, part };
  };
  const readSums = async (name: string, size: number): Promise<void> => {
    const text = await whole(name, size, MAX_SUMS_BYTES);
    expected.pop(); // the sums' own
    if (text.toString() !== expected.join("")) throw damaged("its parts are not what they were when it was made");
    expected.length = 0;
    allSums.update(text);
  };

  const first = await nextEntry();
  if (first.part.kind !== "head") throw damaged("it does not begin like one");
  const head = parseHead(await whole(first.name, first.size, MAX_JSON_BYTES));

  async function* parts(): AsyncGenerator<ReadPart, BackupManifest> {
    let count = 1;
    for (;;) {
      const { name, size, part } = await nextEntry();
      if (part.kind === "head") throw damaged("it begins twice");
      if (part.kind === "sums") await readSums(name, size);
      else if (part.kind === "manifest") {
        if (expected.length > 0) throw damaged("sums are missing in it");
        const sumsSha256 = allSums.copy().digest("hex");
        const manifest = parseJson(backupManifestSchema, await whole(name, size, MAX_JSON_BYTES));
        if (manifest.parts !== count || manifest.sumsSha256 !== sumsSha256) throw damaged("parts of it are missing");
        const last = await nextEntry();
        if (last.part.kind !== "sums") throw damaged("its last sum is missing");
        await readSums(last.name, last.size);
        if ((await read(2 * TAR_BLOCK)).some((byte) => byte !== 0) || (await reader.upTo(1)).length > 0)
          throw damaged("something stands behind its end");
        return manifest;
      } else if ("name" in part) {
        count++;
        const read = piecesOf(name, size);
        yield { ...part, size, pieces: read };
        for await (const _ of read); // what nobody has read
      }
    }
  }
  return { head, parts: parts() };
}

function parseHead(bytes: Buffer): BackupHead {
  if (parseJson(z.object({ format: z.number() }), bytes).format > BACKUP_FORMAT)
    throw new Problem({
      tag: "backup-newer",
      what: "This backup was made by a newer version of Karyoloop.",
      hint: "Restore it with that version, or a newer one.",
    });
  return parseJson(backupHeadSchema, bytes);
}

function parseJson<T>(schema: z.ZodType<T>, bytes: Buffer): T {
  try {
    return schema.parse(JSON.parse(bytes.toString()));
  } catch {
    throw damaged("its description cannot be read");
  }
}
