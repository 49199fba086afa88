import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { moveOutlines } from "../../../core/labels/move-outlines.ts";
import { diameterObjection, MAX_DIAMETER_UM, MIN_DIAMETER_UM } from "../../../core/perception/nucleus-diameter.ts";
import { Problem } from "../../../core/problem.ts";
import type { VoxelSpace, Zyx } from "../../../core/volume/voxel-space.ts";
import { stackBytes } from "../../export/stacks/stack-stream.ts";
import { imagejLabelLayout, omeLabelLayout } from "../../export/tiff/stack-layouts.ts";
import { readFirstVolume } from "../../ingest/read-first-volume.ts";
import { finderOfFiles } from "./finders/nucleus-finder.ts";
import { readVoxelSize } from "./voxel-size-option.ts";

const USAGE = `karyoloop predict --model FOLDER --image FILE --out FILE.tif [options]

Outlines the nuclei of a volume with a model from an export of Karyoloop or from karyoloop evaluate --save, and writes a label image: 0 is
background, nuclei are 1, 2, 3… The same code as the server's: tiled prediction, 8 symmetries, nuclei by watershed; of a quick
classifier its trees, and nuclei by watershed.

  --model FOLDER       folder with model.json and weights.bin
  --image FILE         TIFF, HDF5 or zipped OME-Zarr; the first volume in it
  --out FILE           FILE.ome.tif: OME-TIFF, 32 bits; any other FILE.tif: an ImageJ stack, 16 bits
  --voxel-size Z,Y,X   micrometres, where the file does not say
  --diameter UM        about how wide nuclei are, micrometres (default: as the model or the image says)
  --engine native|wasm only this engine (default: the best there is)
  --help               this text`;

interface PredictOptions {
  readonly model: string;
  readonly image: string;
  readonly out: string;
  readonly voxelSizeZyx: Zyx | null;
  readonly diameterUm: number | null;
  readonly engine: "native" | "wasm" | undefined;
}

const usageProblem = (what: string): Problem =>
  new Problem({ tag: "wrong-arguments", what, hint: "karyoloop predict --help explains the options." });

/** Null when only the help was asked for. */
export function parsePredictOptions(args: readonly string[]): PredictOptions | null {
  const one = { type: "string" } as const;
  const options = {
    model: one,
    image: one,
    out: one,
    engine: one,
    diameter: one,
    "voxel-size": one,
    help: { type: "boolean", short: "h" },
  } as const;
  let values: ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];
  try {
    ({ values } = parseArgs({ args: [...args], options }));
  } catch (error) {
    throw usageProblem(error instanceof Error ? error.message : String(error));
  }
  if (values.help) return null;
  const { model, image, out, engine } = values;
  if (!model || !image || !out) throw usageProblem("Name a --model, an --image and an --out file.");
  if (!/\.tiff?$/i.test(out)) throw usageProblem(`--out is a TIFF file, not ${out}.`);
  if (engine !== undefined && engine !== "native" && engine !== "wasm")
    throw usageProblem(`--engine is native or wasm, not ${engine}.`);
  const size = values["voxel-size"];
  const voxelSizeZyx = size === undefined ? null : readVoxelSize(size, usageProblem);
  const diameterUm = values.diameter === undefined ? null : Number(values.diameter);
  if (diameterUm !== null && !(diameterUm >= MIN_DIAMETER_UM && diameterUm <= MAX_DIAMETER_UM))
    throw usageProblem(`--diameter is ${MIN_DIAMETER_UM} to ${MAX_DIAMETER_UM} micrometres, not ${values.diameter}.`);
  return { model, image, out, engine, voxelSizeZyx, diameterUm };
}

/** `karyoloop predict`; returns the exit code. */
export async function runPredict(args: readonly string[]): Promise<number> {
  const options = parsePredictOptions(args);
  if (!options) {
    console.log(USAGE);
    return 0;
  }
  const nuclei = await predictFile(options, (line) => console.error(line));
  console.log(`${nuclei} nuclei in ${options.out}`);
  return 0;
}

async function predictFile(options: PredictOptions, say: (line: string) => void): Promise<number> {
  const [modelJson, weights] = await Promise.all(
    ["model.json", "weights.bin"].map((name) => readModelFile(path.join(options.model, name))),
  );
  const image = await readFirstVolume(options.image);
  const voxelSizeZyx = options.voxelSizeZyx ?? image.voxelSizeZyx;
  if (!voxelSizeZyx)
    throw new Problem({
      tag: "voxel-size-unknown",
      what: "The file does not say how large its voxels are.",
      where: options.image,
      hint: "Say it: --voxel-size Z,Y,X in micrometres.",
    });
  const finder = await finderOfFiles({ "model.json": modelJson, "weights.bin": weights }, options.engine, say);
  const space: VoxelSpace = { shapeZyx: image.shapeZyx, voxelSizeZyx };
  const { diameterUm } = options;
  const objection = diameterUm === null ? null : diameterObjection(diameterUm, space);
  if (objection) throw objection;
  const seen = { ...space, image: Float32Array.from(image.pixels), diameterUm };
  const { found } = await finder.findNuclei(seen, (pass) => say(`pass ${pass}`));
  finder.dispose();
  const labels = finder.outlineUm ? moveOutlines(found, space, finder.outlineUm) : found;
  const nuclei = labels.reduce((largest, label) => Math.max(largest, label), 0);
  await writeLabels(options.out, labels, space, nuclei);
  return nuclei;
}

const readModelFile = (file: string): Promise<Uint8Array> =>
  readFile(file).catch((cause: unknown) => {
    throw new Problem(
      {
        tag: "no-model",
        what: "The model cannot be read.",
        where: file,
        hint: "Give the folder `model` of an unpacked export.",
      },
      { cause },
    );
  });

async function writeLabels(file: string, labels: Uint32Array, space: VoxelSpace, nuclei: number): Promise<void> {
  const [depth, height, width] = space.shapeZyx;
  const ome = /\.ome\.tiff?$/i.test(file);
  const layout = ome ? omeLabelLayout(path.basename(file), space) : imagejLabelLayout(space, nuclei, file);
  async function* planes() {
    for (let z = 0; z < depth; z++) {
      const plane = labels.subarray(z * height * width, (z + 1) * height * width);
      yield ome ? plane : Uint16Array.from(plane);
    }
  }
  await pipeline(stackBytes(layout, planes), createWriteStream(file));
}
