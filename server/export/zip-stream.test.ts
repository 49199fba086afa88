import { once } from "node:events";
import { buffer } from "node:stream/consumers";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import yauzl from "yauzl";
import { type ExportFile, textFile } from "./export-file.ts";
import { zipStream } from "./zip-stream.ts";

const madeAt = new Date("2026-11-02T10:00:00Z");
const closing = () => textFile("last.txt", "last");

async function* listOf(...files: ExportFile[]): AsyncGenerator<ExportFile> {
  yield* files;
}

/** A file that counts how much of it was asked for, and whether its reader was told to stop. */
function endlessFile(): { file: ExportFile; made: () => number; ended: () => boolean } {
  let made = 0;
  let ended = false;
  return {
    made: () => made,
    ended: () => ended,
    file: {
      path: "endless.bin",
      compress: false,
      async *bytes(signal) {
        try {
          for (; !signal.aborted; made++) yield new Uint8Array(65_536);
        } finally {
          ended = true;
        }
      },
    },
  };
}

describe("a zip of files that are made while it is read", () => {
  it("holds their bytes, and hands their digests to the last one", async () => {
    const bytes = await buffer(
      zipStream(
        listOf(textFile("a/one.txt", "1".repeat(100_000)), { ...textFile("two.bin", "22"), compress: false }),
        [
          (digests) => textFile("last.txt", digests.map((digest) => `${digest.path} ${digest.bytes}`).join("\n")),
          (digests) => textFile("sums.txt", digests.map(({ path }) => path).join(" ")),
        ],
        madeAt,
      ),
    );
    const zip = await yauzl.fromBufferPromise(bytes);
    const seen: Record<string, string> = {};
    for await (const entry of zip.eachEntry())
      seen[entry.fileName] = (await buffer(await zip.openReadStreamPromise(entry))).toString();
    expect(seen).toEqual({
      "a/one.txt": "1".repeat(100_000),
      "two.bin": "22",
      "last.txt": "a/one.txt 100000\ntwo.bin 2",
      "sums.txt": "a/one.txt two.bin last.txt",
    });
    expect(bytes.length).toBeLessThan(2000);
  });

  it("makes no more than a few buffers ahead of its reader, and stops when the reader goes away", async () => {
    const endless = endlessFile();
    const stream = zipStream(listOf(endless.file), [closing], madeAt);
    let read = 0;
    for await (const chunk of stream) {
      read += (chunk as Uint8Array).length;
      expect(endless.made() * 65_536 - read).toBeLessThan(4 << 20);
      if (read > 32 << 20) break; // leaving the loop destroys the stream, as a closed browser does
    }
    for (let turns = 0; !endless.ended() && turns < 10_000; turns++) await turn();
    expect(endless.ended()).toBe(true);
    const made = endless.made();
    for (let turns = 0; turns < 100; turns++) await turn();
    expect(endless.made()).toBe(made);
  });

  it.each([
    "../up.txt",
    "a/../../up.txt",
    "/root.txt",
    "a//b.txt",
    "a\\b.txt",
    "c:d.txt",
    "a/./b",
    `${"x".repeat(1001)}`,
  ])("refuses the name %s", async (name) => {
    await expect(buffer(zipStream(listOf(textFile(name, "")), [closing], madeAt))).rejects.toThrow("cannot be packed");
  });

  it("refuses a name too long to unpack", async () => {
    await expect(buffer(zipStream(listOf(textFile("x".repeat(1001), "")), [closing], madeAt))).rejects.toThrow(
      "packed",
    );
  });

  it("refuses two files that one folder of a case-blind disk would hold as one", async () => {
    const files = listOf(textFile("a.txt", ""), textFile("A.txt", ""));
    await expect(buffer(zipStream(files, [closing], madeAt))).rejects.toThrow("same name");
  });

  it("breaks off, rather than ends, when a file cannot be read", async () => {
    const broken: ExportFile = {
      path: "broken.bin",
      compress: true,
      async *bytes() {
        yield new Uint8Array(10);
        throw new Error("the disk is gone");
      },
    };
    const stream = zipStream(listOf(textFile("a.txt", "a"), broken), [closing], madeAt);
    const failure = once(stream, "error");
    stream.resume();
    expect(String((await failure)[0])).toContain("the disk is gone");
    expect(stream.readableEnded).toBe(false);
  });

  it("breaks off when a file is shorter than it said", async () => {
    const short = { ...textFile("short.bin", "123"), sizeBytes: 4 };
    await expect(buffer(zipStream(listOf(short), [closing], madeAt))).rejects.toThrow("unexpected number of bytes");
  });
});
