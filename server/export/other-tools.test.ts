import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../../core/edit/testing/seeded-random.ts";
import type { PixelArray } from "../../core/volume/voxel-space.ts";
import { openVolumeFile } from "../ingest/open-volume-file.ts";
import { readWholeVolume } from "../ingest/voxels/read-whole-volume.ts";
import { datasetArchive } from "./dataset-zip.ts";
import type { ExportFormat } from "./export-formats.ts";
import { memorySource } from "./file-source.ts";
import type { DatasetDescription } from "./frozen/dataset-description.ts";
import { openDataset } from "./frozen/frozen-dataset.ts";
import { createDatasetFixture, type DatasetFixture, LARGE_LABEL, UNFINISHED_LABEL } from "./testing/dataset-fixture.ts";
import { markedShapeZyx } from "./testing/marked-volume.ts";
import { askPython, peerJudge, pythonJudge } from "./testing/python-judge.ts";
import { unzipTo } from "./testing/unzip-to.ts";
import { streamOf } from "./testing/zip-of.ts";
import { nnunetClasses, specimenFolds } from "./training/nnunet-files.ts";
import { validateDataset } from "./validate/dataset-rules.ts";

const FORMATS: readonly ExportFormat[] = [
  "nifti",
  "nrrd",
  "cellprofiler",
  "nnunet",
  "stardist",
  "cellpose",
  "tracking",
  "hdf5",
  "neuroglancer",
  "ply",
  "obj",
  "vtk",
  "bioimage-archive",
  "embedseg",
  "webknossos",
  "idr",
  "bbbc",
];
const [DEPTH, HEIGHT, WIDTH] = markedShapeZyx;
const { signal } = new AbortController();

let fixture: DatasetFixture;
let description: DatasetDescription;
let folder: string;
let root: string;
let files: ReadonlyMap<string, Buffer>;
const at = (...parts: string[]) => path.join(root, ...parts);

beforeAll(async () => {
  fixture = await createDatasetFixture("int16");
  const [volume] = fixture.description.volumes;
  const boxes = [
    ...volume.boxes,
    // The unfinished nucleus is in its planes 2 and 3: they are not known to the last voxel.
    { kind: "fully-labelled" as const, box: { minZyx: [1, 5, 50], maxZyx: [5, 30, 90] } as const },
  ];
  description = { ...fixture.description, volumes: [{ ...volume, boxes }] } as DatasetDescription;
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-tools-"));
  const zip = path.join(folder, "dataset.zip");
  const dataset = openDataset(fixture.blobs, description);
  const archive = await datasetArchive({ dataset, formats: FORMATS, model: null }, new Map(), signal);
  await pipeline(streamOf(archive), createWriteStream(zip));
  root = path.join(folder, "mouse-embryos-ete-v2");
  files = new Map([...(await unzipTo(zip, folder))].map(([name, bytes]) => [path.relative(root, name), bytes]));
});
afterAll(async () => {
  await fixture.remove();
  await rm(folder, { recursive: true, force: true });
});

const sha = (voxels: PixelArray): string =>
  createHash("sha256")
    .update(new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength))
    .digest("hex");
const truth = () => fixture.labels.map((label) => (label === UNFINISHED_LABEL ? 0 : label));
const numbered = () => Uint16Array.from(truth(), (label) => [0, 3, 9, LARGE_LABEL].indexOf(label));

it("is what our own rules accept", async () => {
  expect(await validateDataset(memorySource(files), async () => null)).toEqual([]);
});

it("is sent in any range", async () => {
  const dataset = openDataset(fixture.blobs, description);
  const archive = await datasetArchive({ dataset, formats: FORMATS, model: null }, new Map(), signal);
  const whole = await buffer(streamOf(archive));
  const random = seededRandom(31);
  for (let i = 0; i < 10; i++) {
    const start = Math.floor(random() * whole.length);
    const end = Math.min(whole.length, start + Math.floor(random() ** 4 * whole.length) + 1);
    expect((await buffer(archive.bytes(start, end, signal))).equals(whole.subarray(start, end))).toBe(true);
  }
}, 120_000);

/** Prints of a stack as an array z, y, x: type, shape, spacing z, y, x and SHA-256. */
const DESCRIBE = `
import sys, json, hashlib, numpy
def seen(a, spacing):
    a = numpy.ascontiguousarray(a)
    return dict(dtype=a.dtype.newbyteorder('=').name, shape=list(a.shape), spacing=[float(s) for s in spacing],
        sha=hashlib.sha256(a.tobytes()).hexdigest())`;

interface Seen {
  readonly dtype: string;
  readonly shape: number[];
  readonly spacing: number[];
  readonly sha: string;
}

function expectVolume(seen: Record<"image" | "labels" | "known", Seen>, perUm: number): void {
  expect(seen.image).toMatchObject({ dtype: "int16", sha: sha(fixture.image) });
  expect(seen.labels).toMatchObject({ dtype: "uint32", sha: sha(truth()) });
  expect(seen.known).toMatchObject({ dtype: "uint8", sha: sha(fixture.known) });
  for (const { shape, spacing } of Object.values(seen)) {
    expect(shape).toEqual([...markedShapeZyx]);
    for (const [axis, size] of [1.75, 0.8, 0.65].entries()) expect(spacing[axis] * perUm).toBeCloseTo(size, 6);
  }
}

describe("NIfTI", () => {
  it("is read by nibabel: the voxels, where they lie, and their unit", async (context) => {
    const judge = peerJudge(["nibabel"]);
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `${DESCRIBE}
import nibabel
out = {}
for kind in ('image', 'labels', 'known'):
    n = nibabel.load(sys.argv[1] + '_' + kind + '.nii')
    data = numpy.asanyarray(n.dataobj)
    out[kind] = seen(data.transpose(2, 1, 0), [float(s) for s in n.header.get_zooms()[::-1]])
    out[kind].update(unit=n.header.get_xyzt_units()[0], affine=n.affine.tolist(), qform=n.get_qform().tolist(),
        intent=n.header.get_intent()[0], marker=int(data[100, 7, 1]))
print(json.dumps(out))`;
    type NiftiSeen = Seen & { unit: string; affine: number[][]; qform: number[][]; intent: string; marker: number };
    const seen = await askPython<Record<"image" | "labels" | "known", NiftiSeen>>(judge.command, program, [
      at("nifti/embryo-1-left"),
    ]);
    expectVolume(seen, 1000);
    expect(seen.image).toMatchObject({ unit: "mm", intent: "none", marker: 127 });
    expect(seen.labels).toMatchObject({ intent: "label", marker: 9 });
    for (const { affine, qform } of Object.values(seen))
      for (const matrix of [affine, qform])
        matrix.flat().forEach((value, i) => {
          expect(value).toBeCloseTo([0.00065, 0, 0, 0, 0, 0.0008, 0, 0, 0, 0, 0.00175, 0, 0, 0, 0, 1][i], 9);
        });
  });
});

describe("NIfTI and NRRD", () => {
  it("are read by SimpleITK alike", async (context) => {
    const judge = peerJudge(["SimpleITK"]);
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `${DESCRIBE}
import SimpleITK
out = {}
for end in ('nii', 'nrrd'):
    out[end] = {}
    for kind in ('image', 'labels', 'known'):
        i = SimpleITK.ReadImage(sys.argv[1] + '/' + ('nifti' if end == 'nii' else end) + '/embryo-1-left_' + kind + '.' + end)
        out[end][kind] = seen(SimpleITK.GetArrayFromImage(i), i.GetSpacing()[::-1])
print(json.dumps(out))`;
    type Three = Record<"image" | "labels" | "known", Seen>;
    const { nii, nrrd } = await askPython<{ nii: Three; nrrd: Three }>(judge.command, program, [root]);
    expectVolume(nii, 1000);
    expectVolume(nrrd, 1);
  });

  it("NRRD is read by pynrrd, with its directions and units", async (context) => {
    const judge = peerJudge(["nrrd"], "pynrrd");
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `${DESCRIBE}
import nrrd
out = {}
for kind in ('image', 'labels', 'known'):
    data, header = nrrd.read(sys.argv[1] + '_' + kind + '.nrrd', index_order='C')
    out[kind] = seen(data, numpy.diag(header['space directions'])[::-1])
    out[kind].update(units=header['space units'], space=header['space'], origin=list(header['space origin']),
        off=float(numpy.abs(header['space directions'] - numpy.diag(numpy.diag(header['space directions']))).max()))
print(json.dumps(out))`;
    type NrrdSeen = Seen & { units: string[]; space: string; origin: number[]; off: number };
    const seen = await askPython<Record<"image" | "labels" | "known", NrrdSeen>>(judge.command, program, [
      at("nrrd/embryo-1-left"),
    ]);
    expectVolume(seen, 1);
    for (const { units, space, origin, off } of Object.values(seen)) {
      expect(units).toEqual(["um", "um", "um"]);
      expect([space, origin, off]).toEqual(["3D-right-handed", [0, 0, 0], 0]);
    }
  });
});

describe("nnU-Net", () => {
  const name = "Dataset501_nuclei";

  it("passes nnU-Net's own look at a data set", async (context) => {
    const judge = peerJudge(["nnunetv2", "torch", "SimpleITK"], "nnunetv2");
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `
import sys, json, io, contextlib
from nnunetv2.experiment_planning.verify_dataset_integrity import verify_dataset_integrity
said = io.StringIO()
with contextlib.redirect_stdout(said): verify_dataset_integrity(sys.argv[1], 1)
print(json.dumps([line for line in said.getvalue().splitlines() if 'rror' in line or 'arning' in line]))`;
    const said = await askPython<string[]>(judge.command, program, [at("nnunet/nnUNet_raw", name)]);
    expect(said).toEqual(["If you didn't see any error messages then your dataset is most likely OK!"]);
  }, 120_000);

  it("has classes as a naive look at each voxel's neighbours makes them", () => {
    const { background, nucleus, border, ignore } = nnunetClasses;
    const labels = truth();
    const label = (z: number, y: number, x: number): number | null =>
      z < 0 || y < 0 || x < 0 || z >= DEPTH || y >= HEIGHT || x >= WIDTH ? null : labels[(z * HEIGHT + y) * WIDTH + x];
    const expected = new Uint8Array(labels.length);
    for (let z = 0, i = 0; z < DEPTH; z++)
      for (let y = 0; y < HEIGHT; y++)
        for (let x = 0; x < WIDTH; x++, i++) {
          const own = labels[i];
          const inPlane = [label(z, y, x - 1), label(z, y, x + 1), label(z, y - 1, x), label(z, y + 1, x)];
          const beside = [label(z - 1, y, x), label(z + 1, y, x)];
          const touches =
            inPlane.some((one) => one !== null && one !== own) ||
            beside.some((one) => one !== null && one !== 0 && one !== own);
          expected[i] = fixture.known[i] === 0 ? ignore : own === 0 ? background : touches ? border : nucleus;
        }
    const file = files.get(`nnunet/nnUNet_raw/${name}/labelsTr/embryo-1-left.nrrd`) ?? Buffer.alloc(0);
    const written = file.subarray(file.indexOf("\n\n") + 2);
    expect(written.equals(Buffer.from(expected))).toBe(true);
    expect(new Set(expected)).toEqual(new Set([background, nucleus, border, ignore]));
  });

  it("divides no specimen between the sides of a fold", () => {
    const [volume] = description.volumes;
    const volumes = ["a1", "b1", "a2", "c1", "d1", "b2", "kept"].map((fileName) => ({
      ...volume,
      fileName,
      specimen: fileName[0],
      split: fileName === "kept" ? ("test" as const) : ("train" as const),
    }));
    const folds = specimenFolds(volumes);
    expect(folds.map(({ val }) => val)).toEqual([["a1", "a2"], ["b1", "b2"], ["c1"], ["d1"]]);
    for (const { train, val } of folds) expect([...train, ...val].sort()).toEqual(["a1", "a2", "b1", "b2", "c1", "d1"]);
    expect(specimenFolds([volume])).toEqual([]);
  });
});

describe("StarDist, Cellpose, Cell Tracking Challenge", () => {
  it("are read by tifffile: the numbers, the unknown, the planes", async (context) => {
    const judge = peerJudge(["tifffile"]);
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `${DESCRIBE}
import tifffile, glob, os
root = sys.argv[1]
read = lambda name: seen(tifffile.imread(os.path.join(root, name)), [])
planes = sorted(os.path.relpath(p, root) for p in glob.glob(root + '/cellpose/*/*.tif'))
print(json.dumps(dict(planes={p: read(p) for p in planes}, **{name: read(name) for name in sys.argv[2:]})))`;
    const names = {
      image: "stardist/train/images/embryo-1-left.tif",
      mask: "stardist/train/masks/embryo-1-left.tif",
      frame: "tracking/01/t000.tif",
      seg: "tracking/01_GT/SEG/man_seg000.tif",
      tra: "tracking/01_GT/TRA/man_track000.tif",
      known: "tracking/01_KNOWN/known000.tif",
    };
    const seen = await askPython<Record<string, Seen> & { planes: Record<string, Seen> }>(judge.command, program, [
      root,
      ...Object.values(names),
    ]);
    const mask = Int16Array.from(numbered(), (value, i) => (fixture.known[i] === 0 ? -1 : value));
    expect(seen[names.image]).toMatchObject({ dtype: "int16", shape: [...markedShapeZyx], sha: sha(fixture.image) });
    expect(seen[names.mask]).toMatchObject({ dtype: "int16", shape: [...markedShapeZyx], sha: sha(mask) });
    expect(seen[names.frame].sha).toBe(sha(fixture.image));
    expect(seen[names.seg]).toMatchObject({ dtype: "uint16", sha: sha(numbered()) });
    expect(seen[names.tra]).toEqual(seen[names.seg]);
    expect(seen[names.known].sha).toBe(sha(fixture.known));
    const plane = (from: PixelArray, z: number, [y0, x0, y1, x1]: readonly number[]): PixelArray => {
      const rows = Array.from({ length: y1 - y0 }, (_, row) =>
        Array.from(from.subarray((z * HEIGHT + y0 + row) * WIDTH + x0, (z * HEIGHT + y0 + row) * WIDTH + x1)),
      );
      return (from instanceof Uint16Array ? Uint16Array : Int16Array).from(rows.flat());
    };
    const expected: Record<string, unknown> = {};
    for (const [name, box, planes] of [
      ["test/embryo-1-left_box1", [0, 0, 20, 20], [0, 1, 2, 3, 4]],
      ["train/embryo-1-left_box2", [5, 50, 30, 90], [1, 4]],
    ] as const)
      for (const z of planes) {
        const about = { shape: [box[2] - box[0], box[3] - box[1]], spacing: [] };
        const file = `cellpose/${name}_z000${z}`;
        expected[`${file}.tif`] = { ...about, dtype: "int16", sha: sha(plane(fixture.image, z, box)) };
        expected[`${file}_masks.tif`] = { ...about, dtype: "uint16", sha: sha(plane(numbered(), z, box)) };
      }
    expect(seen.planes).toEqual(expected);
  });

  it("StarDist's own filling of holes leaves the masks, and the unknown, as they are", async (context) => {
    const judge = peerJudge(["stardist", "numba", "tifffile"], "stardist");
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `
import sys, json, numpy, tifffile
from stardist import fill_label_holes
from stardist.geometry import star_dist3D
from stardist.rays3d import Rays_GoldenSpiral
mask = tifffile.imread(sys.argv[1])
distances = star_dist3D(numpy.maximum(mask, 0), Rays_GoldenSpiral(8), mode='cpp')
print(json.dumps([bool((fill_label_holes(mask) == mask).all()), sorted(int(v) for v in numpy.unique(mask)), bool((distances[mask > 0] > 0).all())]))`;
    const answer = await askPython(judge.command, program, [at("stardist/train/masks/embryo-1-left.tif")]);
    expect(answer).toEqual([true, [-1, 0, 1, 2, 3], true]);
  }, 120_000);

  it("the measures of the Cell Tracking Challenge find the ground truth equal to itself", async (context) => {
    const judge = peerJudge(["ctc_metrics"], "py-ctcmetrics");
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `
import sys, json, os, shutil, tempfile, io, contextlib
from ctc_metrics.scripts.validate import validate_sequence
from ctc_metrics.scripts.evaluate import evaluate_sequence
gt = sys.argv[1]
res = os.path.join(tempfile.mkdtemp(), '01_RES')
os.makedirs(res)
shutil.copy(gt + '/TRA/man_track000.tif', res + '/mask000.tif')
shutil.copy(gt + '/TRA/man_track.txt', res + '/res_track.txt')
with contextlib.redirect_stdout(io.StringIO()):
    valid = validate_sequence(res, 1)
    found = evaluate_sequence(res, gt, ['SEG'], 1)  # TRA needs two frames in this program
shutil.rmtree(os.path.dirname(res))
print(json.dumps([int(valid['Valid']), float(found['SEG'])]))`;
    expect(await askPython(judge.command, program, [at("tracking/01_GT")])).toEqual([1, 1]);
  }, 120_000);
});

describe("HDF5", () => {
  it("is read by h5py: the voxels, their types, the size and the names of the axes", async (context) => {
    const judge = peerJudge(["h5py"]);
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `${DESCRIBE}
import h5py
out = {}
with h5py.File(sys.argv[1], 'r') as f:
    for kind, name in (('image', 'raw'), ('labels', 'label'), ('known', 'known')):
        out[kind] = seen(f[name][:], f[name].attrs['element_size_um'])
    out['names'] = list(f)
    out['axes'] = ''.join(a['key'] for a in json.loads(f['raw'].attrs['axistags'])['axes'])
print(json.dumps(out))`;
    const { names, axes, ...seen } = await askPython<
      Record<"image" | "labels" | "known", Seen> & { names: string[]; axes: string }
    >(judge.command, program, [at("hdf5/train/embryo-1-left.h5")]);
    expectVolume(seen, 1);
    expect([names, axes]).toEqual([["known", "label", "raw"], "zyx"]);
  });

  it("is what our importer takes, with labels and voxel size", async () => {
    const file = await openVolumeFile(at("hdf5/train/embryo-1-left.h5"), "embryo-1-left.h5");
    const raw = file.contents.images.find((image) => image.path.endsWith("raw"));
    expect(raw).toMatchObject({ shapeZyx: markedShapeZyx, pixelType: "int16", voxelSizeZyx: [1.75, 0.8, 0.65] });
    const { pixels } = await readWholeVolume(await file.open({ image: raw?.path ?? "", channel: 0, time: 0 }));
    expect(sha(pixels)).toBe(sha(fixture.image));
  });
});

describe("Neuroglancer", () => {
  it("is read by tensorstore: voxels, sizes in nanometres, every resolution", async (context) => {
    const judge = peerJudge(["tensorstore"]);
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `${DESCRIBE}
import tensorstore
out = {}
for kind in ('image', 'nuclei'):
    spec = dict(driver='neuroglancer_precomputed', kvstore=dict(driver='file', path=sys.argv[1] + '_' + kind + '/'))
    t = tensorstore.open(spec, read=True).result()
    out[kind] = seen(t[..., 0].read().result().transpose(2, 1, 0), [u.multiplier for u in t.dimension_units[2::-1]])
    out[kind]['units'] = [u.base_unit for u in t.dimension_units[:3]]
    coarse = tensorstore.open(dict(spec, scale_index=1), read=True).result()
    out[kind]['coarse'] = [list(coarse.shape), sorted(set(int(v) for v in coarse.read().result().ravel()))[-1]]
print(json.dumps(out))`;
    type Coarse = Seen & { units: string[]; coarse: [number[], number] };
    const { image, nuclei } = await askPython<{ image: Coarse; nuclei: Coarse }>(judge.command, program, [
      at("neuroglancer/embryo-1-left"),
    ]);
    expect(image).toMatchObject({ dtype: "int16", shape: [...markedShapeZyx], sha: sha(fixture.image) });
    expect(nuclei).toMatchObject({ dtype: "uint32", shape: [...markedShapeZyx], sha: sha(truth()) });
    for (const { spacing, units } of [image, nuclei]) {
      expect(spacing).toEqual([1750, 800, 650]);
      expect(units).toEqual(["nm", "nm", "nm"]);
    }
    expect(nuclei.coarse).toEqual([[66, 34, 5, 1], LARGE_LABEL]);
  });
});

const MESH_PROGRAM = `
import sys, json, os, numpy
def of(vertices, faces):
    v, f = numpy.asarray(vertices, float), numpy.asarray(faces).reshape(-1, 3)
    a, b, c = v[f[:, 0]], v[f[:, 1]], v[f[:, 2]]
    parts = numpy.einsum('ij,ij->i', a, numpy.cross(b, c)) / 6
    centre = ((a + b + c) / 4 * parts[:, None]).sum(0) / parts.sum()
    edges = [tuple(e) for t in f for e in ((t[0], t[1]), (t[1], t[2]), (t[2], t[0]))]
    closed = len(set(edges)) == len(edges) and set(edges) == set((b, a) for a, b in edges)
    return dict(volume=float(parts.sum()), centre=[float(x) for x in centre], closed=bool(closed))
`;

describe("Neuroglancer's meshes", () => {
  interface Seen {
    readonly volume: number;
    readonly centre: readonly number[];
    readonly closed: boolean;
  }
  function expectMeshes(seen: readonly Seen[]): void {
    for (const [index, [voxels, ...centre]] of [
      [1800, 35, 20, 2.5],
      [1, 100.5, 7.5, 1.5],
      [2730, 72.5, 53, 2.5],
    ].entries()) {
      const { volume, centre: found, closed } = seen[index];
      expect(closed).toBe(true);
      expect(Math.abs(volume / (voxels * 1750 * 800 * 650) - 1)).toBeLessThan(1e-3);
      for (const [axis, size] of [650, 800, 1750].entries())
        expect(Math.abs(found[axis] / size - centre[axis])).toBeLessThan(0.05);
    }
  }

  it("are read by cloud-volume: closed, outward, in nanometres where the voxels are", async (context) => {
    const judge = peerJudge(["cloudvolume"], "cloud-volume");
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `${MESH_PROGRAM}
from cloudvolume import CloudVolume
v = CloudVolume('file://' + sys.argv[1], progress=False)
out = []
for label in (3, 9, ${LARGE_LABEL}):
    m = v.mesh.get(label)
    m = m[label] if isinstance(m, dict) else m
    out.append(of(m.vertices, m.faces))
print(json.dumps(out))`;
    expectMeshes(await askPython<Seen[]>(judge.command, program, [at("neuroglancer/embryo-1-left_nuclei")]));
  });

  it("are read by Draco itself and numpy, as the format's page says", async (context) => {
    const judge = peerJudge(["DracoPy", "numpy"], "DracoPy");
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `${MESH_PROGRAM}
import DracoPy
root = sys.argv[1]
info = json.load(open(root + '/info'))
folder = root + '/' + info['mesh'] + '/'
about = json.load(open(folder + 'info'))
assert about['@type'] == 'neuroglancer_multilod_draco' and about['transform'] == [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]
steps = 2 ** about['vertex_quantization_bits'] - 1
ids = json.load(open(root + '/' + info['segment_properties'] + '/info'))['inline']['ids']
out = []
for label in ids:
    raw = open(folder + label + '.index', 'rb').read()
    shape, origin = numpy.frombuffer(raw, '<f4', 3), numpy.frombuffer(raw, '<f4', 3, 12)
    assert numpy.frombuffer(raw, '<u4', 1, 24) == [1] and numpy.frombuffer(raw, '<u4', 1, 44) == [1]
    fragment = open(folder + label, 'rb').read()
    assert numpy.frombuffer(raw, '<u4', 1, 60) == [len(fragment)] and len(raw) == 64
    mesh = DracoPy.decode(fragment)
    assert mesh.points.min() == 0 and mesh.points.max() == steps
    out.append(of(origin + shape * (mesh.points / steps), mesh.faces))
print(json.dumps(out))`;
    expectMeshes(await askPython<Seen[]>(judge.command, program, [at("neuroglancer/embryo-1-left_nuclei")]));
  });

  it("have names that every file system takes, as all files of all formats", () => {
    for (const name of files.keys()) expect(name).not.toMatch(/[<>:"\\|?*]|[ .](\/|$)/);
  });
});

describe("surfaces", () => {
  const names = (ending: string) =>
    [3, 9, LARGE_LABEL].map((label) => at(`${ending}/embryo-1-left/nucleus_${label}.${ending}`));
  const VOXEL_UM3 = 1.75 * 0.8 * 0.65;
  /** Of nuclei 3, 9 and 70 000: voxels, and the middle x, y, z of their boxes in voxels. */
  const truthOf = [
    [1800, 35, 20, 2.5],
    [1, 100.5, 7.5, 1.5],
    [2730, 72.5, 53, 2.5],
  ];
  function expectSurfaces(seen: readonly { volume: number; centre: readonly number[] }[]): void {
    for (const [index, [voxels, ...centre]] of truthOf.entries()) {
      expect(Math.abs(seen[index].volume / (voxels * VOXEL_UM3) - 1)).toBeLessThan(1e-3);
      for (const [axis, size] of [0.65, 0.8, 1.75].entries())
        expect(Math.abs(seen[index].centre[axis] / size - centre[axis])).toBeLessThan(0.05);
    }
  }

  it("are watertight to trimesh, look outward, and have the volume and place of their voxels", async (context) => {
    const judge = peerJudge(["trimesh"]);
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `
import sys, json, trimesh
out = []
for name in sys.argv[1:]:
    m = trimesh.load(name, process=False)
    out.append(dict(volume=float(m.volume), centre=[float(v) for v in m.center_mass],
        sound=[bool(m.is_watertight), bool(m.is_winding_consistent), bool(m.is_volume)]))
print(json.dumps(out))`;
    for (const ending of ["ply", "obj"]) {
      const seen = await askPython<{ volume: number; centre: number[]; sound: boolean[] }[]>(
        judge.command,
        program,
        names(ending),
      );
      expectSurfaces(seen);
      expect(seen.flatMap(({ sound }) => sound)).not.toContain(false);
    }
  });

  it("are read by meshio alike as PLY and OBJ", async (context) => {
    const judge = peerJudge(["meshio", "numpy"]);
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `
import sys, json, meshio, numpy
def seen(name):
    m = meshio.read(name)
    return m.points.astype(float), m.cells_dict['triangle']
(pp, pt), (op, ot) = (seen(name) for name in sys.argv[1:])
print(json.dumps([bool((pt == ot).all()), float(numpy.abs(pp - op).max())]))`;
    const [sameTriangles, away] = await askPython<[boolean, number]>(judge.command, program, [
      names("ply")[0],
      names("obj")[0],
    ]);
    expect(sameTriangles).toBe(true);
    expect(away).toBeLessThan(1e-3);
  });

  it("are read by VTK itself", async (context) => {
    const judge = peerJudge(["vtkmodules"], "vtk");
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `
import sys, json
from vtkmodules.vtkIOLegacy import vtkPolyDataReader
from vtkmodules.vtkFiltersCore import vtkMassProperties, vtkFeatureEdges, vtkCenterOfMass
out = []
for name in sys.argv[1:]:
    r = vtkPolyDataReader(); r.SetFileName(name); r.Update()
    m = vtkMassProperties(); m.SetInputConnection(r.GetOutputPort()); m.Update()
    e = vtkFeatureEdges(); e.SetInputConnection(r.GetOutputPort()); e.FeatureEdgesOff(); e.ManifoldEdgesOff(); e.Update()
    b = r.GetOutput().GetBounds()
    out.append(dict(volume=m.GetVolume(), centre=[(b[0]+b[1])/2, (b[2]+b[3])/2, (b[4]+b[5])/2], bad=e.GetOutput().GetNumberOfCells()))
print(json.dumps(out))`;
    const seen = await askPython<{ volume: number; centre: number[]; bad: number }[]>(
      judge.command,
      program,
      names("vtk"),
    );
    expectSurfaces(seen);
    expect(seen.map(({ bad }) => bad)).toEqual([0, 0, 0]);
  });
});

describe("BioImage Archive", () => {
  it("has images that zarr-python reads in their zips", async (context) => {
    const judge = peerJudge(["zarr", "numpy"]);
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `${DESCRIBE}
import zarr
store = zarr.storage.ZipStore(sys.argv[1], mode='r')
g = zarr.open_group(store, path='embryo-1-left.ome.zarr', mode='r')
scale = g.attrs['ome']['multiscales'][0]['datasets'][0]['coordinateTransformations'][0]['scale']
print(json.dumps({kind: seen(g[path][:], scale) for kind, path in
    (('image', '0'), ('labels', 'labels/nuclei/0'), ('known', 'labels/known/0'))}))`;
    const zip = at("bioimage-archive/images/embryo-1-left.ome.zarr.zip");
    expectVolume(await askPython<Record<"image" | "labels" | "known", Seen>>(judge.command, program, [zip]), 1);
  });

  it("has lists that Python's csv reads, of files that are there with the sizes that they have", async () => {
    const judge = pythonJudge();
    if (judge.missing !== undefined) throw new Error(judge.missing);
    const program = `
import sys, json, csv, os
root = sys.argv[1]
rows = lambda name: list(csv.DictReader(open(os.path.join(root, name), newline='', encoding='utf-8'), delimiter='\\t'))
crate = rows('file_list.tsv')
print(json.dumps(dict(images=[r['Files'] for r in rows('image_file_list.tsv')],
    annotations=[[r['Files'], r['source_image']] for r in rows('annotation_file_list.tsv')],
    sizes=[os.path.getsize(os.path.join(root, r['file_path'])) - int(r['size_in_bytes']) for r in crate])))`;
    const image = "images/embryo-1-left.ome.zarr.zip";
    expect(await askPython(judge.command, program, [at("bioimage-archive")])).toEqual({
      images: [image, "images/embryo-1-left_channel-1.ome.zarr.zip"],
      annotations: ["nuclei.ome.tif", "known.ome.tif", "nuclei.csv"].map((one) => [
        `annotations/embryo-1-left_${one}`,
        image,
      ]),
      sizes: [0, 0, 0, 0, 0],
    });
  });
});

describe("EmbedSeg and the benchmark's zips", () => {
  it("are read by tifffile: parts of boxes without anything unknown, and whole stacks", async (context) => {
    const judge = peerJudge(["tifffile"]);
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `${DESCRIBE}
import tifffile, glob, os, zipfile, io
root = sys.argv[1]
boxes = {os.path.relpath(p, root + '/embedseg'): seen(tifffile.imread(p), [])['sha'] for p in glob.glob(root + '/embedseg/*/*/*.tif')}
def packed(zip, name):
    with zipfile.ZipFile(root + '/bbbc/' + zip) as z:
        assert z.testzip() is None
        return seen(tifffile.imread(io.BytesIO(z.read(name))), [])['sha']
print(json.dumps(dict(boxes=boxes, image=packed('images.zip', 'images/embryo-1-left.ome.tif'),
    labels=packed('ground_truth.zip', 'ground_truth/embryo-1-left_labels.ome.tif'),
    known=packed('ground_truth.zip', 'ground_truth/embryo-1-left_known.ome.tif'))))`;
    const inBox = (from: PixelArray, [z0, z1]: readonly number[], [y0, x0, y1, x1]: readonly number[]): PixelArray => {
      const voxels: number[] = [];
      for (let z = z0; z < z1; z++)
        for (let y = y0; y < y1; y++)
          voxels.push(...from.subarray((z * HEIGHT + y) * WIDTH + x0, (z * HEIGHT + y) * WIDTH + x1));
      return (from instanceof Uint16Array ? Uint16Array : Int16Array).from(voxels);
    };
    const boxes: Record<string, string> = {};
    for (const [side, name, planes, box] of [
      ["val", "embryo-1-left_box1_z0000-0004.tif", [0, 5], [0, 0, 20, 20]],
      ["train", "embryo-1-left_box2_z0001-0001.tif", [1, 2], [5, 50, 30, 90]],
      ["train", "embryo-1-left_box2_z0004-0004.tif", [4, 5], [5, 50, 30, 90]],
    ] as const) {
      boxes[`${side}/images/${name}`] = sha(inBox(fixture.image, planes, box));
      boxes[`${side}/masks/${name}`] = sha(inBox(numbered(), planes, box));
    }
    const seen = await askPython<Record<string, unknown>>(judge.command, program, [root]);
    expect(seen).toEqual({ boxes, image: sha(fixture.image), labels: sha(truth()), known: sha(fixture.known) });
  });
});

describe("webKnossos", () => {
  it("has layers that zarr-python reads where datasource-properties.json says, and segments in XML", async (context) => {
    const judge = peerJudge(["zarr", "numpy"]);
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `${DESCRIBE}
import zarr, os
import xml.etree.ElementTree as xml
source = json.load(open(sys.argv[1] + '/datasource-properties.json'))
out = {}
for layer in source['dataLayers']:
    mag = layer['mags'][0]
    a = zarr.open_array(os.path.join(sys.argv[1], mag['path']), mode='r')[:]
    axes = mag['axisOrder']
    assert [a.shape[axes[k]] for k in 'xyz'] == [layer['boundingBox'][k] for k in ('width', 'height', 'depth')]
    out[layer['name']] = seen(a, source['scale']['factor'][::-1])
nml = xml.parse(sys.argv[1] + '/nuclei.nml').getroot()
out['segments'] = [[int(s.get('id')), s.get('name')] for s in nml.iter('segment')]
out['scale'] = [float(nml.find('parameters/scale').get(k)) for k in 'xyz']
print(json.dumps(out))`;
    type Layers = { image: Seen; nuclei: Seen; known: Seen; segments: [number, string][]; scale: number[] };
    const { image, nuclei, known, segments, scale } = await askPython<Layers>(judge.command, program, [
      at("webknossos/embryo-1-left"),
    ]);
    expectVolume({ image, labels: nuclei, known }, 1e-3);
    expect(segments).toEqual([
      [3, 'nucleus 3, =mitotic, "late"'],
      [9, "nucleus 9"],
      [LARGE_LABEL, `nucleus ${LARGE_LABEL}`],
    ]);
    expect(scale).toEqual([650, 800, 1750]);
  });

  it("is opened by webKnossos' own library: layers, sizes and the annotation", async (context) => {
    const judge = peerJudge(["webknossos"]);
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `${DESCRIBE}
import webknossos
root = sys.argv[1]
data = webknossos.Dataset.open(root)
out = {}
for kind, name in (('image', 'image'), ('labels', 'nuclei'), ('known', 'known')):
    finest = data.get_layer(name).get_finest_mag()
    out[kind] = seen(finest.read().transpose([finest.bounding_box.axes.index(axis) for axis in 'zyx']), data.voxel_size[::-1])
annotation = webknossos.Annotation.load(root + '/nuclei.nml')
segments = annotation.get_volume_layer_segments('nuclei')
out['segments'] = [[int(one), segments[one].name, list(segments[one].anchor_position)] for one in sorted(segments)]
out['scale'] = [float(v) for v in annotation.voxel_size]
print(json.dumps(out))`;
    type Opened = { image: Seen; labels: Seen; known: Seen; segments: unknown[]; scale: number[] };
    const { segments, scale, ...layers } = await askPython<Opened>(judge.command, program, [
      at("webknossos/embryo-1-left"),
    ]);
    expectVolume(layers, 1e-3);
    expect(scale).toEqual([650, 800, 1750]);
    expect(segments).toEqual([
      [3, 'nucleus 3, =mitotic, "late"', [34, 19, 2]],
      [9, "nucleus 9", [100, 7, 1]],
      [LARGE_LABEL, `nucleus ${LARGE_LABEL}`, [72, 52, 2]],
    ]);
  }, 60_000);
});

describe("IDR", () => {
  it("has templates whose columns Python's csv reads, with assays of images that are there", async () => {
    const judge = pythonJudge();
    if (judge.missing !== undefined) throw new Error(judge.missing);
    const program = `
import sys, json, csv, os
study = {row[0]: row[1:] for row in csv.reader(open(sys.argv[1] + '/idr0000-study.txt', encoding='utf-8'), delimiter='\\t', quoting=csv.QUOTE_NONE)}
folder = sys.argv[1] + '/experimentA/'
assays = list(csv.DictReader(open(folder + study['Experiment Assay File'][0], encoding='utf-8'), delimiter='\\t'))
print(json.dumps(dict(title=study['Study Title'], licence=study['Study License'], size=study['Experiment Size'][1],
    there=[[os.path.exists(folder + a['Comment [Image File Path]']), a['Image File'], a['Comment [Image File Type]']] for a in assays],
    paths=[os.path.exists(folder + line.rstrip('\\n').split('\\t')[1]) for line in open(folder + 'idr0000-experimentA-filePaths.tsv')])))`;
    expect(await askPython(judge.command, program, [at("idr")])).toEqual({
      title: ["Mouse embryos, été"],
      licence: ["CC BY 4.0"],
      size: "Average Image Dimension (XYZCT): 131 x 67 x 5 x 1 x 1",
      there: [
        [true, "embryo-1-left.ome.tif", "raw"],
        [true, "embryo-1-left_nuclei.ome.tif", "derived"],
      ],
      paths: [true, true],
    });
  });

  it("has the keys of the submitter's template, in its order", () => {
    // https://github.com/IDR/idr0000-lastname-example/blob/master/idr0000-study_nonHCS.txt, one section a line.
    const template = `Comment[IDR Study Accession]|Study Title|Study Type|Study Type Term Source REF|Study Type Term Accession|Study Description|Study Key Words|Study Organism|Study Organism Term Source REF|Study Organism Term Accession|Study Experiments Number|Study External URL|Study Public Release Date
Study PubMed ID|Study Publication Title|Study Author List|Study PMC ID|Study DOI
Study Person Last Name|Study Person First Name|Study Person Email|Study Person Address|Study Person ORCID|Study Person Roles
Study License|Study License URL|Study Copyright|Study Data Publisher|Study Data DOI|Term Source Name|Term Source URI
Experiment Number|Comment[IDR Experiment Name]|Experiment Description|Experiment Size|Experiment Example Images|Experiment Imaging Method|Experiment Imaging Method Term Source REF|Experiment Imaging Method Term Accession|Experiment Organism|Experiment Organism Term Source REF|Experiment Organism Term Accession|Experiment Comments
Experiment Assay File|Experiment Assay File Format|Assay Experimental Conditions|Assay Experimental Conditions Term Source REF|Assay Experimental Conditions Term Accession|Quality Control Description
Protocol Name|Protocol Type|Protocol Type Term Source REF|Protocol Type Term Accession|Protocol Description
Phenotype Name|Phenotype Description|Phenotype Score Type|Phenotype Term Source REF|Phenotype Term Name|Phenotype Term Accession
Feature Level Data File Name|Feature Level Data File Format|Feature Level Data File Description|Feature Level Data Column Name|Feature Level Data Column Description
Processed Data File Name|Processed Data File Format|Processed Data File Description|Processed Data Column Name|Processed Data Column Type|Processed Data Column Annotation Level|Processed Data Column Description|Processed Data Column Link To Assay File`;
    const written = files.get("idr/idr0000-study.txt")?.toString("utf8").trimEnd().split("\n") ?? [];
    expect(written.map((line) => line.split("\t")[0])).toEqual(template.split(/[|\n]/));
  });

  it("lists files as its studies do: a data set, and a path that its curators put their folder before", () => {
    // https://github.com/IDR/idr0062-blin-nuclearsegmentation/blob/master/experimentA/idr0062-experimentA-filePaths.tsv
    const written = files.get("idr/experimentA/idr0000-experimentA-filePaths.tsv")?.toString("utf8");
    expect(written).toBe(
      "Dataset:name:embryo 1\timages/embryo-1-left.ome.tif\nDataset:name:embryo 1\timages/embryo-1-left_nuclei.ome.tif\n",
    );
  });
});

it("CellProfiler's tables have a line for every nucleus, in voxels and in micrometres", async (context) => {
  const judge = peerJudge(["pandas"]);
  if (judge.missing !== undefined) return context.skip(judge.missing);
  const program = `
import sys, json, pandas
n = pandas.read_csv(sys.argv[1] + '/Nuclei.csv').merge(pandas.read_csv(sys.argv[1] + '/Image.csv'), on='ImageNumber')
print(json.dumps([[float(v) for v in row] for row in n[['ImageNumber', 'ObjectNumber', 'Metadata_Label', 'AreaShape_Volume',
    'AreaShape_Center_X', 'AreaShape_Center_Y', 'AreaShape_Center_Z', 'Karyoloop_Volume_um3', 'Count_Nuclei']].values]))`;
  const rows = await askPython<number[][]>(judge.command, program, [at("cellprofiler")]);
  expect(rows.map((row) => row.slice(0, 4))).toEqual([
    [1, 1, 3, 1800],
    [1, 2, 9, 1],
    [1, 3, LARGE_LABEL, 2730],
  ]);
  // The box from z 1, y 10, x 20 to z 4, y 30, x 50, and the marked voxel: middles of voxels, the first at 0.
  const centres = [
    [34.5, 19.5, 2],
    [100, 7, 1],
    [72, 52.5, 2],
  ];
  for (const [index, row] of rows.entries()) {
    for (const [axis, value] of centres[index].entries()) expect(row[4 + axis]).toBeCloseTo(value, 5);
    expect(row[7]).toBeCloseTo(row[3] * 1.75 * 0.8 * 0.65, 4);
    expect(row[8]).toBe(3);
  }
});
