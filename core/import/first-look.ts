import type { FileQuestion } from "./file-question.ts";
import type { LabelFindings } from "./label-findings.ts";

/** A cut through the middle of a volume, made small; rows from top to bottom. */
export interface LookPlane {
  /** The axis that the cut is perpendicular to: z is the view of the microscope. */
  readonly across: "z" | "y" | "x";
  /** Voxel on that axis, from 0. */
  readonly at: number;
  readonly width: number;
  readonly height: number;
  readonly widthUm: number;
  readonly heightUm: number;
  /** Base64 of a byte per pixel, percentiles 1 to 99.8 over 0…255; null without an image. */
  readonly image: string | null;
  /** Base64 of a byte per pixel: 0 background, else 1 + (label - 1) mod 255; null without labels. */
  readonly labels: string | null;
}

/** What a person is shown of image and labels before anything of them is kept. */
export interface FirstLook {
  readonly planes: readonly LookPlane[];
  /** Of the voxels looked at; null without an image. */
  readonly intensities: {
    readonly histogram: readonly number[];
    readonly range: readonly [number, number];
    readonly percentile1: number;
    readonly percentile998: number;
    readonly nonFinite: number;
  } | null;
  /** Null without labels, or where they are too large to be looked at whole. */
  readonly labels: LabelFindings | null;
  readonly questions: readonly FileQuestion[];
  /** Sentences for the person. */
  readonly notes: readonly string[];
}

/** Longest side of a picture, pixels. */
export const LOOK_PIXELS = 192;
