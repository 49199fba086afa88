/** `Emb01_t401_image.tif` and `Emb01_t401_labels.tif` are one pair, called `Emb01_t401`. */
const EXTENSION =
  /(\.ome)?(\.(tiff?|tf8|btf|lsm|stk|h5|hdf5|hdf|ims|czi|lif|nd2|oib|oir|dv|sld|ics|ids|zip|zarr|n5|nii|nii\.gz|nrrd|mha|npy|npz))+$/i;
/** What people and programs call label images: Fiji users, Cellpose (`_cp_masks`), napari, StarDist, plantseg, the Cell Tracking Challenge. */
const LABEL_WORD =
  "(?:cp_)?(?:labels?|labell?ed|masks?|seg(?:mentation|mented)?s?|gt|ground[ _-]?truth|annotations?|annotated|instances?|man_seg)";
/** What is said of a later state of the same labels. */
const STATE_WORD = "(?:[ _.-](?:final|corrected|curated|manual|checked|done|v[0-9]+))*";
const LABEL_SUFFIX = new RegExp(`[ _.-]${LABEL_WORD}${STATE_WORD}$`, "i");
const LABEL_PREFIX = new RegExp(`^${LABEL_WORD}[ _.-]`, "i");
const IMAGE_SUFFIX = /[ _.-](image|img|raw|im)$/i;
const IMAGE_PREFIX = /^(image|img|raw|im)[ _.-]/i;

/** Of a volume. */
const MAX_NAME = 200;

const withoutExtension = (fileName: string): string => fileName.replace(EXTENSION, "") || fileName;

/** Whether a name says that the file holds labels. */
export function isLabelFileName(fileName: string): boolean {
  const name = withoutExtension(fileName);
  return LABEL_SUFFIX.test(name) || (LABEL_PREFIX.test(name) && !IMAGE_SUFFIX.test(name));
}

/** Whether a name says that the file holds an image, and no labels. */
export const isImageFileName = (fileName: string): boolean =>
  IMAGE_SUFFIX.test(withoutExtension(fileName)) && !isLabelFileName(fileName);

/** What image and labels of one volume have in common. */
export function volumeNameOf(fileName: string): string {
  const name = withoutExtension(fileName);
  const prefixed = isLabelFileName(fileName) && !LABEL_SUFFIX.test(name);
  const bare = name.replace(prefixed ? LABEL_PREFIX : LABEL_SUFFIX, "");
  const common = IMAGE_SUFFIX.test(bare) ? bare.replace(IMAGE_SUFFIX, "") : bare.replace(IMAGE_PREFIX, "");
  return common || name;
}

/** `Emb01 t007`: the volume of one time (from 0) of many, all of equal length, so that they sort. */
export function nameOfTime(name: string, time: number, times: number): string {
  const number = ` t${String(time + 1).padStart(String(times).length, "0")}`;
  return `${name.slice(0, MAX_NAME - number.length)}${number}`;
}

/** `Emb01` of `Emb01 t007`; null where a name has no time behind it. */
export const nameBeforeTime = (name: string): string | null =>
  / t\d+$/.test(name) ? name.replace(/ t\d+$/, "") : null;

/** Names that an import accepts; what a file really is, is found by looking into it. */
export const isVolumeFileName = (fileName: string): boolean => EXTENSION.test(fileName);

/** A PNG holds one slice and no volume: the page packs those of a volume, elsewhere a person does. */
export const isSliceFileName = (fileName: string): boolean => /\.png$/i.test(fileName);
