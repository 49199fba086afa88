import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { unzipSync } from "fflate";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../server/ingest/testing/temporary-folder.ts";
import { casesOf } from "./corpus-case.ts";
import { judgeCase } from "./judge-case.ts";

/*
 * Files of 5 × 7 × 6 voxels by nibabel, pynrrd, SimpleITK, NumPy, Pillow and tifffile with their voxels as NumPy saves them, so
 * that the suite needs no Python. Made anew:
 * `CORPUS_SHAPE=5,7,6 python3 make_corpus.py DIR --names '^(n|r|m|np|s)_|^t_(bits|type|sparse|palette|zstd|int64|min_is|lerc|jpeg2000|png)|^lsm|^mm_'`,
 * then, in DIR, `zip -0rX ../small-corpus.zip . && gzip -9n ../small-corpus.zip`.
 */
const ARCHIVE = new URL("./small-corpus.zip.gz", import.meta.url);
const folder = temporaryFolder();

/** 64-bit integers far beyond 32 bits: nothing here can hold them. */
const REFUSED_RIGHTLY = ["t_big_int64.tif", "t_type_int64.tif"];

it("every file of the small corpus is read right or refused in words", async () => {
  const corpus = path.join(folder, "corpus");
  await mkdir(corpus);
  for (const [name, bytes] of Object.entries(unzipSync(gunzipSync(await readFile(ARCHIVE)))))
    if (!name.endsWith("/")) await writeFile(path.join(corpus, name), bytes);
  const cases = await casesOf(corpus);
  expect(cases.length).toBeGreaterThan(150);
  const wrong: string[] = [];
  for (const one of cases) {
    const { verdict, why } = await judgeCase(one);
    const wanted = one.expected && !REFUSED_RIGHTLY.includes(one.name) ? "right" : "refusedClearly";
    if (verdict !== wanted) wrong.push(`${one.name}: ${verdict}, ${why}`);
  }
  expect(wrong).toEqual([]);
}, 60_000);
