import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import type { TrainedModel } from "../../../core/checkpoint/trained-model.ts";
import { EMPTY_PUBLICATION } from "../../../core/publication/publication.ts";
import { decodePng } from "../../ingest/codecs/png.ts";
import { registerWasmBackend } from "../../trainer/engine/wasm-engine.ts";
import { Predictor } from "../../trainer/network/predictor.ts";
import { memorySource } from "../file-source.ts";
import type { DatasetDescription } from "../frozen/dataset-description.ts";
import type { ExportedModel } from "../model-files.ts";
import { exportedTinyModel } from "../testing/exported-tiny-model.ts";
import { askPython, peerJudge } from "../testing/python-judge.ts";
import { randomModel, threeHeads } from "../testing/random-network.ts";
import { makePackage, type PackageBytes } from "./bioimage-files.ts";
import { validateBioimage } from "./bioimage-rules.ts";
import { decodeNpy, encodeNpy } from "./npy.ts";
import { preprocess } from "./test-tensors.ts";

const { signal } = new AbortController();
const WHOLE = { run: true, publishable: true };

const description: DatasetDescription = {
  format: "karyoloop-dataset/1",
  id: "00000000-0000-4000-8000-000000000001",
  version: 2,
  createdAt: "2026-11-01T10:00:00.000Z",
  software: { name: "Karyoloop", version: "0.1.0" },
  project: {
    id: "00000000-0000-4000-8000-000000000004",
    name: "Mouse embryos, été",
    description: "Nuclei <of> embryos.",
  },
  guidelines: "",
  publication: {
    ...EMPTY_PUBLICATION,
    title: 'Nuclei: of "mouse" embryos #1',
    summary: "Embryos: of 8 to 64 cells.\n# They were fixed.",
    creators: [
      { givenName: "Ada", familyName: "Lovelace", affiliation: "London", orcid: "0000-0002-1825-0097" },
      { givenName: "", familyName: "O/Brien", affiliation: "", orcid: "" },
    ],
    keywords: ["embryo", "- a: list"],
    organisms: [{ name: "Mus musculus", taxonId: 10090, strain: "C57BL/6" }],
    relatedWorks: [
      { identifier: "10.1234/abc", relation: "IsDocumentedBy" },
      { identifier: "https://example.org/page", relation: "IsSupplementTo" },
    ],
  },
  licence: "CC-BY-4.0",
  annotators: [],
  classes: [],
  snapshotId: "00000000-0000-4000-8000-000000000002",
  checkpoint: null,
  volumes: [],
};

const exported = (trained: TrainedModel): ExportedModel => ({ ...exportedTinyModel, trained });

let small: PackageBytes;
let folder: string;
const smallModel = randomModel(threeHeads, 11, { canonical: null });

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-bioimage-"));
  small = await makePackage({ model: exported(smallModel), description }, signal);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const filesOf = (bytes: PackageBytes) => new Map<string, Uint8Array>(Object.entries(bytes));
const textOf = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

describe("a model package", () => {
  it("is valid by its own rules, and the same to the last byte when it is made again", async () => {
    expect(await validateBioimage(memorySource(filesOf(small)), "", WHOLE)).toEqual([]);
    const again = await makePackage({ model: exported(smallModel), description }, signal);
    for (const [name, bytes] of Object.entries(small))
      expect(Buffer.compare(Buffer.from(bytes), Buffer.from(again[name as keyof PackageBytes])), name).toBe(0);
  });

  it("says who made it, under which licence, and what people typed as they typed it", () => {
    const rdf = parse(textOf(small["rdf.yaml"]));
    expect(rdf).toMatchObject({
      name: "Nuclei 3D - Nuclei of mouse embryos 1",
      license: "CC-BY-4.0",
      version: "2",
      authors: [{ name: "Ada Lovelace", affiliation: "London", orcid: "0000-0002-1825-0097" }, { name: "O Brien" }],
      weights: { onnx: { opset_version: 17, parent: "tensorflow_js" } },
    });
    const { dependencies } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
    expect(rdf.weights.tensorflow_js.tensorflow_version).toBe(dependencies["@tensorflow/tfjs"]);
    expect(rdf.description).toContain("\n# They were fixed.");
    expect(rdf.tags).toEqual(expect.arrayContaining(["Mus musculus", "- a: list", "tensorflow.js"]));
    expect(rdf.cite.slice(0, 2)).toMatchObject([{ doi: "10.1234/abc" }, { url: "https://example.org/page" }]);
    expect(textOf(small["README.md"])).toContain("## Validation");
  });

  it("has test tensors of three unequal sizes: what the trainer's network says of the first is the second", async () => {
    await registerWasmBackend();
    const [input, output] = [decodeNpy(small["test-input.npy"]), decodeNpy(small["test-output.npy"])];
    const [z, y, x] = input?.shape.slice(2) ?? [];
    expect(new Set([z, y, x]).size).toBe(3);
    expect(output?.shape).toEqual([1, 3, z, y, x]);
    const predictor = new Predictor(smallModel.config, smallModel.weights);
    const maps = await predictor.predictTile(preprocess(input?.values ?? new Float32Array()), [z, y, x]);
    predictor.dispose();
    const voxels = z * y * x;
    const wrong = output?.values.findIndex(
      (value, i) => Math.abs(value - maps[(i % voxels) * 3 + Math.floor(i / voxels)]) > 1e-5,
    );
    expect(wrong).toBe(-1);
  });

  it("has a picture that a reader of ours takes, twice as wide as high", () => {
    const { pixels, ...picture } = decodePng(small["cover.png"]);
    expect(picture).toMatchObject({ width: 512, height: 256, colour: "rgb" });
    expect(new Set(pixels).size).toBeGreaterThan(50);
  });

  it("is refused in words for a network that would take the server minutes", async () => {
    const levels = threeHeads.levels.map((level) => ({ ...level, channels: 300 }));
    const config = { ...threeHeads, levels };
    const model = exported({ ...smallModel, config });
    await expect(makePackage({ model, description }, signal)).rejects.toThrow("too large");
  });
});

type Files = Map<string, Uint8Array>;
/** Writes a file, and its right digest into the description. */
function replaced(files: Files, name: string, bytes: Uint8Array): void {
  const old = createHash("sha256")
    .update(files.get(name) ?? new Uint8Array())
    .digest("hex");
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  files.set(name, bytes).set("rdf.yaml", Buffer.from(textOf(files.get("rdf.yaml")).replaceAll(old, sha256)));
}
const inRdf = (from: string, to: string) => (files: Files) => {
  const text = textOf(files.get("rdf.yaml"));
  if (!text.includes(from)) throw new Error(`rdf.yaml does not hold ${from}`);
  files.set("rdf.yaml", Buffer.from(text.replace(from, to)));
};
// biome-ignore lint/suspicious/noExplicitAny: a description is damaged wherever the case wants.
const inDescription = (change: (rdf: any) => void) => (files: Files) => {
  const rdf = parse(textOf(files.get("rdf.yaml")));
  change(rdf);
  files.set("rdf.yaml", Buffer.from(stringify(rdf, { aliasDuplicateObjects: false })));
};
const inText = (name: string, from: string, to: string) => (files: Files) => {
  const text = textOf(files.get(name));
  if (!text.includes(from)) throw new Error(`${name} does not hold ${from}`);
  replaced(files, name, Buffer.from(text.replace(from, to)));
};

it.each<[rule: string, how: string, mutate: (files: Files) => void]>([
  ["missing", "no description", (files) => files.delete("rdf.yaml")],
  ["rdf", "another format", inRdf("format_version: 0.5.7", "format_version: 0.4.10")],
  ["rdf", "no YAML", (files) => files.set("rdf.yaml", Buffer.from("{: [}"))],
  ["rdf", "a name with a colon", inRdf("name: Nuclei 3D - Nuclei", 'name: "Nuclei: 3D" #')],
  ["rdf", "no test tensor", inDescription((rdf) => delete rdf.outputs[0].test_tensor)],
  ["file-missing", "no weights", (files) => files.delete("weights.onnx")],
  ["sha256", "a changed byte", (files) => files.set("nuclei.py", Buffer.from(`${textOf(files.get("nuclei.py"))}#`))],
  [
    "axes",
    "z and x changed places",
    inDescription((rdf) => rdf.inputs[0].axes.push(...rdf.inputs[0].axes.splice(2, 1))),
  ],
  ["axes", "a reference to nothing", inDescription((rdf) => (rdf.outputs[0].axes[2].size.axis_id = "t"))],
  ["halo", "nothing left between halos", inDescription((rdf) => (rdf.outputs[0].axes[4].halo = 100))],
  ["parent", "two originals", inDescription((rdf) => delete rdf.weights.onnx.parent)],
  ["parent", "a parent that is not here", inDescription((rdf) => (rdf.weights.onnx.parent = "keras_hdf5"))],
  ["documentation", "no validation", inText("README.md", "## Validation", "## Nothing")],
  ["cover", "a text for a picture", (files) => replaced(files, "cover.png", Buffer.from("no picture".repeat(9)))],
  [
    "tfjs",
    "weights cut off",
    (files) => replaced(files, "tensorflow_js.zip", files.get("weights.onnx") ?? new Uint8Array()),
  ],
  ["nuclei", "other heads", inText("nuclei.json", '"distance",', "")],
  ["nuclei", "other voxels", inDescription((rdf) => (rdf.inputs[0].axes[3].scale = 9))],
  ["nuclei", "no way to nuclei", inDescription((rdf) => rdf.attachments.shift())],
  ["onnx", "another opset", inRdf("opset_version: 17", "opset_version: 11")],
  [
    "onnx",
    "weights cut off",
    (files) => replaced(files, "weights.onnx", (files.get("weights.onnx") ?? new Uint8Array()).slice(0, 900)),
  ],
  ["onnx", "another port", inDescription((rdf) => (rdf.outputs[0].id = "labels"))],
  ["test-tensor", "no array", (files) => replaced(files, "test-input.npy", Buffer.from("not numpy"))],
  [
    "test-tensor",
    "a number that is none",
    (files) => {
      const bytes = Buffer.from(files.get("test-output.npy") ?? []);
      bytes.writeFloatLE(Number.NaN, bytes.length - 8);
      replaced(files, "test-output.npy", bytes);
    },
  ],
  ["test-tensor", "a size that is not allowed", inDescription((rdf) => (rdf.inputs[0].axes[2].size.min += 1))],
  [
    "test-output",
    "the output of other weights",
    (files) => {
      const output = decodeNpy(files.get("test-output.npy") ?? new Uint8Array());
      if (output)
        replaced(
          files,
          "test-output.npy",
          encodeNpy({ ...output, values: output.values.map((v, i) => (i === 777 ? 1 - v : v)) }),
        );
    },
  ],
  ["licence", "no licence", inDescription((rdf) => delete rdf.license)],
  ["licence", "a licence of one's own", inDescription((rdf) => (rdf.license = "ask me"))],
  ["authors", "nobody made it", inDescription((rdf) => delete rdf.authors)],
  ["description", "does nothing", inDescription((rdf) => (rdf.description = " "))],
])("is refused by %s: %s", async (rule, _how, mutate) => {
  const files = filesOf(small);
  mutate(files);
  const found = await validateBioimage(memorySource(files), "", { ...WHOLE, run: rule === "test-output" });
  expect(found.map((violation) => violation.rule)).toContain(`bioimage-${rule}`);
});

it("refuses a zip of weights that says it becomes a gigabyte, without unpacking it", async () => {
  const files = filesOf(small);
  const zip = Buffer.from(files.get("tensorflow_js.zip") ?? []);
  // The size unpacked stands 24 bytes into each entry of the directory.
  for (let at = zip.indexOf("PK\u0001\u0002"); at >= 0; at = zip.indexOf("PK\u0001\u0002", at + 4))
    zip.writeUInt32LE(2 ** 30, at + 24);
  replaced(files, "tensorflow_js.zip", zip);
  const found = await validateBioimage(memorySource(files), "", { ...WHOLE, run: false });
  expect(found.map(({ what }) => what)).toContain("unpacks to more than 256 MiB");
});

async function written(name: string, bytes: PackageBytes): Promise<string> {
  const place = await mkdtemp(path.join(folder, name));
  for (const [file, content] of Object.entries(bytes)) await writeFile(path.join(place, file), content);
  return place;
}

/** bioimageio.spec 0.5.12 does not serialise with pydantic 2.13 and later. */
const BIOIMAGEIO = "bioimageio.spec bioimageio.core 'pydantic<2.13'";

/** Judges that this project did not write. */
describe("the judges' word on a package", { timeout: 180_000 }, () => {
  it("onnx takes the model, and onnxruntime computes the test output from it", async (context) => {
    const judge = peerJudge(["onnx", "onnxruntime", "numpy"]);
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `
import sys, json, numpy, onnx, onnxruntime
folder = sys.argv[1]
model = onnx.load(folder + "/weights.onnx")
onnx.checker.check_model(model, full_check=True)
x = numpy.load(folder + "/test-input.npy"); y = numpy.load(folder + "/test-output.npy")
low, high = numpy.percentile(x, [1, 99.8])
seen = numpy.clip((x - low) / (high - low + 1e-6), 0, 1).astype(numpy.float32)
session = onnxruntime.InferenceSession(folder + "/weights.onnx", providers=["CPUExecutionProvider"])
out = session.run(None, {"image": seen})[0]
two = session.run(None, {"image": numpy.concatenate([seen, seen[:, :, ::-1]])})[0]
print(json.dumps(dict(shape=out.shape, same=bool(numpy.allclose(out, y, rtol=1e-3, atol=1e-6)), batch=bool(numpy.allclose(two[0], out[0], rtol=1e-3)),
    spread=float(y.max() - y.min()), opset=[o.version for o in model.opset_import])))`;
    const seen = await askPython<{ shape: number[]; spread: number }>(judge.command, program, [
      await written("onnx", small),
    ]);
    expect(seen).toMatchObject({
      same: true,
      batch: true,
      opset: [17],
      shape: decodeNpy(small["test-output.npy"])?.shape,
    });
    expect(seen.spread).toBeGreaterThan(0.2);
  });

  it("bioimageio.spec takes the description with all its files", async (context) => {
    const judge = peerJudge(["bioimageio.spec"], BIOIMAGEIO);
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const { spec } = await askBioimageio(judge.command);
    expect(spec).toEqual({ status: "valid-format", kind: "ModelDescr", errors: [] });
  });

  it("bioimageio.core runs its own test of the package", async (context) => {
    const judge = peerJudge(["bioimageio.core", "onnxruntime"], BIOIMAGEIO);
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const { core } = await askBioimageio(judge.command);
    expect(core).toEqual({ status: "passed", errors: [] });
  });

  interface Verdicts {
    readonly spec: object;
    readonly core: object | null;
  }
  let asked: Promise<Verdicts> | null = null;
  /** Once for both: loading the two takes most of the time. */
  function askBioimageio(command: string) {
    const program = `
import sys, json
from pathlib import Path
from bioimageio.spec import load_description
rdf = Path(sys.argv[1]) / "rdf.yaml"
errors = lambda summary: [[str(e.loc), e.msg] for x in summary.details for e in x.errors]
d = load_description(rdf, perform_io_checks=True)
spec, core = dict(status=d.validation_summary.status, kind=type(d).__name__, errors=errors(d.validation_summary)), None
try:
    from bioimageio.core import test_model
    s = test_model(rdf, weight_format="onnx")
    core = dict(status=s.status, errors=errors(s))
except ImportError:
    pass
print(json.dumps(dict(spec=spec, core=core)))`;
    asked ??= written("bioimageio", small).then((place) => askPython<Verdicts>(command, program, [place]));
    return asked;
  }
});
