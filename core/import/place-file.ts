import { isImageFileName, isLabelFileName, isSliceFileName, isVolumeFileName, volumeNameOf } from "./file-names.ts";

export interface PlacedFile {
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

export const CELL_TRACKING = "Cell Tracking Challenge: 01 with 01_GT/SEG";
const NNUNET = "nnU-Net: imagesTr with labelsTr, _0000 is the first channel";
const SIBLINGS = "folders of images and of masks with equal file names";
const CELLPOSE = "Cellpose: X_masks or X_cp_masks beside X";
const PREFIX = "mask-X beside X";

export interface LeftOutFile {
  readonly file: string;
  readonly why: string;
  /** A person would miss it. */
  readonly missed: boolean;
  /** It can be read, but nobody knows to which image it belongs: a person can say it on the page. */
  readonly unplaced?: boolean;
}

const partsOf = (file: string): string[] => file.split("/").filter((part) => part !== "" && part !== ".");
export const baseOf = (file: string): string => file.slice(file.lastIndexOf("/") + 1);

/** Volumes and slices in other formats; previews, films and tables beside them nobody would miss. */
const OTHER_IMAGES = /\.(lof|oif|vsi|mrc|mat|dcm|mhd|nhdr|klb|r3d)$/i;

export function objectionTo(file: string): { why: string; missed: boolean } | null {
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
  if (isSliceFileName(name)) return { why: "a slice: pack all slices of a volume as one .zip", missed: true };
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
export function siblingFolders(files: readonly string[]): ReadonlySet<string> {
  const sides = new Map<string, Set<string>>();
  for (const file of files) {
    const side = sidesOf(file);
    if (side) sides.set(side.key, (sides.get(side.key) ?? new Set()).add(side.role));
  }
  return new Set([...sides].filter(([, roles]) => roles.size === 2).map(([key]) => key));
}

export function placeOf(file: string, siblings: ReadonlySet<string>): PlacedFile | LeftOutFile {
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
