import { spawnSync } from "node:child_process";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, expect, it } from "vitest";
import { readEnvironment } from "../../env.ts";
import { openVolumeFile } from "../open-volume-file.ts";
import { describeSource } from "../source/describe-source.ts";
import { openZipStore } from "../stores/zip-store.ts";
import { poll } from "../testing/poll.ts";
import { smallCzi } from "../testing/small-czi.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { validFiles, validPixels } from "../testing/valid-files.ts";
import { readWholeVolume } from "../voxels/read-whole-volume.ts";
import { convertFile } from "./convert-file.ts";
import { convertedFolder } from "./converted.ts";
import { type Converter, findConverter } from "./find-converter.ts";

const folder = temporaryFolder();
const ngff = path.join(folder, "ngff");
let files = 0;

/** Stands for bioformats2raw: a script that starts another process, as the real one starts Java. */
async function fake(body: string, version = "0.9.4"): Promise<string> {
  const program = path.join(folder, `tools-${files++}`, "bioformats2raw");
  await mkdir(path.dirname(program));
  const script = `#!/bin/sh
if [ "$1" = --version ]; then echo "Version = ${version}"; echo "Bio-Formats version = 7.3.1"; exit 0; fi
for last; do :; done; output="$last"
${body}`;
  await writeFile(program, script);
  await chmod(program, 0o755);
  return program;
}
const converter = (program: string): Converter => ({ name: "bioformats2raw", program, version: "0.9.4" });

async function czi(): Promise<{ file: string; fileName: string; scratch: string; maxBytes: number }> {
  const file = path.join(folder, `file-${files++}`);
  await writeFile(file, smallCzi());
  return { file, fileName: "embryo.czi", scratch: `${file}-scratch`, maxBytes: 50e6 };
}
const never = new AbortController().signal;
const quick = { longestMs: 60_000, stalledMs: 60_000, lookEveryMs: 20 };
const left = async (): Promise<string[]> => (await readdir(folder)).filter((name) => /scratch|converted/.test(name));

beforeAll(async () => {
  const zip = path.join(folder, "a.zip");
  await writeFile(zip, await validFiles["zarr2-zstd"]());
  const store = await openZipStore(zip);
  for (const name of store.names) {
    // As bioformats2raw lays it out: series 0 below the root.
    const to = path.join(ngff, "0", name);
    await mkdir(path.dirname(to), { recursive: true });
    await writeFile(to, (await store.get(`/${name}`)) ?? "");
  }
  store.close();
  await writeFile(path.join(ngff, ".zattrs"), JSON.stringify({ "bioformats2raw.layout": 3 }));
  await writeFile(path.join(ngff, ".zgroup"), JSON.stringify({ zarr_format: 2 }));
});

it("is found where it is set up, in a version that is known", async () => {
  const look = async (program: string) =>
    (await findConverter(readEnvironment({ KARYOLOOP_CONVERTER: program })))?.version ?? null;
  expect(await look(await fake(""))).toBe("0.9.4");
  expect(await look(await fake("", "0.4.1"))).toBeNull();
  expect(await look(await fake("", "1.0.0"))).toBeNull();
  expect(await look(await fake("", "of nothing"))).toBeNull();
  expect(await look("none")).toBeNull();
  expect(await look(path.join(folder, "not-there"))).toBeNull();
});

it("makes a volume of a file that is not read, which stays the file that it was", async () => {
  const program = await fake(`
echo "$@" > "${folder}/words"; env > "${folder}/environment"; pwd > "${folder}/place"; head -c 10 "$4" > "${folder}/head"
echo "[0/0] 45% |###"; cp -r "${ngff}" "$output"`);
  process.env.DATABASE_URL_OF_TEST = "secret";
  const one = await czi();
  await expect(openVolumeFile(one.file, one.fileName)).rejects.toMatchObject({
    tag: "other-format",
    hint: expect.stringMatching(/bioformats2raw or Bio-Formats' bfconvert, such files are read here/),
  });
  await convertFile(converter(program), one, () => {}, never, quick);
  const file = await openVolumeFile(one.file, one.fileName);
  expect(file.contents.notes[0]).toBe("It was converted by bioformats2raw 0.9.4.");
  const { images } = file.contents;
  expect(images.map(({ path: image }) => image)).toEqual(["0/0"]);
  expect((await readWholeVolume(await file.open({ image: "0/0", channel: 0, time: 0 }))).pixels).toEqual(validPixels);
  await file.close();
  const origin = { kind: "file", ...one, choice: { image: "0/0", channel: 0, time: 0 } } as const;
  expect(await describeSource(origin, "image")).toMatchObject({
    fileName: "embryo.czi",
    bytes: smallCzi().length,
    header: "converted by: bioformats2raw 0.9.4",
  });
  // What it is given: the file by its ending, bounds of memory, and nothing of the server's.
  expect(await readFile(path.join(folder, "words"), "utf8")).toMatch(/--resolutions=1 .*input\.czi .*output\.zarr/);
  expect(await readFile(path.join(folder, "head"), "utf8")).toBe("ZISRAWFILE");
  const environment = await readFile(path.join(folder, "environment"), "utf8");
  expect(environment).toMatch(/JAVA_TOOL_OPTIONS=-Xmx2048m/);
  expect(environment).toContain(`HOME=${one.scratch}`);
  expect(environment).not.toContain("secret");
  delete process.env.DATABASE_URL_OF_TEST;
  expect((await readFile(path.join(folder, "place"), "utf8")).trim()).toBe(one.scratch);
  expect(await left()).toEqual([path.basename(convertedFolder(one.file))]);
});

it("one that hangs is ended with all that it started, by a bound or by a person", async () => {
  const begun = path.join(folder, "begun");
  const program = await fake(`sh -c 'trap "" TERM; echo $$ > "${begun}"; while :; do sleep 0.1; done'`);
  const pid = async () => Number(await readFile(begun, "utf8").catch(() => "")) || null;
  const isGone = (one: number) => spawnSync("kill", ["-0", String(one)]).status !== 0;
  const stalled = await czi();
  await expect(
    convertFile(converter(program), stalled, () => {}, never, { ...quick, stalledMs: 1000 }),
  ).rejects.toMatchObject({ tag: "conversion-stalled", where: "embryo.czi" });
  const first = await poll(pid);
  await poll(async () => isGone(first));
  const abort = new AbortController();
  const cancelled = convertFile(converter(program), await czi(), () => {}, abort.signal, quick);
  const second = await poll(async () => {
    const now = await pid();
    return now !== first && now;
  });
  abort.abort();
  await expect(cancelled).rejects.toThrow(/abort/);
  await poll(async () => isGone(second));
}, 60_000);

it("one that fills the disk, fails, or makes nothing is refused in words, and nothing of it stays", async () => {
  const before = await left();
  const filling = await fake(`mkdir -p "$output"; while :; do head -c 1000000 /dev/zero >> "$output/chunk"; done`);
  await expect(
    convertFile(converter(filling), { ...(await czi()), maxBytes: 3e6 }, () => {}, never, quick),
  ).rejects.toMatchObject({ tag: "conversion-too-large", what: expect.stringContaining("3 MB") });
  const failing = await fake(`echo "Exception in thread main" >&2; printf "Missing \\033[2Jblocks\\n" >&2; exit 3`);
  await expect(convertFile(converter(failing), await czi(), () => {}, never, quick)).rejects.toMatchObject({
    tag: "conversion-failed",
    what: expect.stringMatching(/0\.9\.4 could not convert it: Exception in thread main \| Missing +\[2Jblocks/),
  });
  const nothing = await fake("exit 0");
  await expect(convertFile(converter(nothing), await czi(), () => {}, never, quick)).rejects.toMatchObject({
    tag: "conversion-failed",
  });
  expect(await left()).toEqual(before);
}, 60_000);
