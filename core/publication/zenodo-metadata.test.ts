import { describe, expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import { depositActs, depositStates, recordNumberOf } from "./deposit.ts";
import { licences } from "./licences.ts";
import { type Described, missingFor } from "./missing-fields.ts";
import { EMPTY_PUBLICATION, workRelations } from "./publication.ts";
import { describeLicence } from "./spdx/describe-licence.ts";
import { zenodoMetadata } from "./zenodo-metadata.ts";

const given = { version: 3, date: "2026-02-01", software: "Karyoloop 1.2.0", marker: "Dataset version 7." };
const described: Described = {
  publication: {
    ...EMPTY_PUBLICATION,
    title: "Nuclei of embryos",
    summary: "First <b>paragraph</b> & more.\nSecond line.\n\nSecond paragraph.",
    creators: [
      { givenName: "Ada", familyName: "Lovelace", affiliation: "Analytical", orcid: "0000-0002-1825-0097" },
      { givenName: "", familyName: "Plato", affiliation: "", orcid: "" },
    ],
    contact: { name: "Ada Lovelace", email: "ada@example.org" },
    keywords: ["nuclei", "embryo"],
    funding: [
      { funder: "Wellcome", award: "12/3" },
      { funder: "DFG & Co", award: "" },
    ],
    relatedWorks: workRelations.map((relation, i) => ({ identifier: `10.1000/${i}`, relation })),
    organisms: [{ name: "Mus musculus", taxonId: 10090, strain: "C57BL/6" }],
    stain: "DAPI in channel 1",
  },
  licence: "CC-BY-4.0",
  origins: [
    { kind: "own" },
    { kind: "others", citation: "Moore (2020): Embryos.", licence: "CC0-1.0", link: "10.5281/zenodo.1" },
    { kind: "others", citation: "Moore (2020): Embryos.", licence: "CC0-1.0", link: "10.5281/zenodo.1" },
  ],
};

it("the form in Zenodo's words", () => {
  expect(zenodoMetadata(described, given, describeLicence)).toEqual({
    upload_type: "dataset",
    publication_date: "2026-02-01",
    title: "Nuclei of embryos",
    creators: [{ name: "Lovelace, Ada", affiliation: "Analytical", orcid: "0000-0002-1825-0097" }, { name: "Plato" }],
    description: "<p>First &#60;b&#62;paragraph&#60;/b&#62; &#38; more.<br>Second line.</p><p>Second paragraph.</p>",
    access_right: "open",
    license: "cc-by-4.0",
    version: "3",
    notes: "Funded by Wellcome (12/3); DFG &#38; Co. Made with Karyoloop 1.2.0. Dataset version 7.",
    keywords: ["nuclei", "embryo", "Mus musculus"],
    method: "<p>Organism: Mus musculus, NCBI Taxonomy 10090, strain C57BL/6</p><p>Stain: DAPI in channel 1</p>",
    contributors: [{ name: "Ada Lovelace", type: "ContactPerson" }],
    related_identifiers: [
      { identifier: "10.1000/0", relation: "isSupplementTo" },
      { identifier: "10.1000/1", relation: "isDerivedFrom" },
      { identifier: "10.1000/2", relation: "isDocumentedBy" },
      { identifier: "10.1000/3", relation: "references" },
      { identifier: "10.5281/zenodo.1", relation: "isDerivedFrom" },
    ],
    references: ["Moore (2020): Embryos. Licence: CC0-1.0."],
  });
});

it("nothing is made up: a form with what is needed alone has the needed fields alone", () => {
  const { publication } = described;
  const least: Described = {
    publication: { ...EMPTY_PUBLICATION, title: "T", summary: "S", creators: publication.creators },
    licence: "CC0-1.0",
    origins: [{ kind: "own" }],
  };
  expect(missingFor("Zenodo", least, describeLicence)).toEqual([]);
  expect(Object.keys(zenodoMetadata(least, given, describeLicence)).sort()).toEqual(
    "access_right creators description license notes publication_date title upload_type version".split(" "),
  );
  expect(missingFor("Zenodo", { ...least, licence: "ask us", origins: [null] }, describeLicence)).toEqual([
    "licence",
    "origins",
  ]);
});

it("every licence that can be chosen has a name there", () => {
  for (const { id } of [...licences, { id: "CDLA-Permissive-2.0" }, { id: "etalab-2.0" }])
    expect(zenodoMetadata({ ...described, licence: id }, given, describeLicence).license).toMatch(/^[a-z0-9.-]+$/);
});

it("whatever is typed, the description holds its words and no tags but its own", () => {
  const random = seededRandom(5);
  const alphabet = "ab <>&\"'/\n\n;#é𝒳";
  const characters = [...alphabet];
  for (let round = 0; round < 300; round++) {
    const summary = Array.from({ length: 60 }, () => characters[Math.floor(random() * characters.length)]).join("");
    const html = zenodoMetadata(
      { ...described, publication: { ...described.publication, summary } },
      given,
      describeLicence,
    ).description;
    const words = html
      .replaceAll(/<(p|\/p|br)>/g, " ")
      .replaceAll(/&#(\d+);/g, (_all, code) => String.fromCharCode(Number(code)));
    expect(html.replaceAll(/<(p|\/p|br)>/g, "")).not.toMatch(/[<>"']/);
    const spaced = (text: string) => text.split(/\s+/).filter(Boolean).join(" ");
    expect(spaced(words)).toBe(spaced(summary));
  }
});

describe("deposits", () => {
  it("no act leads out of published, or into draft: these are the server's", () => {
    for (const { from, to } of Object.values(depositActs)) {
      expect(depositStates).toContain(to);
      expect(from).not.toContain("published");
      expect(["draft", "published"]).not.toContain(to);
    }
  });

  it.each([
    ["1234567", "1234567"],
    [" https://zenodo.org/records/1234567 ", "1234567"],
    ["https://sandbox.zenodo.org/record/12/", "12"],
    ["10.5281/zenodo.1234567", "1234567"],
    ["https://doi.org/10.5072/zenodo.99", "99"],
    ["doi:10.5281/zenodo.5", "5"],
    ["https://example.org/records/1", null],
    ["../7", null],
    ["", null],
    ["12a", null],
  ])("the record's number in %j is %j", (text, number) => {
    expect(recordNumberOf(text)).toBe(number);
  });
});
