import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EMPTY_PUBLICATION, type Publication } from "../../core/publication/publication.ts";
import { citationCff } from "../export/citation/citation-cff.ts";
import { dataciteMetadata } from "../export/citation/datacite.ts";
import { roCrate } from "../export/citation/ro-crate.ts";
import type { DatasetDescription } from "../export/frozen/dataset-description.ts";
import { hasPythonModule, runPython } from "../ingest/testing/python.ts";
import { temporaryFolder } from "../ingest/testing/temporary-folder.ts";
import { seedVolume } from "../testing/seed-training.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";

const filled: Publication = {
  title: 'Nuclei of "mouse" embryos: E3.5 # and later',
  summary: "Two lines,\nthe second: with a colon – and a dash.",
  creators: [
    {
      givenName: "Ada",
      familyName: "O'Lovelace",
      affiliation: "Analytical Engines: Ltd",
      orcid: "0000-0002-1825-0097",
    },
    { givenName: "", familyName: "Ståle", affiliation: "", orcid: "" },
  ],
  contact: { name: "Ada", email: "ada@example.org" },
  keywords: ["nuclei", "yes", "1.5", "- dash"],
  funding: [{ funder: "ERC", award: "1234" }],
  relatedWorks: [
    { identifier: "10.1038/s41592-025-02835-8", relation: "IsSupplementTo" },
    { identifier: "https://example.org/paper", relation: "References" },
  ],
  organisms: [{ name: "Mus musculus", taxonId: 10090, strain: "C57BL/6" }],
  specimenPreparation: "Fixed in PFA.",
  stain: "DAPI",
  imagingMethod: "confocal microscopy",
  acquisition: "40x, NA 1.3",
};

let server: TestServer;
let ada: TestPerson;
let bob: TestPerson;
let projectId: string;
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada Lovelace");
  bob = await server.signUp("Bob Moore");
  projectId = await server.createProject("Embryos", [
    [ada, "owner"],
    [bob, "owner"],
  ]);
});
afterAll(() => server?.close());
const clientOf = (person: TestPerson) => createTestClient(server.address, person.cookie);
const problem = (fields: Record<string, unknown>) => ({ data: { problem: expect.objectContaining(fields) } });

describe("the form of a project", () => {
  it("is empty until it is saved, keeps what was saved in one form, and tells who saves over somebody else", async () => {
    const { publication } = clientOf(ada);
    expect(await publication.get.query({ projectId })).toMatchObject({ fields: EMPTY_PUBLICATION, revision: 0 });
    const messy: Publication = {
      ...filled,
      title: `  ${filled.title}  `,
      creators: [{ ...filled.creators[0], orcid: "https://orcid.org/0000000218250097" }, filled.creators[1]],
      relatedWorks: [
        { ...filled.relatedWorks[0], identifier: "https://doi.org/10.1038/s41592-025-02835-8" },
        filled.relatedWorks[1],
      ],
    };
    expect(await publication.save.mutate({ projectId, fields: messy, revision: 0 })).toEqual({ revision: 1 });
    expect(await publication.get.query({ projectId })).toMatchObject({ fields: filled, revision: 1 });
    // Nothing differs: nothing is counted.
    expect(await publication.save.mutate({ projectId, fields: filled, revision: 1 })).toEqual({ revision: 1 });
    const late = clientOf(bob).publication.save.mutate({ projectId, fields: EMPTY_PUBLICATION, revision: 0 });
    await expect(late).rejects.toMatchObject(
      problem({ tag: "saved-meanwhile", what: expect.stringMatching(/^Ada Lovelace/) }),
    );
    expect((await publication.get.query({ projectId })).fields).toEqual(filled);
  });

  it.each<[string, Partial<Publication>, RegExp]>([
    [
      "an ORCID with a wrong digit",
      { creators: [{ ...filled.creators[0], orcid: "0000-0002-1825-0098" }] },
      /no ORCID/,
    ],
    ["a creator without a name", { creators: [{ ...filled.creators[0], familyName: " " }] }, /is empty/],
    [
      "a work that is neither DOI nor address",
      { relatedWorks: [{ identifier: "my paper", relation: "References" }] },
      /no DOI/,
    ],
    ["an address of mail that is none", { contact: { name: "", email: "ada" } }, /email/i],
    ["an invisible character", { title: "na\u202eme" }, /invisible/],
    ["a control character in a text", { summary: "a\u0007b" }, /control/],
    ["a text without end", { acquisition: "x".repeat(5001) }, /5000/],
  ])("refuses %s", async (_name, fields, words) => {
    const { revision } = await clientOf(ada).publication.get.query({ projectId });
    const saving = clientOf(ada).publication.save.mutate({ projectId, fields: { ...filled, ...fields }, revision });
    await expect(saving).rejects.toMatchObject(problem({ what: expect.stringMatching(words) }));
  });
});

it("says where volumes come from, those of its own project only; a licence that their owners do not allow is refused by name", async () => {
  const owner = clientOf(ada);
  const volumeId = await seedVolume(server.services, { projectId, createdBy: ada.id });
  const elsewhere = await server.createProject("Others", [[bob, "owner"]]);
  const foreign = await seedVolume(server.services, { projectId: elsewhere, createdBy: bob.id });
  const origin = {
    kind: "others",
    citation: "Moore (2020): Embryos.",
    licence: "CC-BY-NC-4.0",
    link: "doi:10.5281/zenodo.1",
  } as const;
  expect(await owner.publication.setOrigins.mutate({ projectId, volumeIds: [volumeId, foreign], origin })).toEqual({
    volumes: 1,
  });
  const [mine] = (await owner.publication.get.query({ projectId })).volumes;
  expect(mine).toMatchObject({ volumeId, origin: { ...origin, link: "10.5281/zenodo.1" } });
  expect((await clientOf(bob).publication.get.query({ projectId: elsewhere })).volumes[0].origin).toBeNull();
  await expect(owner.export.create.mutate({ projectId, licence: "CC-BY-4.0" })).rejects.toMatchObject(
    problem({ tag: "licence-conflict", what: expect.stringMatching(/CC-BY-NC-4\.0.*CC-BY-4\.0/) }),
  );
  expect(await owner.export.list.query({ projectId })).toEqual([]);
});

const hasYaml = hasPythonModule("yaml");

describe("what a version says of itself to programs", () => {
  const folder = temporaryFolder();
  const description = {
    version: 3,
    createdAt: "2026-11-02T10:00:00.000Z",
    licence: "CC-BY-4.0",
    publication: filled,
    software: { name: "karyoloop", version: "1" },
    project: { id: "00000000-0000-4000-8000-000000000000", name: "Embryos", description: "" },
    volumes: [{ origin: { kind: "others", citation: "M", licence: "CC0-1.0", link: "10.5281/zenodo.1" } }],
  } as unknown as DatasetDescription;

  it.skipIf(!hasYaml)(
    `CITATION.cff is YAML as PyYAML reads it, with every text as it was typed${hasYaml ? "" : " (skipped: Python has no yaml)"}`,
    () => {
      const file = path.join(folder, "CITATION.cff");
      writeFileSync(file, citationCff(description) ?? "");
      const script =
        "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1], encoding='utf8')), default=str))";
      const read = JSON.parse(runPython(script, file));
      expect(read).toMatchObject({
        "cff-version": "1.2.0",
        type: "dataset",
        title: filled.title,
        abstract: filled.summary,
        license: "CC-BY-4.0",
        version: "3",
        "date-released": "2026-11-02",
        keywords: filled.keywords,
        authors: [
          { "family-names": "O'Lovelace", "given-names": "Ada", orcid: "https://orcid.org/0000-0002-1825-0097" },
          { "family-names": "Ståle" },
        ],
      });
      expect(citationCff({ ...description, publication: { ...filled, creators: [] } })).toBeNull();
    },
  );

  it("DataCite's metadata have creators by family name, the licence by its SPDX id, and works and origins by DOI", () => {
    expect(dataciteMetadata(description)).toMatchObject({
      creators: [{ name: "O'Lovelace, Ada" }, { name: "Ståle" }],
      rightsList: [{ rightsIdentifier: "CC-BY-4.0", rightsIdentifierScheme: "SPDX" }],
      publicationYear: "2026",
      relatedIdentifiers: [
        { relatedIdentifierType: "DOI", relationType: "IsSupplementTo" },
        { relatedIdentifierType: "URL", relationType: "References" },
        { relatedIdentifier: "10.5281/zenodo.1", relatedIdentifierType: "DOI", relationType: "IsDerivedFrom" },
      ],
    });
    expect(dataciteMetadata({ ...description, publication: EMPTY_PUBLICATION })).toBeNull();
  });

  it("the RO-Crate names a store once, every reference leads to an entity, and its root has what 1.2 asks for", () => {
    const digest = (name: string) => ({ path: name, bytes: 10, sha256: "0".repeat(64) });
    const names = [
      "README.md",
      "ome-zarr/a b.ome.zarr/zarr.json",
      "ome-zarr/a b.ome.zarr/0/c/0/0/0",
      "ome-tiff/a_image.ome.tif",
    ];
    const crate = roCrate(description, names.map(digest)) as { "@graph": Record<string, unknown>[] };
    const graph = new Map(crate["@graph"].map((entity) => [entity["@id"], entity]));
    expect(graph.size).toBe(crate["@graph"].length);
    const references = JSON.stringify(crate["@graph"]).matchAll(/\{"@id":"([^"]+)"\}/g);
    const outside = new Set(["https://w3id.org/ro/crate/1.2"]);
    for (const [, id] of references) expect(graph.has(id) || outside.has(id), id).toBe(true);
    expect(graph.get("./")).toMatchObject({
      "@type": "Dataset",
      name: filled.title,
      description: filled.summary,
      datePublished: "2026-11-02T10:00:00.000Z",
      license: { "@id": "https://creativecommons.org/licenses/by/4.0/" },
      hasPart: [{ "@id": "README.md" }, { "@id": "ome-tiff/a_image.ome.tif" }, { "@id": "ome-zarr/a%20b.ome.zarr/" }],
    });
  });
});
