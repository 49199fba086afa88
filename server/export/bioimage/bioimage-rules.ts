import { createHash } from "node:crypto";
import { unzipSync } from "fflate";
import { parse } from "yaml";
import { describeLicence } from "../../../core/publication/spdx/describe-licence.ts";
import type { FileSource, Violation } from "../file-source.ts";
import { decodeOnnx, type OnnxModel } from "../onnx/onnx-file.ts";
import { packageFiles } from "./model-description.ts";
import { decodeNpy, type FloatArray } from "./npy.ts";
import { nucleiSettingsSchema } from "./nuclei-settings.ts";
import { type Rdf, type RdfAxis, type RdfTensor, rdfSchema } from "./rdf-schema.ts";
import { runOnImage } from "./test-tensors.ts";

/** Of the specification's own test: a voxel may differ by both together. */
const TOLERANCE = { relative: 1e-3, absolute: 1e-3 };
const MAX_COVER_BYTES = 500_000;
/** A foreign zip says how large it becomes; the largest network that is taken has a quarter of this. */
const MAX_UNPACKED_BYTES = 256 * 2 ** 20;
/** Larger test tensors would take the validator minutes. */
const MAX_TEST_VOXELS = 1_000_000;

export interface PackageRules {
  /** Whether the weights are run on the test input: some seconds. */
  readonly run: boolean;
  /** Whether what bioimage.io asks for of people is there, too: authors, licence, description. */
  readonly publishable: boolean;
}

/** A model package for bioimage.io in `folder` (empty, or with a `/` at its end). */
export async function validateBioimage(
  files: FileSource,
  folder: string,
  { run, publishable }: PackageRules,
): Promise<Violation[]> {
  const found: Violation[] = [];
  const rdfPath = `${folder}${packageFiles.rdf}`;
  const say = (rule: string, where: string, what: string) => void found.push({ rule: `bioimage-${rule}`, where, what });
  const bytes = await files.read(rdfPath);
  if (!bytes) return [{ rule: "bioimage-missing", where: rdfPath, what: "there is no such file" }];
  const parsed = rdfSchema.safeParse(parseYaml(bytes));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return [{ rule: "bioimage-rdf", where: `${rdfPath}: ${issue.path.join(".")}`, what: issue.message }];
  }
  const rdf = parsed.data;
  const named = namedFiles(rdf);
  const read = new Map<string, Uint8Array>();
  for (const { source, sha256 } of named) {
    const content = await files.read(`${folder}${source}`);
    if (!content) say("file-missing", `${folder}${source}`, `is named in ${packageFiles.rdf} only`);
    else if (createHash("sha256").update(content).digest("hex") !== sha256)
      say("sha256", `${folder}${source}`, `is not the file that ${packageFiles.rdf} names`);
    else read.set(source, content);
  }
  checkAxes(rdf, (rule, what) => say(rule, rdfPath, what));
  checkParents(rdf, (what) => say("parent", rdfPath, what));
  const look = (source: string, check: (content: Uint8Array) => string | null, rule: string) => {
    const content = read.get(source);
    const flaw = content && check(content);
    if (flaw) say(rule, `${folder}${source}`, flaw);
  };
  look(rdf.documentation.source, documentationFlaw, "documentation");
  for (const { source } of rdf.covers) look(source, coverFlaw, "cover");
  look(rdf.weights.tensorflow_js.source, tfjsFlaw, "tfjs");
  look(packageFiles.settings, (content) => settingsFlaw(content, rdf), "nuclei");
  for (const name of [packageFiles.python, packageFiles.settings])
    if (!rdf.attachments.some(({ source }) => source === name)) say("nuclei", rdfPath, `does not name ${name}`);
  for (const { what, where, rule } of await checkWeights(rdf, read, run)) say(rule, `${folder}${where}`, what);
  if (!publishable) return found;
  if (!describeLicence(rdf.license ?? ""))
    say("licence", rdfPath, "has no licence of the SPDX list: nobody may reuse the model");
  if (!rdf.authors?.length) say("authors", rdfPath, "names nobody who made the model");
  if (!rdf.description?.trim()) say("description", rdfPath, "does not say what the model does");
  return found;
}

function parseYaml(bytes: Uint8Array): unknown {
  try {
    // A few names for one value are fine, a file that grows by them is not.
    return parse(new TextDecoder().decode(bytes), { maxAliasCount: 10 });
  } catch {
    return null;
  }
}

const namedFiles = ({ documentation, covers, attachments, inputs, outputs, weights }: Rdf) => [
  documentation,
  ...covers,
  ...attachments,
  ...[...inputs, ...outputs].map(({ test_tensor }) => test_tensor),
  ...Object.values(weights),
];

function checkAxes({ inputs, outputs }: Rdf, say: (rule: string, what: string) => void): void {
  const least = new Map<string, number>();
  for (const tensor of [...inputs, ...outputs]) {
    const order = tensor.axes.map((axis) => (axis.type === "space" ? axis.id : axis.type)).join(", ");
    if (order !== "batch, channel, z, y, x") say("axes", `${tensor.id} has the axes ${order}`);
    for (const axis of tensor.axes) {
      if (axis.type !== "space") continue;
      const where = `${tensor.id}.${axis.id}`;
      const size = leastSize(axis, least);
      if (size === null) {
        say("axes", `${where} takes its size from an axis that there is none of`);
        continue;
      }
      least.set(where, size);
      if (size - 2 * (axis.halo ?? 0) < 1)
        say("halo", `${where} with at least ${size} voxels is too small for a halo of ${axis.halo}`);
    }
  }
}

function leastSize({ size }: Extract<RdfAxis, { type: "space" }>, known: ReadonlyMap<string, number>): number | null {
  if (typeof size === "number") return size;
  if ("min" in size) return size.min;
  const referred = known.get(`${size.tensor_id}.${size.axis_id}`);
  return referred === undefined ? null : referred + (size.offset ?? 0);
}

function checkParents({ weights }: Rdf, say: (what: string) => void): void {
  const entries = Object.entries(weights);
  const first = entries.filter(([, { parent }]) => parent === undefined);
  if (first.length !== 1) say(`${first.length} of the weights are the original ones, which have no parent`);
  for (const [name, { parent }] of entries)
    if (parent !== undefined && (parent === name || !(parent in weights)))
      say(`the weights ${name} come from ${parent}, which is not here`);
}

function documentationFlaw(bytes: Uint8Array): string | null {
  const text = new TextDecoder().decode(bytes);
  return /^#+ .*validation/im.test(text) ? null : "has no section on validation";
}

/** Width and height stand at fixed places of a PNG. */
function coverFlaw(bytes: Uint8Array): string | null {
  const buffer = Buffer.from(bytes);
  if (buffer.length < 33 || buffer.toString("latin1", 1, 4) !== "PNG") return "is no PNG";
  if (buffer.length > MAX_COVER_BYTES) return `has ${buffer.length} bytes; the site takes ${MAX_COVER_BYTES}`;
  const ratio = buffer.readUInt32BE(16) / buffer.readUInt32BE(20);
  return ratio === 1 || ratio === 2 ? null : "is neither square nor twice as wide as high";
}

function tfjsFlaw(bytes: Uint8Array): string | null {
  let unpacked = 0;
  try {
    const inside = unzipSync(bytes, {
      filter({ originalSize }) {
        unpacked += originalSize;
        if (unpacked > MAX_UNPACKED_BYTES) throw new RangeError("more than a network of this size has");
        return true;
      },
    });
    const model = JSON.parse(new TextDecoder().decode(inside["model.json"])) as {
      format?: string;
      weightsManifest: { paths: string[]; weights: { shape: number[] }[] }[];
    };
    if (model.format !== "graph-model") return "holds no graph model";
    for (const { paths, weights } of model.weightsManifest) {
      const stored = paths.reduce((sum, path) => sum + (inside[path]?.length ?? 0), 0);
      const needed = weights.reduce((sum, { shape }) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0);
      if (stored !== needed) return `has ${stored} bytes of weights where its model needs ${needed}`;
    }
    return null;
  } catch {
    return unpacked > MAX_UNPACKED_BYTES
      ? `unpacks to more than ${MAX_UNPACKED_BYTES / 2 ** 20} MiB`
      : "cannot be read as a zip with model.json and weights";
  }
}

function settingsFlaw(bytes: Uint8Array, rdf: Rdf): string | null {
  const settings = nucleiSettingsSchema.safeParse(parseYaml(bytes));
  if (!settings.success) return `${settings.error.issues[0].path.join(".")}: ${settings.error.issues[0].message}`;
  const heads = rdf.outputs[0].axes.flatMap((axis) => (axis.type === "channel" ? axis.channel_names : []));
  if (settings.data.heads.join() !== heads.join()) return `its heads are not the channels ${heads.join(", ")}`;
  const scales = rdf.inputs[0].axes.flatMap((axis) => (axis.type === "space" ? [axis.scale ?? 1] : []));
  const differ = settings.data.voxel_size_um_zyx.some((size, i) => Math.abs(size / scales[i] - 1) > 1e-6);
  return differ ? `its voxels are ${settings.data.voxel_size_um_zyx.join(" × ")} µm, not ${scales.join(" × ")}` : null;
}

/** The network, the test tensors, and whether one makes the other. */
async function checkWeights(rdf: Rdf, read: ReadonlyMap<string, Uint8Array>, run: boolean) {
  const found: { rule: string; where: string; what: string }[] = [];
  const { source, opset_version } = rdf.weights.onnx;
  const bytes = read.get(source);
  const [input, output] = [rdf.inputs[0], rdf.outputs[0]];
  const tensors = [input, output].map((tensor) => {
    const content = read.get(tensor.test_tensor.source);
    if (!content) return null;
    const array = decodeNpy(content);
    const flaw = array ? tensorFlaw(array, tensor, input) : "is no NumPy array of 32-bit floats";
    if (flaw) found.push({ rule: "test-tensor", where: tensor.test_tensor.source, what: flaw });
    return flaw ? null : array;
  });
  if (!bytes) return found;
  let model: OnnxModel;
  try {
    model = decodeOnnx(bytes);
  } catch (error) {
    const what = `cannot be read: ${error instanceof RangeError ? error.message : "it is damaged"}`;
    return [...found, { rule: "onnx", where: source, what }];
  }
  if (model.opset !== opset_version)
    found.push({ rule: "onnx", where: source, what: `has opset ${model.opset}, not ${opset_version}` });
  for (const [port, tensor] of [[model.input, input] as const, [model.output, output] as const])
    if (port.name !== tensor.id || port.axes[1] !== channelsOf(tensor))
      found.push({ rule: "onnx", where: source, what: `${port.name} has other channels than ${tensor.id} is said to` });
  const [image, maps] = tensors;
  if (!run || found.length > 0 || !image || !maps) return found;
  const what = await outputFlaw(model, image, maps);
  return what ? [{ rule: "test-output", where: output.test_tensor.source, what }] : [];
}

const channelsOf = (tensor: RdfTensor): number =>
  tensor.axes.reduce((sum, axis) => (axis.type === "channel" ? axis.channel_names.length : sum), 0);

/** Against the sizes that the input's axes allow; an output is as large as its input. */
function tensorFlaw({ shape, values }: FloatArray, tensor: RdfTensor, input: RdfTensor): string | null {
  if (!values.every(Number.isFinite)) return "holds numbers that are infinite or none at all";
  const said = `is ${shape.join(" × ")}`;
  if (shape.length !== 5 || shape[0] !== 1 || shape[1] !== channelsOf(tensor)) return `${said}, which is not one image`;
  if (shape[2] * shape[3] * shape[4] > MAX_TEST_VOXELS) return `${said}: more voxels than are tried here`;
  const spaces = input.axes.filter((axis) => axis.type === "space");
  const fits = spaces.every(({ size }, i) => {
    const actual = shape[2 + i];
    if (typeof size === "number") return actual === size;
    return !("min" in size) || (actual >= size.min && (actual - size.min) % size.step === 0);
  });
  return fits ? null : `${said}, which the axes do not allow`;
}

async function outputFlaw(model: OnnxModel, image: FloatArray, maps: FloatArray): Promise<string | null> {
  const [, , z, y, x] = image.shape;
  try {
    const computed = await runOnImage(model, { shapeZyx: [z, y, x], values: image.values });
    if (computed.length !== maps.values.length) return "has another size than the network's output";
    const differing = computed.reduce((count, value, i) => count + (isNear(value, maps.values[i]) ? 0 : 1), 0);
    return differing > 0 ? `is not what the weights make of the test input: ${differing} voxels differ` : null;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return `cannot be computed: ${error.message}`;
  }
}

const isNear = (value: number, expected: number): boolean =>
  Math.abs(value - expected) <= TOLERANCE.absolute + TOLERANCE.relative * Math.abs(expected);
