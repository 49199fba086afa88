/** A file that a volume or its labels came from, as it was; stays with the volume and goes out with its exports. */
export interface SourceFile {
  readonly part: "image" | "labels";
  readonly fileName: string;
  readonly bytes: number;
  readonly sha256: string;
  /** What of the file was taken, from 0. */
  readonly image: string;
  readonly channel: number;
  readonly time: number;
  /** What the file says of itself in words: ImageDescription, attributes, group metadata. Cut where it is long. */
  readonly header: string;
}

/** Characters of a header that are kept. */
export const MAX_HEADER = 16_384;
