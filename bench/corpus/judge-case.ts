import path from "node:path";
import type { FileImage } from "../../core/import/file-contents.ts";
import { labelFindingsOf, partsQuestion } from "../../core/import/label-findings.ts";
import { labelChannelQuestion, labelTimeQuestion, labelVoxelSizeQuestion } from "../../core/import/open-questions.ts";
import { findPieces } from "../../core/labels/label-pieces.ts";
import { isProblem } from "../../core/problem.ts";
import { assertSameShape, toLabelSource } from "../../server/ingest/labels/label-source.ts";
import { openVolumeFile } from "../../server/ingest/open-volume-file.ts";
import { zeroNonFinite } from "../../server/ingest/pyramid/write-image.ts";
import { readWholeVolume, type WholeVolume } from "../../server/ingest/voxels/read-whole-volume.ts";
import type { CorpusCase } from "./corpus-case.ts";
import { readNpy } from "./npy.ts";

export type Verdict = "right" | "saidInWords" | "refusedClearly" | "silentlyWrong";

export interface Judgement {
  readonly verdict: Verdict;
  readonly why: string;
}

interface Read {
  readonly image: FileImage;
  readonly volume: WholeVolume;
  readonly notes: readonly string[];
  readonly asked: readonly string[];
}

async function read(
  file: string,
  choice: { image: string | null; channel: number; time: number; labels: boolean },
): Promise<Read> {
  const opened = await openVolumeFile(file, path.basename(file));
  try {
    const { images } = opened.contents;
    // Who converted it says nothing about what is wrong.
    const notes = opened.contents.notes.filter((note) => !note.startsWith("It was converted by "));
    const image =
      images.find((one) => one.path === choice.image) ??
      images.find((one) => one.looksLikeLabels === choice.labels) ??
      images[0];
    const source = await opened.open({ image: image.path, channel: choice.channel, time: choice.time });
    // A size that was not taken is asked for.
    const asked = image.voxelSizeZyx === null && !choice.labels ? [image.voxelSizeNote] : [];
    const volume = await readWholeVolume(choice.labels ? toLabelSource(source) : source);
    // As the import does: they become 0, and their number is on the quality card and said by the command line.
    const nonFinite = choice.labels ? 0 : zeroNonFinite(volume.pixels);
    if (nonFinite > 0) asked.push(`${nonFinite} voxels are no finite numbers.`);
    return { image, volume, notes, asked };
  } finally {
    await opened.close();
  }
}

/** What the importer asks of a label image before it takes it. */
function questionsOf({ image, volume }: Read, of: FileImage): string[] {
  const space = { shapeZyx: volume.shapeZyx, voxelSizeZyx: of.voxelSizeZyx ?? ([1, 1, 1] as const) };
  const pieces = findPieces(Uint32Array.from(volume.pixels), volume.shapeZyx);
  const asked = [
    labelChannelQuestion(image),
    labelTimeQuestion(image, of.times),
    labelVoxelSizeQuestion(image, of.voxelSizeZyx),
    partsQuestion(labelFindingsOf(pieces, space)),
  ];
  return asked.flatMap((question) => (question ? [question.what] : []));
}

/** Where the voxels differ from the expected ones, or null. */
async function difference(volume: WholeVolume, expectedFile: string): Promise<string | null> {
  const expected = await readNpy(expectedFile);
  if (volume.shapeZyx.join() !== expected.shape.join())
    return `shape ${volume.shapeZyx.join(" × ")} instead of ${expected.shape.join(" × ")}`;
  for (let i = 0; i < volume.pixels.length; i++) {
    const right = expected.at(i);
    if (Number(right) !== volume.pixels[i]) return `voxel ${i} is ${volume.pixels[i]} instead of ${right}`;
  }
  return null;
}

function sizeDiffers(image: FileImage, expected: CorpusCase["voxelSizeZyx"]): string | null {
  if (!expected || !image.voxelSizeZyx) return null; // a size that is not read is asked for
  const off = image.voxelSizeZyx.some((size, axis) => Math.abs(size / expected[axis] - 1) > 1e-4);
  return off ? `voxel size ${image.voxelSizeZyx.join(", ")} instead of ${expected.join(", ")}` : null;
}

/** Reads a file as the importer does and says which of the four it was; anything but a Problem is thrown on. */
export async function judgeCase(one: CorpusCase): Promise<Judgement> {
  try {
    const found = await read(one.file, { image: one.image, channel: one.channel, time: one.time, labels: false });
    const wrong = one.expected
      ? ((await difference(found.volume, one.expected)) ?? sizeDiffers(found.image, one.voxelSizeZyx))
      : "taken, although it should be refused or explained";
    let said = found.notes;
    let wrongLabels: string | null = null;
    if (one.labels) {
      const labels = await read(one.labels.file, { image: null, channel: 0, time: 0, labels: true });
      assertSameShape(found.image.shapeZyx, labels.image.shapeZyx);
      said = [...said, ...labels.notes, ...questionsOf(labels, found.image)];
      wrongLabels = one.labels.expected
        ? await difference(labels.volume, one.labels.expected)
        : "labels taken, although they should be refused or explained";
    }
    const fault =
      wrong ??
      wrongLabels ??
      (one.mustSay && said.length + found.asked.length === 0 ? "right voxels, but nothing is said" : null);
    if (!fault) return { verdict: "right", why: said.join(" ") };
    return said.length > 0 ? { verdict: "saidInWords", why: said.join(" ") } : { verdict: "silentlyWrong", why: fault };
  } catch (error) {
    if (!isProblem(error)) throw error;
    return { verdict: "refusedClearly", why: `${error.what} (${error.where ?? ""}) ${error.hint ?? ""}` };
  }
}
