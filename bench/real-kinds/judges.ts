import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import type { ExportFormat } from "../../server/export/export-formats.ts";
import { peerJudge } from "../../server/export/testing/python-judge.ts";
import type { RealKind } from "./kinds.ts";
import { truthFiles } from "./publish-kind.ts";

const run = promisify(execFile);
const LONGEST_MS = 600_000;

interface PeerJudge {
  /** Whose package it looks into. */
  readonly format: ExportFormat;
  /** What it is called in `judges.py`. */
  readonly target: string;
  readonly by: string;
  readonly modules: readonly string[];
}

const judge = (format: ExportFormat, by: string, ...more: readonly string[]): PeerJudge => ({
  format,
  target: format,
  by,
  modules: [by, "tifffile", "numpy", ...more],
});

/** Every package has the small files beside its format. */
const ofSmallFiles = (by: string, ...more: readonly string[]): PeerJudge => ({
  ...judge("imagej", by, ...more),
  target: "nuclei.csv",
});

export const peerJudges: readonly PeerJudge[] = [
  judge("ome-zarr", "zarr"),
  judge("ome-zarr", "tensorstore"),
  judge("ome-zarr", "yaozarrs"),
  judge("ome-zarr", "ome_zarr_models", "zarr"),
  judge("ome-tiff", "tifffile"),
  judge("ome-tiff", "ome_types"),
  judge("imagej", "tifffile"),
  judge("imagej", "ImageJ"),
  judge("nifti", "nibabel"),
  judge("nifti", "SimpleITK"),
  judge("nrrd", "nrrd"),
  judge("nrrd", "SimpleITK"),
  judge("cellprofiler", "pandas"),
  judge("nnunet", "nnunetv2", "SimpleITK"),
  judge("stardist", "stardist"),
  judge("cellpose", "tifffile"),
  judge("embedseg", "tifffile"),
  judge("tracking", "ctc_metrics"),
  judge("hdf5", "h5py"),
  judge("neuroglancer", "tensorstore"),
  judge("neuroglancer", "cloudvolume"),
  judge("ply", "trimesh"),
  judge("ply", "meshio"),
  judge("obj", "trimesh"),
  judge("obj", "meshio"),
  judge("vtk", "vtkmodules"),
  judge("webknossos", "zarr"),
  judge("webknossos", "webknossos"),
  judge("bioimage-archive", "zarr"),
  judge("bioimage-archive", "rocrate_validator", "rocrate"),
  judge("idr", "tifffile"),
  judge("bbbc", "tifffile"),
  judge("bioimageio", "onnxruntime", "onnx"),
  judge("bioimageio", "bioimageio.core", "onnxruntime"),
  ofSmallFiles("cffconvert"),
  ofSmallFiles("mlcroissant"),
  ofSmallFiles("rocrate_validator", "rocrate"),
];

export interface Verdict {
  readonly outcome: "agrees" | "disagrees" | "skipped";
  /** Its name and version, where it is there. */
  readonly judge: string;
  readonly said: string;
}

/** The Python that has a judge. Those that go with no other version of what they need have a variable of their own. */
function pythonOf({ by, modules }: PeerJudge): { readonly command: string } | { readonly missing: string } {
  if (by === "ImageJ") {
    if (!existsSync(process.env.KARYOLOOP_IMAGEJ ?? "")) return { missing: "KARYOLOOP_IMAGEJ names no ij.jar" };
    return pythonOf({ ...judge("imagej", "tifffile") });
  }
  if (by === "webknossos") {
    const command = process.env.KARYOLOOP_WEBKNOSSOS_PYTHON ?? "";
    return existsSync(command)
      ? { command }
      : { missing: "KARYOLOOP_WEBKNOSSOS_PYTHON names no Python with webknossos" };
  }
  const found = peerJudge(modules);
  return found.missing === undefined ? { command: found.command } : { missing: found.missing };
}

/** One judge's word on one package. */
export async function ask(one: PeerJudge, kind: RealKind, folder: string, fileName: string): Promise<Verdict> {
  const python = pythonOf(one);
  if ("missing" in python) return { outcome: "skipped", judge: one.by, said: python.missing };
  const { image, labels } = truthFiles(kind);
  const script = path.join(import.meta.dirname, "judges.py");
  const args = [`${one.target} by ${one.by}`, folder, fileName, image, labels, kind.voxelSizeZyx.join()];
  try {
    const { stdout } = await run(python.command, ["-W", "ignore", script, ...args], {
      timeout: LONGEST_MS,
      maxBuffer: 16 << 20,
    });
    const { version, said } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { version: string; said: string };
    return { outcome: "agrees", judge: version, said };
  } catch (error) {
    const { stderr = "" } = error as { stderr?: string };
    const last = stderr.trim().split("\n").at(-1) || String(error).slice(0, 500);
    return { outcome: "disagrees", judge: one.by, said: last };
  }
}
