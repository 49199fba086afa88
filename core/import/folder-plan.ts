import { isImageFileName, isLabelFileName, isVolumeFileName, volumeNameOf } from "./file-names.ts";

/** One volume that files are: an image and, where there are, its labels. */
export interface PlannedVolume {
  /** Unique in the plan; with folders before it where file names repeat. */
  readonly name: string;
  /** The same with one more folder before it, for a project where the name is taken. */
  readonly longerName: string;
  readonly image: string;
  readonly labels: string | null;
}

export interface LeftOutFile {
  readonly file: string;
  readonly why: string;
  /** A person would miss it. */
  readonly missed: boolean;
  /** It can be read, but nobody knows to which image it belongs: a person can say it on the page. */
  readonly unplaced?: boolean;
}

/** What becomes of every single file that was given. */
export interface FolderPlan {
  /** Conventions by which files were put together that go beyond `X_image`, `X_labels`: to be confirmed by a person. */
  readonly conventions: readonly string[];
  readonly volumes: readonly PlannedVolume[];
  readonly leftOut: readonly LeftOutFile[];
}

interface PlacedFile {
  readonly file: string;
  readonly role: "image" | "labels";
  /** Equal for image and labels of one volume. */
  readonly key: string;
  readonly stem: string;
  /** Folders from the outermost to the one before the file, without those that only say image or labels. */
  readonly folders: readonly string[];
  readonly convention: string | null;
  /** Of two label files for an image the one with the smaller number is taken; equal ones are a question. */
  readonly rank: number;
}

const CELL_TRACKING = "Cell Tracking Challenge: 01 with 01_GT/SEG";
const NNUNET = "nnU-Net: imagesTr with labelsTr, _0000 is the first channel";
const SIBLINGS = "folders of images and of masks with equal file names";
const CELLPOSE = "Cellpose: X_masks or X_cp_masks beside X";
const PREFIX = "mask-X beside X";

/** HDF5 and zipped OME-Zarr can hold image and labels together, whatever they are called. */
const HOLDS_SEVERAL = /\.(h5|hdf5|hdf|zip)$/i;

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
  for (const file of volumeFiles) {
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

const partsOf = (file: string): string[] => file.split("/").filter((part) => part !== "" && part !== ".");
const baseOf = (file: string): string => file.slice(file.lastIndexOf("/") + 1);

/** Formats of images and labels that are told apart by their names alone; others are named by their content. */
const OTHER_IMAGES =
  /\.(czi|lif|nd2|oib|oif|stk|vsi|mrc|ims|mat|npy|npz|dcm|png|jpe?g|bmp|gif|nii(\.gz)?|nrrd|mha|mhd|klb|n5|tf|xml|dv|r3d|sld|lof|avi|mp4)$/i;

function objectionTo(file: string): { why: string; missed: boolean } | null {
  const name = baseOf(file);
  if (name.startsWith("._") || partsOf(file).includes("__MACOSX"))
    return { why: "written by macOS beside the file of this name; it holds no image", missed: false };
  if (name.startsWith(".") || partsOf(file).some((part) => part.startsWith(".") && part !== ".."))
    return { why: "a hidden file", missed: false };
  if (/_seg\.npy$/i.test(name))
    return {
      why: "Cellpose's own file: save its masks as TIFF there (File > Save masks as PNG/TIFF), which gives X_cp_masks.tif",
      missed: true,
    };
  if (isVolumeFileName(name)) return null;
  const isImage = OTHER_IMAGES.test(name);
  return { why: isImage ? "a format that is not read; save it as TIFF" : "no volume, by its name", missed: isImage };
}

const IMAGE_FOLDER = /^(images?|imgs?|raw|rawdata|input|inputs|imagesT[rs]|imagesVal)$/i;
const LABEL_FOLDER =
  /^(masks?|labels?|labelsT[rs]|labelsVal|gt|ground[ _-]?truth|annotations?|seg(mentations?)?|instances?|targets?)$/i;

/** What folders of one pair have in common: `Tr` of imagesTr and labelsTr, else nothing. */
const splitOf = (folder: string): string => /(T[rs]|Val)$/.exec(folder)?.[0] ?? "";

/** Path of a file with the folder that says what it holds taken out; null where there is none. */
function sidesOf(file: string): { key: string; folder: string; role: "image" | "labels"; folders: string[] } | null {
  const folders = partsOf(file).slice(0, -1);
  for (let i = folders.length - 1; i >= 0; i--) {
    const folder = folders[i];
    const role = LABEL_FOLDER.test(folder) ? "labels" : IMAGE_FOLDER.test(folder) ? "image" : null;
    if (!role) continue;
    const others = folders.filter((_, at) => at !== i);
    return {
      key: [...others.slice(0, i), `*${splitOf(folder)}`, ...others.slice(i)].join("/"),
      folder,
      role,
      folders: others,
    };
  }
  return null;
}

/** Keys of folders that have images on one side and labels on the other. */
function siblingFolders(files: readonly string[]): ReadonlySet<string> {
  const sides = new Map<string, Set<string>>();
  for (const file of files) {
    const side = sidesOf(file);
    if (side) sides.set(side.key, (sides.get(side.key) ?? new Set()).add(side.role));
  }
  return new Set([...sides].filter(([, roles]) => roles.size === 2).map(([key]) => key));
}

function placeOf(file: string, siblings: ReadonlySet<string>): PlacedFile | LeftOutFile {
  const tracking = placeInTracking(file);
  if (tracking) return tracking;
  const name = baseOf(file);
  const side = sidesOf(file);
  const labels = isLabelFileName(name);
  const nnunet = side !== null && /^(images|labels)(T[rs]|Val)$/.test(side.folder);
  if (side && (nnunet || siblings.has(side.key) || side.role === "labels") && !isImageFileName(name)) {
    const role = labels ? "labels" : side.role;
    const channel = nnunet && role === "image" ? /_(\d{4})(?=\.)/.exec(name) : null;
    if (channel && channel[1] !== "0000")
      return { file, why: `channel ${Number(channel[1]) + 1} of its volume; the first one is taken`, missed: false };
    const stem = channel ? volumeNameOf(name.replace(channel[0], "")) : volumeNameOf(name);
    const convention = nnunet ? NNUNET : SIBLINGS;
    return { file, role, key: `${side.key}/${stem}`, stem, folders: side.folders, convention, rank: 0 };
  }
  const folders = partsOf(file).slice(0, -1);
  const stem = volumeNameOf(name);
  return {
    file,
    role: labels ? "labels" : "image",
    key: [...folders, stem].join("/"),
    stem,
    folders,
    convention: labels ? conventionOf(name) : null,
    rank: 0,
  };
}

/** Nothing to confirm where names are as this product writes them. */
function conventionOf(name: string): string | null {
  if (/[ _.-](cp_masks|masks)\.[^.]+$/i.test(name)) return CELLPOSE;
  if (/^(mask|seg|gt|label|annotation)/i.test(name)) return PREFIX;
  const suffix = /[ _.-](labels?|mask|seg(mentation)?|gt|instances?)\.([^.]+|ome\.tiff?)$/i.test(name);
  return suffix ? null : `X${name.slice(volumeNameOf(name).length).replace(/(\.[^.]+)+$/, "")} beside X`;
}

/** Cell Tracking Challenge: `01/t000.tif`, `01_GT/SEG/man_seg000.tif`; ST is the silver truth, made by programs. */
function placeInTracking(file: string): PlacedFile | LeftOutFile | null {
  const truth = /^(.*?)([^/]*\d\d)_(GT|ST)\/(SEG|TRA)\/([^/]+)$/.exec(file);
  if (truth) {
    const [, before, sequence, kind, part, name] = truth;
    if (part === "TRA") return { file, why: "markers for tracking, no outlines of nuclei", missed: false };
    const time = /^man_seg_?(\d+)\.[^.]+$/.exec(name);
    if (!time) return { file, why: "labels of a single slice (man_seg_T_Z), not of a volume", missed: true };
    const stem = `${sequence}_t${time[1]}`;
    return {
      file,
      role: "labels",
      key: `${before}${stem}`,
      stem,
      folders: partsOf(before),
      convention: CELL_TRACKING,
      rank: kind === "GT" ? 0 : 1,
    };
  }
  const image = /^(.*?)([^/]*\d\d)\/t(\d{3,})\.[^.]+$/.exec(file);
  if (!image) return null;
  const [, before, sequence, time] = image;
  const stem = `${sequence}_t${time}`;
  return { file, role: "image", key: `${before}${stem}`, stem, folders: partsOf(before), convention: null, rank: 0 };
}

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
