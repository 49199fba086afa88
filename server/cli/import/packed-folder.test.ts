import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { openZipStore } from "../../ingest/stores/zip-store.ts";
import { runPython } from "../../ingest/testing/python.ts";
import { temporaryFolder } from "../../ingest/testing/temporary-folder.ts";
import { packFolder } from "./packed-folder.ts";

const folder = temporaryFolder();

/** What Python's zipfile finds: names with sizes, each checked against its sum. */
const byPython = (zip: string): [string, number][] =>
  JSON.parse(
    runPython(
      `import sys, json, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
print(json.dumps([[i.filename, i.file_size] for i in z.infolist()]))`,
      zip,
    ),
  );

async function written(root: string, pieceBytes: number, wideFrom?: number): Promise<string> {
  const packed = await packFolder(root, wideFrom);
  const zip = `${root}.zip`;
  const parts: Uint8Array[] = [];
  for (let at = 0; at < packed.size; at += pieceBytes)
    parts.push(await packed.read(at, Math.min(packed.size, at + pieceBytes)));
  writeFileSync(zip, Buffer.concat(parts));
  return zip;
}

describe("a folder as a zip", () => {
  it("is read by another program as it is, in pieces of any size, and is always the same", async () => {
    const root = path.join(folder, "a.zarr");
    mkdirSync(path.join(root, "0/c/0"), { recursive: true });
    writeFileSync(path.join(root, "zarr.json"), "{}");
    writeFileSync(path.join(root, "0/c/0/1"), Buffer.alloc(70_001, 7));
    writeFileSync(path.join(root, "0/c/0/Größe"), "ä");
    writeFileSync(path.join(root, "empty"), "");
    writeFileSync(path.join(root, ".zattrs"), "{}");
    writeFileSync(path.join(root, ".DS_Store"), "clutter");
    const right = [
      [".zattrs", 2],
      ["0/c/0/1", 70_001],
      ["0/c/0/Größe", 2],
      ["empty", 0],
      ["zarr.json", 2],
    ];
    for (const pieceBytes of [997, 1 << 20]) expect(byPython(await written(root, pieceBytes))).toEqual(right);
    const [one, other] = [await packFolder(root), await packFolder(root)];
    expect(await one.read(0, one.size)).toEqual(await other.read(0, other.size));
    // Byte by byte where headers and files meet.
    const whole = await one.read(0, one.size);
    for (let at = 0; at < 400; at++) expect(await one.read(at, at + 3)).toEqual(whole.slice(at, at + 3));
  });

  it("says sizes and places with 64 bits where 32 do not hold them", async () => {
    const root = path.join(folder, "wide.zarr");
    mkdirSync(root);
    for (const [name, bytes] of [
      ["a", 10],
      ["b", 300],
      ["c", 20],
    ] as const)
      writeFileSync(path.join(root, name), Buffer.alloc(bytes, name));
    // As if 4 GB were a hundred bytes.
    const zip = await written(root, 64, 100);
    expect(byPython(zip)).toEqual([
      ["a", 10],
      ["b", 300],
      ["c", 20],
    ]);
    const store = await openZipStore(zip);
    expect(Buffer.from((await store.get("/b")) ?? []).toString()).toBe("b".repeat(300));
    store.close();
  });
});
