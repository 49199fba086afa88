import { createWriteStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Publication } from "../../../core/publication/publication.ts";
import { openDataset } from "../frozen/frozen-dataset.ts";
import { createDatasetFixture, type DatasetFixture } from "../testing/dataset-fixture.ts";
import { askPython, peerJudge } from "../testing/python-judge.ts";
import { unzipTo } from "../testing/unzip-to.ts";
import { zipOf } from "../testing/zip-of.ts";
import { cffLicences } from "./cff-licences.ts";
import { citationCff } from "./citation-cff.ts";

const publication: Publication = {
  title: 'Nuclei: "blastocysts", été',
  summary: "Whole embryos.\nTwo paragraphs.",
  creators: [
    { givenName: "Ada", familyName: "Lovelace", affiliation: "Analytical Institute", orcid: "0000-0002-1825-0097" },
    { givenName: "", familyName: "Plato", affiliation: "", orcid: "" },
  ],
  contact: { name: "Ada Lovelace", email: "ada@example.org" },
  keywords: ["nuclei", "embryo: mouse"],
  funding: [{ funder: "A fund", award: "7" }],
  relatedWorks: [{ identifier: "10.1234/abc", relation: "IsDocumentedBy" }],
  organisms: [{ name: "Mus musculus", taxonId: 10090, strain: "CD1" }],
  specimenPreparation: "Fixed.",
  stain: "DAPI",
  imagingMethod: "confocal microscopy",
  acquisition: "63x",
};

let fixture: DatasetFixture;
let folder: string;
/** A dataset of which everything is said, and one of which nothing is. */
let told: string;
let untold: string;

async function unpacked(name: string, about: Publication | undefined): Promise<string> {
  const zip = path.join(folder, `${name}.zip`);
  const description = { ...fixture.description, ...(about && { publication: about }) };
  const dataset = openDataset(fixture.blobs, description);
  await pipeline(await zipOf({ dataset, formats: ["imagej"], model: null }), createWriteStream(zip));
  await unzipTo(zip, path.join(folder, name));
  return path.join(folder, name, "mouse-embryos-ete-v2");
}

beforeAll(async () => {
  fixture = await createDatasetFixture();
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-citation-"));
  told = await unpacked("told", publication);
  untold = await unpacked("untold", undefined);
});
afterAll(async () => {
  await fixture.remove();
  await rm(folder, { recursive: true, force: true });
});

describe("in the eyes of others", () => {
  it("CITATION.cff is valid", async (context) => {
    const judge = peerJudge(["cffconvert"]);
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `
import sys, json
from cffconvert.cli.create_citation import create_citation
citation = create_citation(sys.argv[1], None)
citation.validate()
print(json.dumps([citation.cffversion, citation.as_bibtex()]))`;
    const [version, bibtex] = await askPython<string[]>(judge.command, program, [path.join(told, "CITATION.cff")]);
    expect(version).toBe("1.2.0");
    expect(bibtex).toContain('title = {Nuclei: "blastocysts", été}');
    expect(bibtex).toContain("Lovelace");
  });

  it("CITATION.cff names every licence that its schema knows, and the address of any other of SPDX", async (context) => {
    const judge = peerJudge(["cffconvert"]);
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `
import sys, json, os, importlib.util
from cffconvert.cli.create_citation import create_citation
schema = json.load(open(os.path.join(os.path.dirname(importlib.util.find_spec('cffconvert').origin), 'schemas', '1.2.0', 'schema.json')))
def valid(name):
    try: create_citation(name, None).validate()
    except Exception: return False
    return True
print(json.dumps(dict(known=schema['definitions']['license-enum']['enum'], valid=[valid(name) for name in sys.argv[1:]])))`;
    const texts = ["eupl 1.2", "CC-BY-3.0-AT", "CC-BY-3.0-IGO", "ask us first"].map(
      (licence) => citationCff({ ...fixture.description, publication, licence }) ?? "",
    );
    const wrong = texts[1].replace("CC-BY-3.0-AT", "CC-BY-3.0-IGO");
    const names = await Promise.all(
      [...texts, wrong].map(async (text, index) => {
        const name = path.join(folder, `${index}.cff`);
        await writeFile(name, text);
        return name;
      }),
    );
    const { known, valid } = await askPython<{ known: string[]; valid: boolean[] }>(judge.command, program, names);
    expect([...cffLicences].sort()).toEqual(known.sort());
    expect(valid).toEqual([true, true, true, true, false]);
    expect(texts.map((text) => [parse(text).license, parse(text)["license-url"]])).toEqual([
      ["EUPL-1.2", undefined],
      ["CC-BY-3.0-AT", undefined],
      [undefined, "https://spdx.org/licenses/CC-BY-3.0-IGO.html"],
      [undefined, undefined],
    ]);
  });

  it("croissant.json is Croissant 1.1, and the table can be read through it", async (context) => {
    const judge = peerJudge(["mlcroissant"]);
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `
import sys, json, mlcroissant
out = []
for folder in sys.argv[1:]:
    d = mlcroissant.Dataset(folder + '/croissant.json')
    records = list(d.records('nuclei'))
    m = d.metadata
    out.append(dict(issues=[sorted(m.ctx.issues.errors), sorted(m.ctx.issues.warnings)], version=str(m.ctx.conforms_to.value),
        sets=sorted(x.name for x in m.file_sets), labels=[r['nuclei/label'] for r in records], cut=[r['nuclei/truncated_by_border'] for r in records],
        voxels=[r['nuclei/voxels'] for r in records], volumes=sorted(set(r['nuclei/volume'].decode() for r in records))))
print(json.dumps(out))`;
    const [full, empty] = await askPython<Record<string, unknown>[]>(judge.command, program, [told, untold]);
    expect(full).toMatchObject({
      version: "http://mlcommons.org/croissant/1.1",
      sets: ["imagej"],
      labels: [3, 9, 70_000],
      cut: [false, false, false],
      voxels: [1800, 1, 2730],
      volumes: ["embryo-1-left"],
      issues: [[], []],
    });
    expect((empty.issues as unknown[])[0]).toEqual([]);
  });

  it("the folder is an RO-Crate 1.2", async (context) => {
    const judge = peerJudge(["rocrate_validator", "rocrate"], "roc-validator rocrate");
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const issues = await askPython<string[][]>(judge.command, ROC, [told]);
    expect(issues).toEqual([[]]);
  }, 120_000);
});

/**
 * The context of RO-Crate is at an address that a test does not fetch: the package rocrate has one, and the two checks that fetch it
 * are left out.
 */
const ROC = `
import sys, json, os, importlib.util
import rocrate_validator.utils.document_loader as loader
where = os.path.join(os.path.dirname(importlib.util.find_spec('rocrate').origin), 'data', 'ro-crate.jsonld')
context = json.load(open(where))
loader._fetch_json_ld = lambda url: context
from rocrate_validator import services, models
out = []
for folder in sys.argv[1:]:
    result = services.validate(services.ValidationSettings(rocrate_uri=folder, profile_identifier='ro-crate-1.2',
        requirement_severity=models.Severity.REQUIRED))
    out.append([i.check.identifier + ': ' + str(i.message) for i in result.get_issues()
        if not i.check.identifier.startswith('ro-crate-1.2_4.')])
print(json.dumps(out))`;
