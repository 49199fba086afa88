import { createHash } from "node:crypto";
import { stringify } from "yaml";
import { countMultiplications } from "../../../core/checkpoint/folded-layers.ts";
import { Problem } from "../../../core/problem.ts";
import type { ExportFile } from "../export-file.ts";
import { memorySource } from "../file-source.ts";
import { networkOnnx } from "../onnx/network-onnx.ts";
import { encodeOnnx } from "../onnx/onnx-file.ts";
import { validateBioimage } from "./bioimage-rules.ts";
import { drawCover } from "./cover.ts";
import { describeModel, type PackageFile, type PublishedModel, packageFiles } from "./model-description.ts";
import { networkTfjs, tfjsZip } from "./network-tfjs.ts";
import { encodeNpy } from "./npy.ts";
import { nucleiPython, nucleiSettings } from "./nuclei-settings.ts";
import { packageReadme } from "./package-readme.ts";
import { tensorSizes } from "./tensor-sizes.ts";
import { drawTestImage, runOnImage } from "./test-tensors.ts";

export type PackageBytes = Readonly<Record<PackageFile, Uint8Array>>;

/** About a minute of the server's time; a network of the usual size takes a thirtieth. */
const MAX_MULTIPLICATIONS = 60e9;

const compressed: ReadonlySet<PackageFile> = new Set([packageFiles.onnx, packageFiles.tfjs, packageFiles.cover]);

/** A model package below `folder` of a larger export. All its files are made when the first is asked for. */
export async function* bioimageFolder(published: PublishedModel, folder: string): AsyncGenerator<ExportFile> {
  assertCanBeTried(published);
  let made: Promise<PackageBytes> | null = null;
  yield* bioimageFiles((signal) => {
    made ??= makePackage(published, signal);
    return made;
  }, folder);
}

/** The files of a package, from where its bytes come. */
export async function* bioimageFiles(
  bytesOf: (signal: AbortSignal) => Promise<PackageBytes>,
  folder = "",
): AsyncGenerator<ExportFile> {
  for (const name of Object.values(packageFiles))
    yield {
      path: `${folder}${name}`,
      compress: !compressed.has(name),
      async *bytes(signal, start = 0) {
        const bytes = (await bytesOf(signal))[name];
        if (start < bytes.length) yield bytes.subarray(start);
      },
    };
}

function assertCanBeTried({ model }: PublishedModel): void {
  const { config } = model.trained;
  if (countMultiplications(config, tensorSizes(config).testZyx) <= MAX_MULTIPLICATIONS) return;
  throw new Problem({
    tag: "network-too-large",
    what: "This network is too large for the server to compute the test tensors that bioimage.io asks for.",
    where: `checkpoint ${model.checkpointId}`,
    hint: "Fetch the trained model itself, or train one with fewer base channels.",
  });
}

/**
 * The bytes of a model package as bioimage.io takes it: `rdf.yaml` and the files that it names by their digests. Some seconds of
 * work. Throws a Problem where the network is too large to be tried here.
 */
export async function makePackage(published: PublishedModel, signal: AbortSignal): Promise<PackageBytes> {
  assertCanBeTried(published);
  const { trained } = published.model;
  const onnx = networkOnnx(trained);
  const image = drawTestImage(trained);
  const maps = await runOnImage(onnx, image, signal);
  const heads = trained.config.heads;
  const voxels = image.values.length;
  const foregroundAt = heads.indexOf("foreground") * voxels;
  const bytes: Record<string, Uint8Array> = {
    [packageFiles.onnx]: encodeOnnx(onnx),
    [packageFiles.tfjs]: tfjsZip(networkTfjs(trained)),
    [packageFiles.testInput]: encodeNpy({ shape: [1, 1, ...image.shapeZyx], values: image.values }),
    [packageFiles.testOutput]: encodeNpy({ shape: [1, heads.length, ...image.shapeZyx], values: maps }),
    [packageFiles.cover]: drawCover(image, maps.subarray(foregroundAt, foregroundAt + voxels)),
    [packageFiles.readme]: utf8(packageReadme(published)),
    [packageFiles.python]: nucleiPython(),
    [packageFiles.settings]: utf8(`${JSON.stringify(nucleiSettings(trained), null, 2)}\n`),
  };
  const described = describeModel(published, (name) => createHash("sha256").update(bytes[name]).digest("hex"));
  bytes[packageFiles.rdf] = utf8(stringify(described, { lineWidth: 120, aliasDuplicateObjects: false }));
  await assertValid(bytes);
  return bytes as PackageBytes;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The writer's own look at what it wrote: it has just run the weights, and what people have not filled in yet holds nothing back. */
async function assertValid(bytes: Readonly<Record<string, Uint8Array>>): Promise<void> {
  const [first] = await validateBioimage(memorySource(new Map(Object.entries(bytes))), "", {
    run: false,
    publishable: false,
  });
  if (!first) return;
  throw new Problem({
    tag: "export-invalid",
    what: `The bioimage.io package is not valid: ${first.what}.`,
    where: `${first.where} (rule ${first.rule})`,
    hint: "Please report this with the server's log; nothing was exported.",
  });
}
