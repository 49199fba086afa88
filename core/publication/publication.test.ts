import { describe, expect, it } from "vitest";
import { licenceConflict, licenceOf, licences } from "./licences.ts";
import { type Described, missingFields } from "./missing-fields.ts";
import { readOrcid } from "./orcid.ts";
import { doiOf, EMPTY_PUBLICATION, isWebAddress } from "./publication.ts";
import { describeLicence } from "./spdx/describe-licence.ts";
import { spdxLicences } from "./spdx/spdx-list.ts";
import { taxa, taxonOf } from "./taxa.ts";

describe("an ORCID", () => {
  // Of ORCID's own documentation, and one that ends in X.
  it.each(["0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-1694-233X"])(
    "%s is read however it is written",
    (orcid) => {
      for (const written of [
        orcid,
        orcid.replaceAll("-", ""),
        `https://orcid.org/${orcid}`,
        ` ${orcid.toLowerCase()} `,
      ])
        expect(readOrcid(written)).toBe(orcid);
    },
  );

  it("with any one digit changed is refused: the check character differs", () => {
    const orcid = "0000000218250097";
    for (let at = 0; at < orcid.length; at++)
      for (const digit of "0123456789X") {
        const changed = orcid.slice(0, at) + digit + orcid.slice(at + 1);
        expect(readOrcid(changed) !== null, changed).toBe(changed === orcid);
      }
    for (const none of ["", "0000", `${orcid}0`, "0000-0002-1825-009７"]) expect(readOrcid(none)).toBeNull();
  });
});

describe("licences", () => {
  it("are found as people type them, and have an address of their own", () => {
    expect(licenceOf("cc by 4.0")?.id).toBe("CC-BY-4.0");
    expect(licenceOf(" CC-BY-NC-SA-4.0 ")?.url).toBe("https://creativecommons.org/licenses/by-nc-sa/4.0/");
    expect(licenceOf("CC0 1.0")?.id).toBe("CC0-1.0");
    expect(licenceOf("ask us")).toBeNull();
    expect(new Set(licences.map(({ url }) => url)).size).toBe(licences.length);
  });

  // https://wiki.creativecommons.org/wiki/Wiki/cc_license_compatibility, row and column of licences that adapted material may have.
  const chosen = ["CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0"];
  it.each<[string, string]>([
    ["CC0-1.0", "yes yes yes yes yes"],
    ["CC-BY-4.0", "no yes yes yes yes"],
    ["CC-BY-3.0", "no yes yes yes yes"],
    ["CC-BY-SA-4.0", "no no yes no no"],
    ["CC-BY-SA-3.0", "no no yes no no"],
    ["CC-BY-NC-4.0", "no no no yes yes"],
    ["CC-BY-NC-SA-4.0", "no no no no yes"],
    ["CC-BY-ND-4.0", "no no no no no"],
    ["all rights reserved", "no no no no no"],
    ["", "no no no no no"],
  ])("of images under %s: labels with them under CC0, BY, BY-SA, BY-NC, BY-NC-SA: %s", (origin, allowed) => {
    expect(chosen.map((to) => (licenceConflict(origin, to) === null ? "yes" : "no")).join(" ")).toBe(allowed);
  });

  it("a later share-alike may not become an earlier one", () => {
    expect(licenceConflict("CC-BY-SA-4.0", "CC-BY-SA-3.0")).toMatch(/asks for the same licence/);
  });
});

it("organisms are found by either name, each once", () => {
  expect(taxonOf("mus musculus")?.taxonId).toBe(10090);
  expect(taxonOf("Zebrafish")?.taxonId).toBe(7955);
  for (const key of ["taxonId", "name", "commonName"] as const)
    expect(new Set(taxa.map((one) => one[key])).size).toBe(taxa.length);
});

it("a DOI is a DOI with or without its address", () => {
  for (const written of [
    "10.1038/s41592-025-02835-8",
    "https://doi.org/10.1038/s41592-025-02835-8",
    "doi:10.1038/s41592-025-02835-8",
  ])
    expect(doiOf(written)).toBe("10.1038/s41592-025-02835-8");
  for (const none of ["", "10.1038", "https://example.org/10.1038/x y"]) expect(doiOf(none)).toBeNull();
  expect(isWebAddress("https://example.org/a")).toBe(true);
  expect(isWebAddress("example.org")).toBe(false);
});

it("what is missing is said per field, with the targets that ask for it, until all is said", () => {
  const nothing: Described = { publication: EMPTY_PUBLICATION, licence: "ask us", origins: [null] };
  const missing = missingFields(nothing, describeLicence);
  expect(missing.get("title")).toEqual(["DataCite", "Zenodo", "BioImage Archive", "IDR"]);
  expect(missing.get("funding")).toEqual(["BioImage Archive"]);
  expect(missing.get("licence")).toContain("bioimage.io");
  expect(missing.has("relatedWorks")).toBe(false);
  const all: Described = {
    publication: {
      ...EMPTY_PUBLICATION,
      title: "t",
      summary: "s",
      creators: [{ givenName: "Ada", familyName: "Lovelace", affiliation: "", orcid: "" }],
      contact: { name: "", email: "a@example.org" },
      keywords: ["nuclei"],
      funding: [{ funder: "F", award: "" }],
      organisms: [{ name: "Mus musculus", taxonId: 10090, strain: "" }],
      specimenPreparation: "p",
      stain: "DAPI",
      imagingMethod: "confocal",
      acquisition: "a",
    },
    licence: "CC-BY-4.0",
    origins: [{ kind: "own" }, { kind: "others", citation: "C", licence: "CC0-1.0", link: "" }],
  };
  expect(missingFields(all, describeLicence).size).toBe(0);
  // Whatever the form offers is enough, not the usual ones alone.
  for (const { id } of spdxLicences)
    expect(missingFields({ ...all, licence: id }, describeLicence).has("licence"), id).toBe(false);
  expect(missingFields({ ...all, origins: [{ kind: "own" }, null] }, describeLicence).get("origins")).toContain(
    "Zenodo",
  );
  expect(
    missingFields(
      { ...all, origins: [{ kind: "others", citation: " ", licence: "CC0-1.0", link: "" }] },
      describeLicence,
    ).size,
  ).toBe(1);
});
