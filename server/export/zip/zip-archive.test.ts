import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import yauzl from "yauzl";
import { seededRandom } from "../../../core/edit/testing/seeded-random.ts";
import { bytesFile, type ExportFile, textFile } from "../export-file.ts";
import { askPython, pythonJudge } from "../testing/python-judge.ts";
import { streamOf } from "../testing/zip-of.ts";
import { PIECE_BYTES, packFile } from "./packed-file.ts";
import { createZipArchive, type ZipArchive } from "./zip-archive.ts";

const { signal } = new AbortController();

async function archiveOf(...files: ExportFile[]): Promise<ZipArchive> {
  const entries = [];
  for (const file of files) entries.push({ file, packed: await packFile(file, signal) });
  return createZipArchive(entries);
}

const rangeOf = (archive: ZipArchive, start: number, end: number): Promise<Buffer> =>
  buffer(archive.bytes(start, end, signal));

/** A file that says how many of its bytes were made. */
function countedFile(name: string, bytes: Uint8Array, compress: boolean): { file: ExportFile; made: () => number } {
  let made = 0;
  return {
    made: () => made,
    file: {
      path: name,
      compress,
      async *bytes(_signal, start = 0) {
        for (let at = start; at < bytes.length; at += 60_000) {
          const part = bytes.subarray(at, at + 60_000);
          made += part.length;
          yield part;
        }
      },
    },
  };
}

/** Half noise, half runs, of sizes round the borders of pieces. */
function mixedFiles(): ExportFile[] {
  const random = seededRandom(11);
  const sizes = [0, 1, 70_000, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES, 2 * PIECE_BYTES + 333];
  return sizes.flatMap((size) =>
    [true, false].map((compress) => {
      const bytes = new Uint8Array(size);
      for (let i = 0; i < size; i++) bytes[i] = (i >> 12) & 1 ? random() * 256 : i >> 14;
      return countedFile(`été/${size}-${compress}.bin`, bytes, compress).file;
    }),
  );
}

describe("a zip whose bytes are known by their place", () => {
  let archive: ZipArchive;
  let whole: Buffer;
  let folder: string;
  let zipFile: string;
  const files = mixedFiles();
  beforeAll(async () => {
    archive = await archiveOf(...files, textFile("last.txt", "last"));
    whole = await buffer(streamOf(archive));
    folder = await mkdtemp(path.join(os.tmpdir(), "kl-archive-"));
    zipFile = path.join(folder, "a.zip");
    await writeFile(zipFile, whole);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("has the size that it says, and is read by yauzl with the bytes of its files", async () => {
    expect(whole.length).toBe(archive.sizeBytes);
    const zip = await yauzl.fromBufferPromise(whole);
    const seen = new Map<string, Buffer>();
    for await (const entry of zip.eachEntry())
      seen.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)));
    expect([...seen.keys()]).toEqual([...files.map((file) => file.path), "last.txt"]);
    for (const file of files) expect(seen.get(file.path)?.equals(await buffer(file.bytes(signal)))).toBe(true);
    expect(whole.length).toBeLessThan(0.8 * files.length * PIECE_BYTES);
  });

  it("gives the same bytes for any range as the whole has there", async () => {
    const random = seededRandom(3);
    const size = whole.length;
    const ranges = [
      [0, 1],
      [size - 1, size],
      [size - 30, size],
      [0, size],
      [5, 5],
    ];
    for (let i = 0; i < 60; i++) {
      const start = Math.floor(random() * size);
      // Short and long ones alike.
      ranges.push([start, Math.min(size, start + Math.floor(random() ** 6 * size) + 1)]);
    }
    for (const [start, end] of ranges) {
      const part = await rangeOf(archive, start, end);
      expect(part.equals(whole.subarray(start, end)), `${start} to ${end}`).toBe(true);
    }
  });

  it("is found whole by Python's zipfile", async (context) => {
    const python = pythonJudge();
    if (python.missing !== undefined) return context.skip(python.missing);
    const program = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    print(json.dumps({"broken": z.testzip(), "names": [i.filename for i in z.infolist()], "times": sorted({i.date_time for i in z.infolist()})}))`;
    expect(await askPython(python.command, program, [zipFile])).toEqual({
      broken: null,
      names: [...files.map((file) => file.path), "last.txt"],
      times: [[1980, 1, 1, 0, 0, 0]],
    });
  });

  it("is found whole by unzip", async (context) => {
    if (!existsSync("/usr/bin/unzip")) return context.skip("unzip is not here: apt-get install unzip");
    const { stdout } = await promisify(execFile)("/usr/bin/unzip", ["-tq", zipFile]);
    expect(stdout).toContain("No errors detected");
  });

  it("is the same to the last byte when it is laid out again, and has another tag when anything differs", async () => {
    const again = await archiveOf(...mixedFiles(), textFile("last.txt", "last"));
    expect(again.etag).toBe(archive.etag);
    expect((await buffer(streamOf(again))).equals(whole)).toBe(true);
    expect((await archiveOf(...files, textFile("last.txt", "lost"))).etag).not.toBe(archive.etag);
    expect((await archiveOf(...files, textFile("lost.txt", "last"))).etag).not.toBe(archive.etag);
  });
});

it.each([true, false])("makes no more of a large file than a range needs, deflated %s", async (compress) => {
  const bytes = new Uint8Array(12 * PIECE_BYTES).map((_, i) => (i * 2654435761) >>> 24);
  const large = countedFile("large.bin", bytes, compress);
  const archive = await archiveOf(large.file, textFile("behind.txt", "behind"));
  const before = large.made();
  const at = Math.floor(archive.sizeBytes * 0.9);
  expect((await rangeOf(archive, at, at + 10)).length).toBe(10);
  expect(large.made() - before).toBeLessThanOrEqual(2 * PIECE_BYTES + 60_000);
  const deep = large.made();
  await rangeOf(archive, archive.sizeBytes - 150, archive.sizeBytes);
  expect(large.made()).toBe(deep);
});

/** A file of a thousand gigabytes, of which nobody has read a byte. */
function endlessFile() {
  let made = 0;
  let ended = false;
  const file: ExportFile = {
    path: "endless.bin",
    compress: false,
    async *bytes() {
      try {
        for (; ; made++) yield new Uint8Array(65_536);
      } finally {
        ended = true;
      }
    },
  };
  const packed = { path: file.path, bytes: 10 ** 12, crc32: 0, sha256: "", pieces: null };
  return { archive: createZipArchive([{ file, packed }]), made: () => made, ended: () => ended };
}

it("makes no more than a few buffers ahead of its reader, and stops when the reader goes away", async () => {
  const endless = endlessFile();
  const stream = streamOf(await endless.archive);
  let read = 0;
  for await (const chunk of stream) {
    read += (chunk as Uint8Array).length;
    expect(endless.made() * 65_536 - read).toBeLessThan(4 << 20);
    if (read > 32 << 20) break; // leaving the loop destroys the stream, as a closed browser does
  }
  await expect.poll(endless.ended).toBe(true);
});

it.each([
  "../up.txt",
  "a/../../up.txt",
  "/root.txt",
  "a//b.txt",
  "a\\b.txt",
  "c:d.txt",
  "a/3:00",
  "c:0",
  "a/./b",
  "x".repeat(1001),
])("refuses the name %s", async (name) => {
  await expect(archiveOf(textFile(name, ""))).rejects.toThrow("cannot be packed");
});

it("refuses two files that one folder of a case-blind disk would hold as one", async () => {
  await expect(archiveOf(textFile("a.txt", ""), textFile("A.txt", ""))).rejects.toThrow("same name");
});

describe("a file that is not what it was when it was packed", () => {
  const noise = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 2654435761) >>> 24);
  const changedAt = (index: number) => noise.map((value, i) => (i === index ? value ^ 1 : value));

  it.each([
    ["is shorter", noise.subarray(1)],
    ["is longer", new Uint8Array([...noise, 0])],
    ["has another byte", changedAt(200_000)],
  ])("breaks the zip off when it %s", async (_how, other) => {
    for (const compress of [true, false]) {
      const packed = await packFile({ ...bytesFile("a.bin", noise), compress }, signal);
      const archive = await createZipArchive([{ file: { ...bytesFile("a.bin", other), compress }, packed }]);
      await expect(buffer(streamOf(archive))).rejects.toThrow("not what it was");
    }
  });

  it("breaks the zip off when it cannot be read", async () => {
    const packed = await packFile(textFile("a.txt", "a"), signal);
    const broken: ExportFile = {
      path: "a.txt",
      compress: true,
      // biome-ignore lint/correctness/useYield: it has nothing to give
      async *bytes() {
        throw new Error("the disk is gone");
      },
    };
    const stream = streamOf(await createZipArchive([{ file: broken, packed }]));
    await expect(buffer(stream)).rejects.toThrow("the disk is gone");
  });
});

it("stops where its signal does", async () => {
  const abort = new AbortController();
  const parts = (await endlessFile().archive).bytes(0, 1e9, abort.signal);
  await parts.next();
  abort.abort(new Error("gone"));
  await expect(buffer(Readable.from(parts))).rejects.toThrow("gone");
});
