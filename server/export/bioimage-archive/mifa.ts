import { doiOf } from "../../../core/publication/publication.ts";
import type { DatasetDescription } from "../frozen/dataset-description.ts";
import { annotationKinds, annotationPath, archiveLicences, imageZip } from "./archive-places.ts";

const titleOf = ({ publication, project, version }: DatasetDescription): string =>
  publication?.title || `${project.name}, dataset version ${version}`;
const descriptionOf = ({ publication, project }: DatasetDescription): string =>
  publication?.summary || project.description || "3D microscopy volumes with labelled nuclei.";

/** How the labels were made, in a paragraph. */
export function annotationMethod({ software, checkpoint, approvedOnly }: DatasetDescription): string {
  return [
    `People outlined nuclei in ${software.name} ${software.version}, in three dimensions`,
    checkpoint ? ", or accepted or corrected proposals of a network that was trained on their labels." : ".",
    " The table of nuclei says for each which.",
    approvedOnly ? " Each nucleus was approved by a second person." : "",
  ].join("");
}

export const annotationCoverage = ({ volumes }: DatasetDescription): string =>
  volumes
    .map(
      ({ fileName, knownShare, nuclei }) =>
        `${fileName}: ${(100 * knownShare).toFixed(1)} % of the voxels, ${nuclei} nuclei`,
    )
    .join("; ");

const peopleOf = ({ publication }: DatasetDescription) =>
  (publication?.creators ?? []).map(({ givenName, familyName, affiliation, orcid }) => ({
    author_first_name: givenName,
    author_last_name: familyName,
    ...(orcid && { orcid_id: orcid }),
    ...(affiliation && { organisation: [{ organisation_name: affiliation }] }),
  }));

/** The three parts of MIFA (https://github.com/BioImage-Archive/bia-mifa-models, 2024), by the names of their files. */
export function mifaDocuments(
  description: DatasetDescription,
): Readonly<Record<"study" | "annotations" | "version", object>> {
  const { publication, licence, createdAt, version, volumes, guidelines } = description;
  const funding = publication?.funding ?? [];
  const works = publication?.relatedWorks ?? [];
  return {
    study: {
      title: titleOf(description),
      description: descriptionOf(description),
      keywords: publication?.keywords.length ? publication.keywords : ["nuclei", "segmentation", "3D microscopy"],
      license: archiveLicences[licence] ?? licence,
      funding_statement:
        funding.map(({ funder, award }) => [funder, award].filter(Boolean).join(", ")).join("; ") ||
        "No funding was stated.",
      grants: funding.filter(({ award }) => award !== "").map(({ funder, award }) => ({ funder, grant_id: award })),
      link_url: works.map(({ identifier }) => (doiOf(identifier) ? `https://doi.org/${identifier}` : identifier)),
      authors: peopleOf(description),
    },
    annotations: {
      annotation_overview: "Instance segmentation of nuclei in three dimensions, with a mask of what was looked at.",
      annotation_method: annotationMethod(description),
      annotation_criteria: guidelines || "The project has no guidelines.",
      annotation_coverage: annotationCoverage(description),
      authors: peopleOf(description),
      file_metadata: volumes.flatMap((volume) =>
        annotationKinds.map(({ kind, type }) => ({
          annotation_id: annotationPath(volume, kind),
          annotation_type: [type],
          source_image_id: imageZip(volume.fileName),
          transformations: "None: voxel for voxel those of the source image.",
          annotation_creation_time: createdAt,
        })),
      ),
    },
    version: { version, timestamp: createdAt },
  };
}
