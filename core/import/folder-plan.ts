import { isImageFileName } from "./file-names.ts";
import { ownDataset } from "./own-dataset.ts";
import {
  baseOf,
  CELL_TRACKING,
  type LeftOutFile,
  objectionTo,
  type PlacedFile,
  placeOf,
  siblingFolders,
} from "./place-file.ts";

export type { LeftOutFile } from "./place-file.ts";

/** One volume that files are: an image and, where there are, its labels. */
export interface PlannedVolume {
  /** Unique in the plan; with folders before it where file names repeat. */
  readonly name: string;
  /** The same with one more folder before it, for a project where the name is taken. */
  readonly longerName: string;
  readonly image: string;
  readonly labels: string | null;
}

/** What becomes of every single file that was given. */
export interface FolderPlan {
  /** Conventions by which files were put together that go beyond `X_image`, `X_labels`: to be confirmed by a person. */
  readonly conventions: readonly string[];
  readonly volumes: readonly PlannedVolume[];
  readonly leftOut: readonly LeftOutFile[];
}

/** `files` are paths with `/`. Every one of them is in the plan exactly once. */
export function planFolder(files: readonly string[]): FolderPlan {
  const leftOut: LeftOutFile[] = [];
  const placed: PlacedFile[] = [];
  const volumeFiles = [...new Set(files)].sort().filter((file) => {
    const objection = objectionTo(file);
    if (objection) leftOut.push({ file, ...objection });
    return !objection;
  });
  const folders = siblingFolders(volumeFiles);
  const own = ownDataset(new Set(files));
  for (const file of volumeFiles) {
    const why = own(file);
    if (why) {
      leftOut.push({ file, why, missed: false });
      continue;
    }
    const place = placeOf(file, folders);
    if ("why" in place) leftOut.push(place);
    else placed.push(place);
  }
  const volumes = pairUp(placed, leftOut);
  const conventions = new Set(placed.flatMap(({ convention }) => convention ?? []));
  return {
    conventions: [...conventions],
    volumes: withUniqueNames(volumes),
    leftOut: leftOut.sort((a, b) => (a.file < b.file ? -1 : 1)),
  };
}

/** HDF5 and zipped OME-Zarr can hold image and labels together, whatever they are called. */
const HOLDS_SEVERAL = /\.(h5|hdf5|hdf|zip)$/i;

type Pair = PlacedFile & { readonly labels: string | null };

function pairUp(placed: readonly PlacedFile[], leftOut: LeftOutFile[]): Pair[] {
  const groups = new Map<string, PlacedFile[]>();
  for (const one of placed) groups.set(one.key, [...(groups.get(one.key) ?? []), one]);
  return [...groups.values()].flatMap((group) => {
    const images = group.filter(({ role }) => role === "image");
    const labels = group.filter(({ role }) => role === "labels").sort((a, b) => a.rank - b.rank);
    if (images.length === 0) return labels.flatMap((one) => aloneAsVolume(one, leftOut));
    const best = labels.filter(({ rank }) => rank === labels[0].rank);
    if (best.length > 1)
      for (const { file } of labels)
        leftOut.push({
          file,
          why: `there are ${best.length} label images for ${baseOf(images[0].file)}; name image and labels one by one`,
          missed: true,
          unplaced: true,
        });
    else
      for (const { file } of labels.slice(1))
        leftOut.push({ file, why: `${baseOf(best[0].file)} is taken as the labels of this volume`, missed: false });
    const partner = best.length === 1 ? best[0].file : null;
    const owner =
      images.find(({ file }) => isImageFileName(baseOf(file))) ??
      images.find(({ file }) => extensionOf(file) === extensionOf(partner ?? "")) ??
      images[0];
    return images.map((image) => ({ ...image, labels: image === owner ? partner : null }));
  });
}

const extensionOf = (file: string): string => /\.[^./]+$/.exec(file)?.[0].toLowerCase() ?? "";

function aloneAsVolume(one: PlacedFile, leftOut: LeftOutFile[]): Pair[] {
  if (HOLDS_SEVERAL.test(one.file) && one.convention !== CELL_TRACKING) return [{ ...one, labels: null }];
  leftOut.push({
    file: one.file,
    why: "called labels, and its image is not beside it; labels can be added on the import page",
    missed: true,
    unplaced: true,
  });
  return [];
}

/** Names that repeat get their folders before them, as many as are needed to tell them apart. */
function withUniqueNames(pairs: readonly Pair[]): PlannedVolume[] {
  const nameWith = ({ folders, stem }: Pair, count: number) =>
    [...(count > 0 ? folders.slice(-count) : []), stem].join("_");
  const depth = new Map(pairs.map((pair) => [pair, 0]));
  for (let round = 0; round < 32; round++) {
    const taken = new Map<string, Pair[]>();
    for (const [pair, count] of depth) {
      const name = nameWith(pair, count);
      taken.set(name, [...(taken.get(name) ?? []), pair]);
    }
    const repeated = [...taken.values()].filter((same) => same.length > 1).flat();
    if (repeated.length === 0) break;
    for (const pair of repeated) depth.set(pair, (depth.get(pair) ?? 0) + 1);
  }
  const given = new Set<string>();
  return pairs.map((pair) => {
    const count = depth.get(pair) ?? 0;
    const name = nameWith(pair, count);
    // Files of one folder that differ in their endings only.
    let own = name;
    for (let n = 2; given.has(own); n++) own = `${name} (${n})`;
    given.add(own);
    return { name: own, longerName: nameWith(pair, count + 1), image: pair.file, labels: pair.labels };
  });
}
