import { execFileSync } from "node:child_process";
import { mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isProblem } from "../../core/problem.ts";
import type { BackupHead } from "./archive-format.ts";
import { type ReadPart, readBackup } from "./archive-reader.ts";
import { ArchiveWriter } from "./archive-writer.ts";
import type { ByteSink, ByteSource } from "./byte-stream.ts";
import { readTarHeader, tarHeader } from "./tar.ts";

const head: BackupHead = {
  format: 1,
  version: "0.1.0",
  madeAt: "2026-11-27T10:00:00.000Z",
  migration: 1,
  tables: [{ name: "user", columns: ["id"] }],
};
const facts = { format: 1 as const, rows: { user: 2 }, blobs: 3, blobBytes: 900, uploads: 0, missing: [] };
const longKey = `volumes/${"v".repeat(36)}/${"x".repeat(120)}/${Array.from({ length: 60 }, (_, i) => `d${i}`).join("/")}`;
const bytes = (length: number, seed: number) => Buffer.from(Uint8Array.from({ length }, (_, i) => (i * seed) & 255));
const parts: [string, Buffer][] = [
  ["secrets/sessions", Buffer.from("secret")],
  ["tables/user/000001.copy.gz", bytes(700, 7)],
  ["blobs/volumes/a/zarr.json", bytes(512, 3)],
  [`blobs/${longKey}`, bytes(388, 5)],
  ["blobs/volumes/empty", bytes(0, 1)],
];

function memorySink(): ByteSink & { all(): Buffer } {
  const pieces: Buffer[] = [];
  return {
    write: async (piece) => void pieces.push(Buffer.from(piece)),
    end: async () => {},
    all: () => Buffer.concat(pieces),
  };
}
function memorySource(all: Buffer, piece = 1000): ByteSource {
  let at = 0;
  return {
    async next() {
      const next = all.subarray(at, at + piece);
      at += next.length;
      return next.length > 0 ? next : null;
    },
  };
}

async function write(given = parts): Promise<Buffer> {
  const sink = memorySink();
  const archive = await ArchiveWriter.begin(sink, head);
  for (const [name, content] of given) await archive.add(name, content);
  await archive.end(facts);
  return sink.all();
}

async function readAll(all: Buffer): Promise<[string, Buffer][]> {
  const backup = await readBackup(memorySource(all));
  const read: [string, Buffer][] = [];
  for (;;) {
    const next: IteratorResult<ReadPart> | IteratorReturnResult<unknown> = await backup.parts.next();
    if (next.done) return read;
    const pieces: Buffer[] = [];
    for await (const piece of next.value.pieces) pieces.push(piece);
    read.push([`${next.value.kind} ${next.value.name}`, Buffer.concat(pieces)]);
  }
}

let folder: string;
let archive: Buffer;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-archive-"));
  archive = await write();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("gives back what was put in, in order", async () => {
  expect(longKey.length).toBeGreaterThan(255);
  expect(await readAll(archive)).toEqual([
    ["secret sessions", parts[0][1]],
    ["table user", parts[1][1]],
    ["blob volumes/a/zarr.json", parts[2][1]],
    [`blob ${longKey}`, parts[3][1]],
    ["blob volumes/empty", parts[4][1]],
  ]);
});

it("takes any number of parts, with sums after each thousand", async () => {
  for (const count of [998, 999, 1000, 1001, 2345]) {
    const many = Array.from({ length: count }, (_, i): [string, Buffer] => [`blobs/${i}`, bytes(i % 5, 1)]);
    expect(await readAll(await write(many))).toHaveLength(count);
  }
});

it("tar unpacks it and sha256sum agrees with it", async () => {
  await writeFile(path.join(folder, "b.tar"), archive);
  execFileSync("tar", ["-xf", "b.tar"], { cwd: folder });
  for (const [name, content] of parts) expect(await readFile(path.join(folder, name))).toEqual(content);
  const [sums] = await readdir(path.join(folder, "sha256sums"));
  const said = execFileSync("sha256sum", ["-c", `sha256sums/${sums}`], { cwd: folder, encoding: "utf8" });
  expect(said.match(/: OK/g)).toHaveLength(parts.length + 1);
});

it("reads the sizes of files beyond 8 GB, as tar does", async () => {
  const entry = { name: "uploads/large", size: 3 * 2 ** 33 + 5 };
  const header = tarHeader(entry, new Date(0));
  let at = 0;
  const read = async (count: number) => {
    at += count;
    return header.subarray(at - count, at);
  };
  expect(await readTarHeader(read)).toEqual(entry);
  // A hole of that size, as tar lists it.
  const file = path.join(folder, "large.tar");
  await writeFile(file, header);
  const handle = await open(file, "r+");
  await handle.truncate(header.length + entry.size + 512 * 4);
  await handle.close();
  expect(execFileSync("tar", ["-tvf", file], { encoding: "utf8" })).toContain(` ${entry.size} `);
});

describe("what was changed is found", () => {
  const expectProblem = async (changed: Buffer, how: string) => {
    const outcome = await readAll(changed).then(
      () => "taken for whole",
      (error) => (isProblem(error) ? error.tag : String(error.stack)),
    );
    expect(outcome, how).toMatch(/^backup-(damaged|newer)$/);
  };

  it("any byte that counts", async () => {
    const isPadding = paddingOf(archive);
    let tried = 0;
    for (let at = 0; at < archive.length; at += 7) {
      if (isPadding(at)) continue;
      const changed = Buffer.from(archive);
      changed[at] ^= 1 << (at % 8);
      await expectProblem(changed, `byte ${at}`);
      tried++;
    }
    expect(tried).toBeGreaterThan(500);
  });

  it("a cut anywhere, and what was put behind the end", async () => {
    for (let length = 0; length < archive.length; length += 256)
      await expectProblem(archive.subarray(0, length), `${length} bytes`);
    await expectProblem(archive.subarray(0, -1), "the last byte");
    await expectProblem(Buffer.concat([archive, Buffer.alloc(512)]), "longer");
  });

  it("parts in another order, missing or doubled", async () => {
    const whole = await write();
    const blocks = (name: string) => {
      const header = tarHeader(
        { name, size: parts.find(([one]) => one === name)?.[1].length ?? 0 },
        new Date(head.madeAt),
      );
      const from = whole.indexOf(header);
      return [from, from + 1024] as const;
    };
    const [from, to] = blocks("blobs/volumes/a/zarr.json");
    expect(from).toBeGreaterThan(0);
    await expectProblem(Buffer.concat([whole.subarray(0, from), whole.subarray(to)]), "missing");
    await expectProblem(Buffer.concat([whole.subarray(0, to), whole.subarray(from)]), "doubled");
  });

  it.each([
    "../../etc/passwd",
    "blobs/../../x",
    "/etc/passwd",
    "blobs/.hidden",
    "secrets/../x",
    "tables/user",
    "uploads/../../../../../../../../../x",
  ])("a file named %s", async (name) => {
    await expectProblem(await write([[name, bytes(3, 1)]]), name);
  });

  it("a link in the place of a file", async () => {
    const changed = Buffer.from(archive);
    const at = changed.indexOf("secrets/sessions");
    changed.write("2", at + 156);
    changed.fill(" ", at + 148, at + 156);
    const sum = changed.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
    changed.write(`${sum.toString(8).padStart(6, "0")}\0 `, at + 148);
    await expectProblem(changed, "link");
  });
});

/** Bytes that tar writes to fill a block carry nothing, and neither do the two that end a checksum. */
function paddingOf(all: Buffer): (at: number) => boolean {
  const ignored: [number, number][] = [];
  for (let at = 0; at < all.length && all[at] !== 0; ) {
    const size = Number.parseInt(all.toString("latin1", at + 124, at + 135), 8);
    ignored.push([at + 154, at + 156]);
    ignored.push([at + 512 + size, at + 512 + Math.ceil(size / 512) * 512]);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return (at) => ignored.some(([from, to]) => at >= from && at < to);
}
