import { Problem } from "../../core/problem.ts";
import { type Described, fieldWords, missingFor } from "../../core/publication/missing-fields.ts";
import { EMPTY_PUBLICATION } from "../../core/publication/publication.ts";
import { describeLicence } from "../../core/publication/spdx/describe-licence.ts";
import type { datasetVersion } from "../../db/schema/index.ts";
import { type DatasetDescription, datasetDescriptionSchema } from "../export/frozen/dataset-description.ts";

type VersionRow = typeof datasetVersion.$inferSelect;

/** What a frozen version says of itself, of the description that it keeps. */
export function describe(stored: unknown): { readonly description: DatasetDescription; readonly described: Described } {
  const description = datasetDescriptionSchema.parse(stored);
  const { publication = EMPTY_PUBLICATION, licence, volumes } = description;
  return { description, described: { publication, licence, origins: volumes.map(({ origin }) => origin ?? null) } };
}

/** The same; of a version that lacks what Zenodo asks for, it throws `zenodo-missing`, which names it all. */
export function describedBy(row: Pick<VersionRow, "state" | "description" | "version">): ReturnType<typeof describe> {
  if (row.state !== "ready")
    throw new Problem({
      tag: "version-not-ready",
      what: "This dataset version is not ready.",
      hint: "Wait until it is.",
    });
  const said = describe(row.description);
  const missing = missingFor("Zenodo", said.described, describeLicence);
  if (missing.length > 0)
    throw new Problem({
      tag: "zenodo-missing",
      what: `Version ${row.version} does not say what Zenodo asks for: ${missing.map((field) => fieldWords[field]).join(", ")}.`,
      hint: "Fill it in above, save, and freeze a new version: a frozen one stays as it is.",
    });
  return said;
}
