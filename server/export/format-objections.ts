import { Problem } from "../../core/problem.ts";
import { NIFTI_MAX_SIZE } from "./arrays/nifti-layout.ts";
import { archiveLicences } from "./bioimage-archive/archive-places.ts";
import { type ExportFormat, exportFormats } from "./export-formats.ts";
import type { DatasetDescription, FrozenVolume } from "./frozen/dataset-description.ts";
import { fitsImagej } from "./tiff/stack-layouts.ts";
import { vouchedBoxes } from "./training/complete-planes.ts";
import { STARDIST_MAX_NUCLEI } from "./training/stardist-files.ts";

interface Objection {
  readonly what: string;
  readonly hint: string;
}

const ofVolumes: Partial<Record<ExportFormat, (volume: FrozenVolume) => Objection | null>> = {
  imagej: ({ nuclei }) =>
    fitsImagej(nuclei)
      ? null
      : {
          what: `ImageJ's label stacks hold 65535 nuclei; a volume here has more.`,
          hint: "Use OME-TIFF or OME-Zarr, whose labels have 32 bits.",
        },
  nifti: ({ shapeZyx }) =>
    shapeZyx.every((size) => size <= NIFTI_MAX_SIZE)
      ? null
      : {
          what: `NIfTI holds ${NIFTI_MAX_SIZE} voxels along an axis; a volume here has more.`,
          hint: "Use NRRD, OME-TIFF or OME-Zarr.",
        },
  stardist: ({ nuclei }) =>
    nuclei <= STARDIST_MAX_NUCLEI
      ? null
      : {
          what: `StarDist computes with ${STARDIST_MAX_NUCLEI} nuclei in a volume; one here has more.`,
          hint: "Use OME-TIFF or OME-Zarr, and train on parts of the volume.",
        },
  cellpose: ({ nuclei }) => sixteenBits("Cellpose's masks", nuclei),
  embedseg: ({ nuclei }) => sixteenBits("EmbedSeg's masks", nuclei),
  tracking: ({ nuclei }) => sixteenBits("The masks of the Cell Tracking Challenge", nuclei),
};

const sixteenBits = (whose: string, nuclei: number): Objection | null =>
  fitsImagej(nuclei)
    ? null
    : { what: `${whose} hold 65535 nuclei; a volume here has more.`, hint: "Use OME-TIFF or OME-Zarr." };

type Described = Pick<DatasetDescription, "volumes" | "licence">;

const ofAll: Partial<Record<ExportFormat, (volumes: readonly FrozenVolume[], licence: string) => Objection | null>> = {
  nnunet: (volumes) =>
    volumes.some(({ split }) => split === "train")
      ? null
      : {
          what: "nnU-Net needs a volume to train on, and all of this version are kept out of training.",
          hint: "Keep fewer specimens out of training, and freeze a new version.",
        },
  "bioimage-archive": (_, licence) =>
    licence in archiveLicences
      ? null
      : {
          what: "The BioImage Archive takes data under CC0 or CC BY 4.0 only.",
          hint: "Choose one of these licences, and freeze a new version.",
        },
  cellpose: (volumes) => someComplete("Cellpose", volumes),
  embedseg: (volumes) => someComplete("EmbedSeg", volumes),
};

const someComplete = (whose: string, volumes: readonly FrozenVolume[]): Objection | null =>
  volumes.some((volume) => vouchedBoxes(volume).length > 0)
    ? null
    : {
        what: `${whose} cannot be told what is unknown, and no part of a volume is labelled completely.`,
        hint: "Mark a box as fully labelled in the editor, and freeze a new version.",
      };

/** Why a version cannot be had in a format; null where it can. */
export function objectionTo(format: ExportFormat, { volumes, licence }: Described): Problem | null {
  const problem = ({ what, hint }: Objection, where?: string) =>
    new Problem({ tag: "format-refused", what, ...(where !== undefined && { where }), hint });
  for (const volume of volumes) {
    const objection = ofVolumes[format]?.(volume);
    if (objection) return problem(objection, volume.name);
  }
  const objection = ofAll[format]?.(volumes, licence);
  return objection ? problem(objection) : null;
}

/** Of every format that cannot be had, why. */
export const refusedFormats = (
  description: Described,
): readonly { readonly format: ExportFormat; readonly why: string }[] =>
  exportFormats.flatMap((format) => {
    const objection = objectionTo(format, description);
    return objection ? [{ format, why: `${objection.what} ${objection.hint ?? ""}`.trim() }] : [];
  });
