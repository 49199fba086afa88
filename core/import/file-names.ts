/** `Emb01_t401_image.tif` and `Emb01_t401_labels.tif` are one pair, called `Emb01_t401`. */
const EXTENSION = /(\.ome)?(\.(tiff?|tf8|btf|h5|hdf5|hdf|ims|zip|zarr))+$/i;
const LABEL_SUFFIX = /[ _.-](labels?|masks?|seg(mentation)?|gt|instances?)$/i;
const IMAGE_SUFFIX = /[ _.-](image|img|raw)$/i;

const withoutExtension = (fileName: string): string => fileName.replace(EXTENSION, "") || fileName;

/** Whether a name says that the file holds labels. */
export const isLabelFileName = (fileName: string): boolean => LABEL_SUFFIX.test(withoutExtension(fileName));

/** What image and labels of one volume have in common. */
export const volumeNameOf = (fileName: string): string => {
  const name = withoutExtension(fileName);
  return name.replace(LABEL_SUFFIX, "").replace(IMAGE_SUFFIX, "") || name;
};

/** Names that an import accepts; what a file really is, is found by looking into it. */
export const isVolumeFileName = (fileName: string): boolean => EXTENSION.test(fileName);
