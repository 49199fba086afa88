import type { FileContents } from "../../../core/import/file-contents.ts";
import type { LabelFacts } from "../../../core/import/label-facts.ts";
import type { PixelArray, PixelType, Zyx } from "../../../core/volume/voxel-space.ts";

/** One 3D image as the importer reads it: whole rows, in boxes that the format can decode without waste. */
export interface VolumeSource {
  readonly shapeZyx: Zyx;
  readonly pixelType: PixelType;
  /** Planes and rows that the format stores together; reading along this grid decodes everything once. */
  readonly blockZy: readonly [planes: number, rows: number];
  /** Voxels of `[zMin, zMax) × [yMin, yMax) × all x`, x fastest. Rejects with a Problem that says where the file is wrong. */
  read(zMin: number, zMax: number, yMin: number, yMax: number): Promise<PixelArray>;
  /** Of sources that are mostly empty: the same of a block of the grid, or null where all of it is 0. */
  readFilled?(zMin: number, zMax: number, yMin: number, yMax: number): Promise<PixelArray | null>;
}

/** Which image of a file is meant. */
export interface ImageChoice {
  readonly image: string;
  readonly channel: number;
  readonly time: number;
}

/** An opened file of any format. */
export interface VolumeFile {
  readonly contents: FileContents;
  /** Throws a Problem where the choice is not in the file. */
  open(choice: ImageChoice): Promise<VolumeSource>;
  /** What is known of labels beyond their voxels, where this product wrote them; by the path of their image. */
  labelFacts?(image: string): Promise<LabelFacts | null>;
  close(): Promise<void>;
}
