import { describeLicence } from "../../../core/publication/spdx/describe-licence.ts";
import type { DatasetDescription } from "../frozen/dataset-description.ts";
import { cffLicences } from "./cff-licences.ts";

type Yaml = string | number | readonly Yaml[] | { readonly [key: string]: Yaml | undefined };

/** Citation File Format 1.2.0 (https://github.com/citation-file-format/citation-file-format). Null without a title or somebody to cite. */
export function citationCff({ publication, licence, version, createdAt, project }: DatasetDescription): string | null {
  if (!publication || publication.title === "" || publication.creators.length === 0) return null;
  const known = describeLicence(licence);
  const isNamed = known !== null && cffLicences.has(known.id);
  const { contact } = publication;
  return toYaml({
    "cff-version": "1.2.0",
    message: "If you use these data, please cite them as below.",
    type: "dataset",
    title: publication.title,
    abstract: publication.summary || project.description || undefined,
    authors: publication.creators.map(({ familyName, givenName, affiliation, orcid }) => ({
      "family-names": familyName,
      "given-names": givenName || undefined,
      affiliation: affiliation || undefined,
      orcid: orcid ? `https://orcid.org/${orcid}` : undefined,
    })),
    contact: contact.email ? [{ name: contact.name || contact.email, email: contact.email }] : undefined,
    version: String(version),
    "date-released": createdAt.slice(0, 10),
    license: isNamed ? known.id : undefined,
    "license-url": isNamed ? undefined : known?.url,
    keywords: publication.keywords.length > 0 ? publication.keywords : undefined,
  });
}

/** Of our few shapes; every text is quoted as JSON, which YAML 1.2 reads alike. */
function toYaml(value: { readonly [key: string]: Yaml | undefined }, indent = ""): string {
  return Object.entries(value)
    .filter((entry): entry is [string, Yaml] => entry[1] !== undefined)
    .map(([key, one]) => {
      if (!Array.isArray(one)) return `${indent}${key}: ${JSON.stringify(one)}\n`;
      return `${indent}${key}:\n${one.map((item: Yaml) => listItem(item, `${indent}  `)).join("")}`;
    })
    .join("");
}

const listItem = (item: Yaml, indent: string): string =>
  typeof item === "object" && !Array.isArray(item)
    ? `${indent}- ${toYaml(item as { readonly [key: string]: Yaml }, `${indent}  `).trimStart()}`
    : `${indent}- ${JSON.stringify(item)}\n`;
