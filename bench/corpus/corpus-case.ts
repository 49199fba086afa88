import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";

/** A file and what is right about it. */
export interface CorpusCase {
  readonly name: string;
  readonly file: string;
  /** `.npy` with the right voxels, z, y, x; null where only a refusal or a word is right. */
  readonly expected: string | null;
  /** µm; null: not known here, or not said by the file. */
  readonly voxelSizeZyx: readonly [number, number, number] | null;
  readonly channel: number;
  readonly time: number;
  readonly image: string | null;
  /** Even with the right voxels something must be said. */
  readonly mustSay: boolean;
  /** Label image of the same stack, and its right voxels. */
  readonly labels: { readonly file: string; readonly expected: string | null } | null;
}

const manifestSchema = z.object({
  cases: z.array(
    z.object({
      file: z.string(),
      voxelSizeZyx: z.tuple([z.number(), z.number(), z.number()]).nullable(),
      channel: z.number(),
      time: z.number(),
      image: z.string().nullable(),
      mustSay: z.boolean(),
    }),
  ),
});

const NO_VOLUME = /(\.expected\.npy|\.md|\.json|\.py)$/;

/** Cases of a folder: by its `corpus.json` where it has one, else every file, with `<name>.expected.npy` beside it. */
export async function casesOf(folder: string): Promise<CorpusCase[]> {
  const manifestFile = path.join(folder, "corpus.json");
  const manifest = existsSync(manifestFile)
    ? new Map(
        manifestSchema.parse(JSON.parse(await readFile(manifestFile, "utf8"))).cases.map((one) => [one.file, one]),
      )
    : null;
  const names = (await readdir(folder)).filter((name) => !NO_VOLUME.test(name)).sort();
  const expectedOf = (stem: string) => {
    const file = path.join(folder, `${stem}.expected.npy`);
    return existsSync(file) ? file : null;
  };
  // `a.ome.tif` may have its voxels in `a.ome.expected.npy` or `a.expected.npy`.
  const rightOf = (name: string) => expectedOf(name.replace(/\.[^.]+$/, "")) ?? expectedOf(name.split(".")[0]);
  const labelsOf = (name: string) => {
    if (!/_image\./.test(name)) return null;
    const partner = names.find((other) => other.startsWith(`${name.split("_image.")[0]}_labels.`));
    return partner ? { file: path.join(folder, partner), expected: rightOf(partner) } : null;
  };
  return names
    .filter(
      (name) =>
        !/_labels\./.test(name) || !names.some((other) => other.startsWith(`${name.split("_labels.")[0]}_image.`)),
    )
    .filter((name) => !manifest || manifest.has(name))
    .map((name) => {
      const said = manifest?.get(name);
      return {
        name,
        file: path.join(folder, name),
        expected: rightOf(name),
        voxelSizeZyx: said?.voxelSizeZyx ?? null,
        channel: said?.channel ?? 0,
        time: said?.time ?? 0,
        image: said?.image ?? null,
        mustSay: said?.mustSay ?? false,
        labels: labelsOf(name),
      };
    });
}
