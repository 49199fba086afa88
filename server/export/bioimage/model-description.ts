import { countParameters } from "../../../core/checkpoint/network-layout.ts";
import { doiOf, EMPTY_PUBLICATION, isWebAddress, type Publication } from "../../../core/publication/publication.ts";
import { describeLicence } from "../../../core/publication/spdx/describe-licence.ts";
import type { DatasetDescription } from "../frozen/dataset-description.ts";
import type { ExportedModel } from "../model-files.ts";
import { IMAGE, MAPS, ONNX_OPSET } from "../onnx/network-onnx.ts";
import { TENSORFLOW_JS_VERSION } from "./network-tfjs.ts";
import { seenVoxelSizeUm, tensorSizes } from "./tensor-sizes.ts";
import { PREPROCESSING } from "./test-tensors.ts";

/** A model with the frozen dataset version that it belongs to, which says who made it and under which licence. */
export interface PublishedModel {
  readonly model: ExportedModel;
  readonly description: DatasetDescription;
}

/** Names of the files in the package. */
export const packageFiles = {
  rdf: "rdf.yaml",
  onnx: "weights.onnx",
  tfjs: "tensorflow_js.zip",
  testInput: "test-input.npy",
  testOutput: "test-output.npy",
  cover: "cover.png",
  readme: "README.md",
  python: "nuclei.py",
  settings: "nuclei.json",
} as const;

export type PackageFile = (typeof packageFiles)[keyof typeof packageFiles];

/** Read by all releases of bioimageio.spec since; newer ones read it as their own. */
const FORMAT_VERSION = "0.5.7";
const DATASET_FORMAT_VERSION = "0.3.0";
const MAX_NAME = 64;
const MAX_DESCRIPTION = 1024;

/** Çiçek et al. 2016, whose architecture it is. */
const ARCHITECTURE = {
  text: "Çiçek et al.: 3D U-Net: Learning Dense Volumetric Segmentation from Sparse Annotation. MICCAI 2016.",
  doi: "10.1007/978-3-319-46723-8_49",
};

/**
 * `rdf.yaml` of the bioimage.io model specification 0.5 (https://bioimage-io.github.io/spec-bioimage-io) as a value; `sha256Of` gives
 * the digest of another file of the package. What nobody said is left out, not made up.
 */
export function describeModel(published: PublishedModel, sha256Of: (file: PackageFile) => string): object {
  const { model, description } = published;
  const about = description.publication ?? EMPTY_PUBLICATION;
  const file = (source: PackageFile) => ({ source, sha256: sha256Of(source) });
  return {
    format_version: FORMAT_VERSION,
    type: "model",
    name: modelName(published),
    description: whatItDoes(published).slice(0, MAX_DESCRIPTION),
    version: String(description.version),
    timestamp: model.createdAt.replace(/\.\d+Z$/, "+00:00"),
    ...peopleAndLicence(description),
    cite: [...citedWorks(about), ARCHITECTURE],
    tags: tagsOf(about),
    documentation: file(packageFiles.readme),
    covers: [file(packageFiles.cover)],
    attachments: [file(packageFiles.python), file(packageFiles.settings)],
    ...tensors(model.trained, file),
    weights: {
      tensorflow_js: {
        ...file(packageFiles.tfjs),
        tensorflow_version: TENSORFLOW_JS_VERSION,
        comment: "Trained with TensorFlow.js; a graph model for tf.loadGraphModel.",
      },
      onnx: { ...file(packageFiles.onnx), opset_version: ONNX_OPSET, parent: "tensorflow_js" },
    },
    training_data: trainingData(description, about),
    config: {
      bioimageio: {
        architecture_type: "3D U-Net",
        target_structure: ["nuclei"],
        task: "segmentation",
        model_parameter_count: countParameters(model.trained.config),
      },
      karyoloop: {
        checkpoint: model.checkpointId,
        training_snapshot: model.snapshotId,
        software: `${model.software.name} ${model.software.version}`,
      },
    },
  };
}

/** Letters, digits and a few signs only. */
export const modelName = ({ description }: PublishedModel): string =>
  `Nuclei 3D - ${description.publication?.title || description.project.name}`
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^A-Za-z0-9_+\-() ]+/g, " ")
    .replace(/ +/g, " ")
    .slice(0, MAX_NAME)
    .trim();

function whatItDoes({ model, description }: PublishedModel): string {
  const about = description.publication?.summary || description.project.description;
  const heads = model.trained.config.heads.join(", ");
  return `A 3D U-Net that finds cell nuclei in volumes; its maps (${heads}) become nuclei by the seeded watershed in nuclei.py. ${about}`.trim();
}

function peopleAndLicence({ publication, licence }: DatasetDescription): object {
  const authors = (publication?.creators ?? []).map(({ givenName, familyName, affiliation, orcid }) => ({
    name: [givenName, familyName].filter(Boolean).join(" ").replaceAll(/[/\\]/g, " "),
    ...(affiliation && { affiliation }),
    ...(orcid && { orcid }),
  }));
  const spdx = describeLicence(licence)?.id;
  return { ...(authors.length > 0 && { authors }), ...(spdx && { license: spdx }) };
}

const citedWorks = (about: Publication) =>
  about.relatedWorks.flatMap(({ identifier, relation }) =>
    relation === "IsDocumentedBy" || relation === "IsSupplementTo"
      ? citation("The work that this belongs to", identifier)
      : [],
  );

/** An entry needs a DOI or an address. */
function citation(text: string, link: string): { text: string; doi?: string; url?: string }[] {
  const doi = doiOf(link);
  if (doi) return [{ text, doi }];
  return isWebAddress(link) ? [{ text, url: link.trim() }] : [];
}

/** A word of each category of the site first. */
const tagsOf = ({ keywords, organisms }: Publication): string[] => [
  ...new Set([
    "nuclei",
    "3d",
    "fluorescence-light-microscopy",
    "instance-segmentation",
    "unet",
    "tensorflow.js",
    "onnx",
    "karyoloop",
    ...organisms.map(({ name }) => name),
    ...keywords,
  ]),
];

function trainingData(description: DatasetDescription, about: Publication): object {
  const { project, volumes } = description;
  const nuclei = volumes.reduce((sum, volume) => sum + volume.nuclei, 0);
  const cite = volumes.flatMap(({ origin }) =>
    origin?.kind === "others" ? citation(origin.citation, origin.link) : [],
  );
  return {
    type: "dataset",
    format_version: DATASET_FORMAT_VERSION,
    name: (about.title || project.name).slice(0, 128),
    description:
      `${nuclei} nuclei that people outlined in ${volumes.length} 3D volumes (version ${description.version}, frozen on ${description.createdAt.slice(0, 10)}). ${about.summary || project.description}`.slice(
        0,
        MAX_DESCRIPTION,
      ),
    ...peopleAndLicence(description),
    ...(cite.length > 0 && { cite }),
    tags: [...new Set(["nuclei", "3d", ...about.organisms.map(({ name }) => name)])],
  };
}

function tensors(trained: ExportedModel["trained"], file: (source: PackageFile) => object): object {
  const { stepZyx, haloZyx, minZyx } = tensorSizes(trained.config);
  const scales = seenVoxelSizeUm(trained);
  const space = (axis: 0 | 1 | 2) => ({
    type: "space",
    id: (["z", "y", "x"] as const)[axis],
    unit: "micrometer",
    scale: scales[axis],
  });
  const axes = [0, 1, 2] as const;
  const { minPercentile, maxPercentile, eps } = PREPROCESSING;
  return {
    inputs: [
      {
        id: IMAGE,
        description: "Raw intensities on cubes or voxels of the stated size; see README.md",
        axes: [
          { type: "batch" },
          { type: "channel", channel_names: ["nuclei"] },
          ...axes.map((axis) => ({
            ...space(axis),
            size: { min: minZyx[axis], step: stepZyx[axis] },
            concatenable: true,
          })),
        ],
        data: { type: "float32" },
        preprocessing: [
          {
            id: "scale_range",
            kwargs: {
              axes: ["channel", "z", "y", "x"],
              min_percentile: minPercentile,
              max_percentile: maxPercentile,
              eps,
            },
          },
          { id: "clip", kwargs: { min: 0, max: 1 } },
        ],
        test_tensor: file(packageFiles.testInput),
      },
    ],
    outputs: [
      {
        id: MAPS,
        description: "Probability of foreground; distance to the outside, 1 in the middle of a nucleus",
        axes: [
          { type: "batch" },
          { type: "channel", channel_names: [...trained.config.heads] },
          ...axes.map((axis) => ({
            ...space(axis),
            size: { tensor_id: IMAGE, axis_id: (["z", "y", "x"] as const)[axis] },
            halo: haloZyx[axis],
          })),
        ],
        data: { type: "float32" },
        test_tensor: file(packageFiles.testOutput),
      },
    ],
  };
}
