import { doiOf, type RelatedWork } from "../../../core/publication/publication.ts";
import { describeLicence } from "../../../core/publication/spdx/describe-licence.ts";
import type { DatasetDescription } from "../frozen/dataset-description.ts";

/**
 * Metadata of DataCite's schema 4 as JSON (https://schema.datacite.org). The DOI and the publisher are the repository's to add: the
 * list of identifiers is empty, and the publisher is DataCite's word for "to be announced". Null without a title or a creator.
 */
export function dataciteMetadata(description: DatasetDescription): object | null {
  const { publication, licence, version, createdAt, volumes, project } = description;
  if (!publication || publication.title === "" || publication.creators.length === 0) return null;
  const known = describeLicence(licence);
  const methods = [
    publication.specimenPreparation,
    publication.stain,
    publication.imagingMethod,
    publication.acquisition,
  ];
  const abstract = publication.summary || project.description;
  return {
    schemaVersion: "http://datacite.org/schema/kernel-4",
    identifiers: [],
    types: { resourceTypeGeneral: "Dataset", resourceType: "Labelled 3D microscopy volumes" },
    titles: [{ title: publication.title }],
    creators: publication.creators.map(({ familyName, givenName, affiliation, orcid }) => ({
      name: [familyName, givenName].filter(Boolean).join(", "),
      nameType: "Personal",
      familyName,
      ...(givenName && { givenName }),
      ...(affiliation && { affiliation: [{ name: affiliation }] }),
      ...(orcid && {
        nameIdentifiers: [
          {
            nameIdentifier: `https://orcid.org/${orcid}`,
            nameIdentifierScheme: "ORCID",
            schemeUri: "https://orcid.org",
          },
        ],
      }),
    })),
    contributors: publication.contact.name
      ? [{ name: publication.contact.name, contributorType: "ContactPerson" }]
      : [],
    publisher: ":tba",
    publicationYear: createdAt.slice(0, 4),
    dates: [{ date: createdAt.slice(0, 10), dateType: "Created" }],
    version: String(version),
    subjects: [
      ...publication.keywords.map((subject) => ({ subject })),
      ...publication.organisms.map(({ name, taxonId }) => ({
        subject: name,
        ...(taxonId && {
          subjectScheme: "NCBI Taxonomy",
          valueUri: `http://purl.obolibrary.org/obo/NCBITaxon_${taxonId}`,
        }),
      })),
    ],
    descriptions: [
      ...(abstract ? [{ description: abstract, descriptionType: "Abstract" }] : []),
      ...(methods.some(Boolean)
        ? [{ description: methods.filter(Boolean).join("\n\n"), descriptionType: "Methods" }]
        : []),
    ],
    rightsList: licence
      ? [
          known
            ? { rights: known.name, rightsUri: known.url, rightsIdentifier: known.id, rightsIdentifierScheme: "SPDX" }
            : { rights: licence },
        ]
      : [],
    fundingReferences: publication.funding.map(({ funder, award }) => ({
      funderName: funder,
      ...(award && { awardNumber: award }),
    })),
    relatedIdentifiers: [
      ...publication.relatedWorks,
      ...[
        ...new Set(volumes.flatMap(({ origin }) => (origin?.kind === "others" && origin.link ? [origin.link] : []))),
      ].map((identifier): RelatedWork => ({ identifier, relation: "IsDerivedFrom" })),
    ].map(({ identifier, relation }) => ({
      relatedIdentifier: identifier,
      relatedIdentifierType: doiOf(identifier) ? "DOI" : "URL",
      relationType: relation,
    })),
  };
}
