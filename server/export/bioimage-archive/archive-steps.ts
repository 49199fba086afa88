import { type DescribedField, missingFields } from "../../../core/publication/missing-fields.ts";
import { EMPTY_PUBLICATION } from "../../../core/publication/publication.ts";
import { describeLicence } from "../../../core/publication/spdx/describe-licence.ts";
import type { DatasetDescription } from "../frozen/dataset-description.ts";

const fieldWords: Readonly<Record<DescribedField, string>> = {
  title: "the title",
  summary: "the description",
  creators: "the authors",
  contact: "a contact with an email address",
  keywords: "keywords",
  funding: "the funding",
  relatedWorks: "related works",
  organisms: "the organism",
  specimenPreparation: "how the specimen was prepared",
  stain: "what was stained",
  imagingMethod: "the imaging method",
  acquisition: "instrument and settings",
  licence: "the licence",
  origins: "where the images of each volume come from",
};

/** `SUBMIT.md`: what a person does with the package. */
export function archiveSteps(description: DatasetDescription): string {
  const missing = [
    ...missingFields(
      {
        publication: description.publication ?? EMPTY_PUBLICATION,
        licence: description.licence,
        origins: description.volumes.map(({ origin }) => origin ?? null),
      },
      describeLicence,
    ),
  ].flatMap(([field, targets]) => (targets.includes("BioImage Archive") ? [`- ${fieldWords[field]}`] : []));
  return `# Submit to the BioImage Archive

1. Open https://www.ebi.ac.uk/bioimage-archive/submit/ and make an account there, or log in.
2. Upload what lies in this folder, with its folders: \`images\`, \`annotations\`, \`image_file_list.tsv\`, \`annotation_file_list.tsv\`. Above some gigabytes use
   the FTP or Aspera address that the page gives you.
3. Begin a submission of the kind *BioImage Archive*. Title, description, keywords, authors, funding and licence are in \`mifa/study.json\`.
4. Fill in Biosample, Specimen and Image acquisition; what your project says of them is in the README.md above this folder.
5. Make one study component, "Images", with the file list \`image_file_list.tsv\`.
6. Make one annotation section. Its overview, method, criteria and coverage are in \`mifa/annotations.json\`; its file list is
   \`annotation_file_list.tsv\`, whose column \`source_image\` says which image each file is of.
7. Submit. The archive's curators write to you, and give the accession number.

\`ro-crate-metadata.json\` and \`file_list.tsv\` say the same for programs, as an RO-Crate 1.1 in the terms of the archive.
${missing.length > 0 ? `\n## Still missing\n\nThe archive asks for these, and this version does not say them:\n\n${missing.join("\n")}\n` : ""}`;
}
