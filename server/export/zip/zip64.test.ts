import { mkdtemp, open, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { crc32 } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import yauzl from "yauzl";
import { type ExportFile, textFile } from "../export-file.ts";
import { askPython, pythonJudge } from "../testing/python-judge.ts";
import { streamOf } from "../testing/zip-of.ts";
import { packFile } from "./packed-file.ts";
import { createZipArchive, type ZipArchive } from "./zip-archive.ts";

const python = pythonJudge();
const { signal } = new AbortController();

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-zip64-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Writes a stream but for its zeros: they become holes, so that gigabytes of them lie on no disk. */
async function writeSparse(stream: Readable, file: string): Promise<number> {
  const zeros = Buffer.alloc(1 << 20);
  const handle = await open(file, "w");
  let at = 0;
  try {
    for await (const part of stream) {
      const chunk = part as Buffer;
      const isHole = chunk.length <= zeros.length && zeros.compare(chunk, 0, chunk.length, 0, chunk.length) === 0;
      if (!isHole) await handle.write(chunk, 0, chunk.length, at);
      at += chunk.length;
    }
    await handle.truncate(at);
  } finally {
    await handle.close();
  }
  return at;
}

const PYTHON_CHECK = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    broken = z.testzip() if sys.argv[2] == "whole" else None
    infos = z.infolist()
    print(json.dumps({"broken": broken, "count": len(infos), "sizes": {i.filename: i.file_size for i in infos[-3:]},
                      "last": z.read(infos[-1].filename).decode()}))
`;
interface PythonAnswer {
  readonly broken: string | null;
  readonly count: number;
  readonly sizes: Readonly<Record<string, number>>;
  readonly last: string;
}

describe("a file larger than 4 GiB, and one behind it", () => {
  const CHUNK_BYTES = 1 << 20;
  const CHUNKS = 4097;
  const SIZE_BYTES = CHUNK_BYTES * CHUNKS;
  const marked = [1000, 4096];
  const mark = (chunk: number) => `chunk ${chunk}`;
  let file: string;
  let archive: ZipArchive;
  let made = 0;

  beforeAll(async () => {
    const zeros = new Uint8Array(CHUNK_BYTES);
    const chunkOf = (i: number) =>
      marked.includes(i) ? Buffer.concat([Buffer.from(mark(i)), zeros], CHUNK_BYTES) : zeros;
    const large: ExportFile = {
      path: "large.tif",
      compress: false,
      async *bytes(_signal, start = 0) {
        for (let i = Math.floor(start / CHUNK_BYTES); i < CHUNKS; i++) {
          made++;
          yield chunkOf(i).subarray(Math.max(0, start - i * CHUNK_BYTES));
        }
      },
    };
    let checksum = 0;
    for (let i = 0; i < CHUNKS; i++) checksum = crc32(chunkOf(i), checksum);
    const packed = { path: large.path, bytes: SIZE_BYTES, crc32: checksum, sha256: "", pieces: null };
    const behind = textFile("behind.txt", "behind 4 GiB");
    archive = await createZipArchive([
      { file: large, packed },
      { file: behind, packed: await packFile(behind, signal) },
    ]);
    file = path.join(folder, "large.zip");
    expect(await writeSparse(streamOf(archive), file)).toBe(archive.sizeBytes);
  }, 240_000);

  it("lies on the disk as a few blocks only", async () => {
    const { size, blocks } = await stat(file);
    expect(size).toBeGreaterThan(2 ** 32);
    expect(blocks * 512).toBeLessThan(64 << 20);
  });

  it("is read by yauzl: sizes, what lies beyond 4 GiB, and the file behind", async () => {
    const zip = await yauzl.openPromise(file, { autoClose: false });
    const sizes: Record<string, number> = {};
    const texts: Record<string, string> = {};
    for await (const entry of zip.eachEntry()) {
      sizes[entry.fileName] = entry.uncompressedSize;
      if (entry.fileName !== "large.tif") {
        texts[entry.fileName] = (await buffer(await zip.openReadStreamPromise(entry))).toString();
        continue;
      }
      for (const chunk of marked) {
        const start = chunk * CHUNK_BYTES;
        const part = await buffer(await zip.openReadStreamPromise(entry, { start, end: start + mark(chunk).length }));
        expect(part.toString()).toBe(mark(chunk));
      }
    }
    zip.close();
    expect(sizes["large.tif"]).toBe(SIZE_BYTES);
    expect(texts).toEqual({ "behind.txt": "behind 4 GiB" });
  });

  it("is read whole by Python, its checksum too", async (context) => {
    if (python.missing !== undefined) return context.skip(python.missing);
    const answer = await askPython<PythonAnswer>(python.command, PYTHON_CHECK, [file, "whole"]);
    expect(answer).toMatchObject({ broken: null, count: 2, sizes: { "large.tif": SIZE_BYTES }, last: "behind 4 GiB" });
  }, 240_000);

  it("gives a range beyond 4 GiB without what lies before it", async () => {
    const before = made;
    const handle = await open(file);
    const expected = Buffer.alloc(600);
    await handle.read(expected, 0, 600, archive.sizeBytes - 600);
    await handle.close();
    const part = await buffer(archive.bytes(archive.sizeBytes - 600, archive.sizeBytes, signal));
    expect(part.equals(expected)).toBe(true);
    expect(made - before).toBeLessThanOrEqual(1);
  });
});

it("holds more files than 16 bits count", async (context) => {
  if (python.missing !== undefined) return context.skip(python.missing);
  const file = { ...textFile("", "x"), compress: false };
  const packed = await packFile(file, signal);
  const entries = Array.from({ length: 65_540 }, (_, i) => ({ file, packed: { ...packed, path: `f/${i}` } }));
  const zip = path.join(folder, "many.zip");
  await writeSparse(streamOf(await createZipArchive(entries)), zip);
  const answer = await askPython<PythonAnswer>(python.command, PYTHON_CHECK, [zip, "names"]);
  expect(answer).toMatchObject({ count: 65_540, last: "x" });
}, 240_000);
