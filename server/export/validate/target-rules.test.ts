import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { SurfaceMesh } from "../../../core/surface/closed-surface.ts";
import type { ExportFormat } from "../export-formats.ts";
import { memorySource } from "../file-source.ts";
import { openDataset } from "../frozen/frozen-dataset.ts";
import { createDatasetFixture, type DatasetFixture } from "../testing/dataset-fixture.ts";
import { unzipTo } from "../testing/unzip-to.ts";
import { zipOf } from "../testing/zip-of.ts";
import { multilodMesh, readMultilodMesh } from "../viewers/mesh/multilod-mesh.ts";
import { csvRows } from "./csv-rows.ts";
import { validateDataset } from "./dataset-rules.ts";
import {
  changed,
  type Damage,
  type Files,
  inJson,
  inText,
  jsonOf,
  put,
  remove,
  signed,
  textOf,
  to,
  volumes,
} from "./testing/damaged-files.ts";
import { FIRST_COLUMNS, SECOND_COLUMNS, writtenBefore } from "./testing/older-packages.ts";

let fixture: DatasetFixture;
let folder: string;
const made = new Map<string, Files>();

/** A dataset in these formats of two volumes of two specimens that are the same but for their names. */
async function unpacked(formats: readonly ExportFormat[]): Promise<Files> {
  const name = formats.join("-");
  const kept = made.get(name);
  if (kept) return kept;
  const zipFile = path.join(folder, `${name}.zip`);
  const dataset = openDataset(fixture.blobs, fixture.description);
  await pipeline(await zipOf({ dataset, formats, model: null }), createWriteStream(zipFile));
  const root = path.join(folder, name, "mouse-embryos-ete-v2");
  const files = new Map(
    [...(await unzipTo(zipFile, path.join(folder, name)))].map(([file, bytes]) => [path.relative(root, file), bytes]),
  );
  made.set(name, files);
  return files;
}

beforeAll(async () => {
  fixture = await createDatasetFixture("uint8");
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-targets-"));
});
afterAll(async () => {
  await fixture.remove();
  await rm(folder, { recursive: true, force: true });
});

const NIFTI = "nifti/embryo-1-left";
const NRRD = "nrrd/embryo-1-left";
const RAW = "nnunet/nnUNet_raw/Dataset501_nuclei";
const CLASSES = `${RAW}/labelsTr/embryo-1-left.nrrd`;
const MASK = "stardist/train/masks/embryo-1-left.tif";
const PLANE = "cellpose/test/embryo-1-left_box1_z0002";
const TRACKS = "tracking/01_GT/TRA";

/** Sets bytes near the end of a file, which are voxels. */
const atEnd = (name: string, before: number, ...bytes: number[]) =>
  changed(name, (file) => {
    file.set(bytes, file.length - before);
    return file;
  });
const header = (name: string, at: number, ...bytes: number[]) =>
  changed(name, (file) => {
    file.set(bytes, at);
    return file;
  });

const copyOf = (from: string, name: string) => (files: Files) => void files.set(name, files.get(from)!);
/** In every line of a text. */
const inLines = (name: string, line: RegExp, into: string) =>
  changed(name, (bytes) => Buffer.from(bytes.toString().replaceAll(new RegExp(line, "gm"), into)));
/** Of a PLY, its count too. */
const withoutLastTriangle = (bytes: Buffer): Buffer => {
  const count = Number(/element face (\d+)/.exec(bytes.toString("latin1"))?.[1]);
  const text = bytes.subarray(0, -13).toString("latin1");
  return Buffer.from(
    text.replace(`face ${count}`, `face ${String(count - 1).padStart(String(count).length, "0")}`),
    "latin1",
  );
};

const damages: Readonly<Partial<Record<ExportFormat, readonly Damage[]>>> = {
  nifti: [
    ["nifti-missing", "no labels", remove(`${NIFTI}_labels.nii`)],
    ["nifti-shape", "swapped sizes", header(`${NIFTI}_image.nii`, 42, 67, 0, 131, 0)],
    ["nifti-type", "a mask of signed bytes", header(`${NIFTI}_known.nii`, 70, 0, 1)],
    ["nifti-voxel-size", "micrometres for millimetres", header(`${NIFTI}_image.nii`, 123, 3)],
    ["nifti-unreadable", "a volume cut off", changed(`${NIFTI}_image.nii`, (bytes) => bytes.subarray(0, 9000))],
    ["nifti-known-values", "a third state", atEnd(`${NIFTI}_known.nii`, 100, 7)],
    ["nifti-label-values", "a label that nobody knows", atEnd(`${NIFTI}_labels.nii`, 400, 77)],
    ["formats-differ", "another voxel than in NRRD", atEnd(`${NIFTI}_image.nii`, 5, 99)],
    ["dataset-unexpected", "a file of no volume", (files) => files.set("nifti/x.nii", new Uint8Array(1))],
  ],
  nrrd: [
    ["nrrd-voxel-size", "another spacing", inText(`${NRRD}_image.nrrd`, "(0.65,0,0)", "(0.66,0,0)")],
    ["nrrd-shape", "swapped sizes", inText(`${NRRD}_image.nrrd`, "sizes: 131 67 5", "sizes: 67 131 5")],
    ["nrrd-type", "another type", inText(`${NRRD}_image.nrrd`, "type: uint8", "type: int8")],
    ["nrrd-missing", "no mask", remove(`${NRRD}_known.nrrd`)],
    ["nrrd-known-values", "a third state", atEnd(`${NRRD}_known.nrrd`, 100, 7)],
  ],
  nnunet: [
    ["nnunet-json", "no labels in dataset.json", inJson(`${RAW}/dataset.json`, "labels", to(null))],
    ["nnunet-channels", "two channels", inJson(`${RAW}/dataset.json`, "channel_names", to({ "0": "a", "1": "b" }))],
    ["nnunet-labels", "a gap in the labels", inJson(`${RAW}/dataset.json`, "labels.ignore", to(7))],
    ["nnunet-ignore", "an ignore that is not the last", inText(`${RAW}/dataset.json`, '"ignore"', '"other"')],
    ["nnunet-count", "another number of cases", inJson(`${RAW}/dataset.json`, "numTraining", to(2))],
    ["nnunet-ending", "another ending", inJson(`${RAW}/dataset.json`, "file_ending", to(".nii.gz"))],
    ["nnunet-missing", "no classes", remove(CLASSES)],
    ["nnunet-voxel-size", "another spacing", inText(CLASSES, "(0,0.8,0)", "(0,0.9,0)")],
    ["nnunet-values", "a nucleus's number for a class", atEnd(CLASSES, 10, 70)],
    ["nnunet-known", "an unknown voxel more", atEnd(CLASSES, 80, 3)],
    [
      "nnunet-empty",
      "classes without nuclei",
      changed(CLASSES, (bytes) => bytes.map((b, i) => (i > 400 && (b === 1 || b === 2) ? 0 : b)) as Buffer),
    ],
    [
      "nnunet-folds",
      "folds that lack a case",
      (files) =>
        files.set(
          "nnunet/nnUNet_preprocessed/Dataset501_nuclei/splits_final.json",
          Buffer.from('[{"train":["a"],"val":["embryo-1-left"]}]'),
        ),
    ],
    ["nnunet-folds", "no folds for two specimens", volumes((one) => [one, { ...one, fileName: "b", specimen: "b" }])],
    [
      "nnunet-fold-specimen",
      "a specimen on both sides of a fold",
      (files) => {
        volumes((one) => [one, { ...one, id: one.id, fileName: "b" }])(files);
        files.set(
          "nnunet/nnUNet_preprocessed/Dataset501_nuclei/splits_final.json",
          Buffer.from('[{"train":["b"],"val":["embryo-1-left"]}]'),
        );
      },
    ],
  ],
  stardist: [
    ["stardist-missing", "an image without a mask", remove(MASK)],
    ["stardist-unknown", "another negative number", atEnd(MASK, 2000, 0xfe, 0xff)],
    ["stardist-numbers", "a number that nobody knows", atEnd(MASK, 2000, 9, 0)],
    [
      "stardist-type",
      "a mask without signs",
      (files) => files.set(MASK, files.get("stardist/train/images/embryo-1-left.tif")!),
    ],
    [
      "mask-share",
      "a voxel said to be known",
      changed(MASK, (bytes) => {
        bytes.fill(
          0,
          bytes.lastIndexOf(Buffer.from([255, 255, 255, 255])),
          bytes.lastIndexOf(Buffer.from([255, 255, 255, 255])) + 2,
        );
        return bytes;
      }),
    ],
    [
      "stardist-label-map",
      "a table with a label twice",
      inText("stardist/train/embryo-1-left_labels.csv", "2,9", "2,3"),
    ],
    [
      "table-label-without-row",
      "a table with another label",
      inText("stardist/train/embryo-1-left_labels.csv", "2,9", "2,8"),
    ],
  ],
  cellpose: [
    ["cellpose-boxes", "no list of boxes", remove("cellpose/boxes.csv")],
    ["cellpose-boxes", "another box", inText("cellpose/boxes.csv", "20,20", "20,21")],
    [
      "cellpose-planes",
      "a plane fewer",
      (files) => {
        remove(`${PLANE}.tif`)(files);
        remove(`${PLANE}_masks.tif`)(files);
      },
    ],
    ["cellpose-pair", "a plane without masks", remove(`${PLANE}_masks.tif`)],
    ["cellpose-tiff", "a plane cut off", changed(`${PLANE}.tif`, (bytes) => bytes.subarray(0, bytes.length - 1))],
    ["cellpose-tiff", "another voxel size", inText(`${PLANE}.tif`, 'PhysicalSizeX="0.65"', 'PhysicalSizeX="0.66"')],
    ["cellpose-numbers", "a number that nobody knows", atEnd(`${PLANE}_masks.tif`, 2, 9, 0)],
    [
      "cellpose-side",
      "a plane to learn from that was kept for validation",
      (files) => {
        files.set(`${PLANE.replace("test", "train")}.tif`, new Uint8Array(1));
      },
    ],
  ],
  tracking: [
    ["tracking-sequences", "another volume", inText("tracking/sequences.csv", "embryo-1-left", "embryo-2-left")],
    ["tracking-missing", "no frame", remove("tracking/01/t000.tif")],
    [
      "tracking-line",
      "a line cut off",
      changed(`${TRACKS}/man_track.txt`, (bytes) => bytes.subarray(0, bytes.length - 3)),
    ],
    ["tracking-twice", "a track twice", changed(`${TRACKS}/man_track.txt`, (bytes) => Buffer.concat([bytes, bytes]))],
    ["tracking-times", "a track with a parent", inText(`${TRACKS}/man_track.txt`, "2 0 0 0", "2 0 0 1")],
    [
      "tracking-tracks",
      "a track of nobody",
      changed(`${TRACKS}/man_track.txt`, (bytes) => Buffer.from(`${bytes}4 0 0 0\n`)),
    ],
    ["tracking-seg", "another nucleus in SEG", atEnd("tracking/01_GT/SEG/man_seg000.tif", 2000, 9, 0)],
    [
      "tracking-empty",
      "a frame without nuclei",
      changed(`${TRACKS}/man_track000.tif`, (bytes) => bytes.fill(0, 2000, bytes.length - 1200)),
    ],
    ["tracking-label-map", "a table of other numbers", inText("tracking/01_labels.csv", "3,70000", "4,70000")],
  ],
};

const NUCLEI = "neuroglancer/embryo-1-left_nuclei";
/** The mesh of nucleus 3. */
const inMesh = (change: (mesh: SurfaceMesh) => SurfaceMesh) => (files: Files) => {
  const [manifestAt, fragmentAt] = [`${NUCLEI}/mesh/3.index`, `${NUCLEI}/mesh/3`];
  const whole = [manifestAt, fragmentAt].map((name) => files.get(name) ?? new Uint8Array());
  const mesh = readMultilodMesh({ manifest: whole[0], fragment: whole[1] });
  if (!mesh) throw new Error(`${fragmentAt} is no mesh`);
  const { manifest, fragment } = multilodMesh(change(mesh));
  files.set(manifestAt, manifest).set(fragmentAt, fragment);
};

const others: Readonly<Partial<Record<ExportFormat, readonly Damage[]>>> = {
  cellprofiler: [
    [
      "cellprofiler-columns",
      "a column under another name",
      inText("cellprofiler/Nuclei.csv", "AreaShape_Volume", "Volume"),
    ],
    [
      "cellprofiler-images",
      "a line of another volume",
      inText("cellprofiler/Image.csv", "embryo-1-left", "embryo-2-left"),
    ],
    ["cellprofiler-numbers", "an object numbered twice", inText("cellprofiler/Nuclei.csv", "1,2,9,", "1,1,9,")],
    ["cellprofiler-objects", "an object of no nucleus", inText("cellprofiler/Nuclei.csv", "1,2,9,", "1,2,8,")],
    ["cellprofiler-values", "another volume in voxels", inText("cellprofiler/Nuclei.csv", ",1800,", ",1801,")],
    ["cellprofiler-values", "a centre elsewhere", inText("cellprofiler/Nuclei.csv", ",34.5,", ",34,")],
  ],
  hdf5: [
    ["hdf5-missing", "no file", remove("hdf5/train/embryo-1-left.h5")],
    ["hdf5-size", "a file cut off", changed("hdf5/train/embryo-1-left.h5", (bytes) => bytes.subarray(1))],
    ["hdf5-header", "another type", inText("hdf5/train/embryo-1-left.h5", "element_size_um", "element_size_xx")],
    ["hdf5-known-values", "a third state", atEnd("hdf5/train/embryo-1-left.h5", 100, 7)],
    [
      "hdf5-label-values",
      "a label that nobody knows",
      atEnd("hdf5/train/embryo-1-left.h5", 5 * 67 * 131 + 400, 77, 0, 0, 0),
    ],
    [
      "mask-labels",
      "a mask with a hole",
      changed("hdf5/train/embryo-1-left.h5", (bytes) => {
        bytes[bytes.lastIndexOf(2)] = 1;
        return bytes;
      }),
    ],
  ],
  neuroglancer: [
    [
      "neuroglancer-info",
      "micrometres for nanometres",
      inJson(`${NUCLEI}/info`, "scales.0.resolution", to([0.65, 0.8, 1.75])),
    ],
    ["neuroglancer-info", "sizes z, y, x", inJson(`${NUCLEI}/info`, "scales.0.size", to([5, 67, 131]))],
    [
      "neuroglancer-chunk-name",
      "a chunk beside the grid",
      (files) => files.set(`${NUCLEI}/s0/1-65_0-64_0-5`, new Uint8Array(1)),
    ],
    [
      "neuroglancer-chunk-bytes",
      "a chunk cut off",
      changed(`${NUCLEI}/s0/0-64_0-64_0-5`, (bytes) => bytes.subarray(4)),
    ],
    ["neuroglancer-labels", "a chunk gone", remove(`${NUCLEI}/s0/0-64_0-64_0-5`)],
    [
      "neuroglancer-properties",
      "a property of no nucleus",
      inJson(`${NUCLEI}/segment_properties/info`, "inline.ids.0", to("4")),
    ],
    ["neuroglancer-info", "no word of the meshes", inJson(`${NUCLEI}/info`, "mesh", to("meshes"))],
    [
      "neuroglancer-mesh-info",
      "another kind of mesh",
      inJson(`${NUCLEI}/mesh/info`, "@type", to("neuroglancer_legacy_mesh")),
    ],
    ["neuroglancer-mesh-missing", "no manifest", remove(`${NUCLEI}/mesh/3.index`)],
    ["neuroglancer-mesh-missing", "no mesh", remove(`${NUCLEI}/mesh/3`)],
    ["neuroglancer-mesh-nucleus", "a mesh of nobody", (files) => files.set(`${NUCLEI}/mesh/4`, new Uint8Array(1))],
    ["neuroglancer-mesh-unreadable", "another's manifest", copyOf(`${NUCLEI}/mesh/9.index`, `${NUCLEI}/mesh/3.index`)],
    [
      "neuroglancer-mesh-unreadable",
      "a mesh cut off",
      changed(`${NUCLEI}/mesh/3`, (bytes) => bytes.subarray(0, bytes.length - 4)),
    ],
    [
      "neuroglancer-mesh-open",
      "a triangle fewer",
      inMesh(({ positions, triangles }) => ({ positions, triangles: triangles.slice(3) })),
    ],
    [
      "neuroglancer-mesh-volume",
      "micrometres for nanometres",
      inMesh(({ positions, triangles }) => ({ positions: positions.map((um) => um / 1000), triangles })),
    ],
    [
      "neuroglancer-mesh-place",
      "a slice too deep",
      inMesh(({ positions, triangles }) => ({
        positions: positions.map((um, i) => (i % 3 === 2 ? um + 1.75 : um)),
        triangles,
      })),
    ],
    [
      "neuroglancer-mesh-inward",
      "triangles the other way round",
      inMesh(({ positions, triangles }) => ({ positions, triangles: triangles.toReversed() })),
    ],
    [
      "neuroglancer-properties",
      "a value fewer",
      inJson(`${NUCLEI}/segment_properties/info`, "inline.properties.0.values", to([])),
    ],
  ],
};

const surfaces: Readonly<Partial<Record<ExportFormat, readonly Damage[]>>> = {
  ply: [
    ["ply-missing", "no file", remove("ply/embryo-1-left/nucleus_3.ply")],
    [
      "ply-nucleus",
      "a nucleus that nobody knows",
      (files) => files.set("ply/embryo-1-left/nucleus_4.ply", new Uint8Array(1)),
    ],
    [
      "ply-unreadable",
      "a surface cut off",
      changed("ply/embryo-1-left/nucleus_3.ply", (bytes) => bytes.subarray(0, -1)),
    ],
    ["ply-unreadable", "a vertex that is not there", atEnd("ply/embryo-1-left/nucleus_3.ply", 2, 0xff)],
    ["ply-open", "a triangle gone", changed("ply/embryo-1-left/nucleus_3.ply", withoutLastTriangle)],
    [
      "ply-volume",
      "the surface of another nucleus",
      copyOf("ply/embryo-1-left/nucleus_70000.ply", "ply/embryo-1-left/nucleus_3.ply"),
    ],
  ],
  obj: [
    ["obj-missing", "no file", remove("obj/embryo-1-left/nucleus_9.obj")],
    [
      "obj-nucleus",
      "a nucleus that nobody knows",
      (files) => files.set("obj/embryo-1-left/nucleus_4.obj", new Uint8Array(1)),
    ],
    ["obj-unreadable", "a line of four", inText("obj/embryo-1-left/nucleus_3.obj", "\nf ", "\nf 1 ")],
    ["obj-open", "a triangle gone", inText("obj/embryo-1-left/nucleus_3.obj", "\nf ", "\n# ")],
    [
      "obj-inward",
      "triangles the other way round",
      inLines("obj/embryo-1-left/nucleus_3.obj", /^f (\d+) (\d+) (\d+)$/, "f $2 $1 $3"),
    ],
    [
      "obj-volume",
      "the surface of another nucleus",
      copyOf("obj/embryo-1-left/nucleus_70000.obj", "obj/embryo-1-left/nucleus_3.obj"),
    ],
    [
      "obj-place",
      "z, y, x for x, y, z",
      inLines("obj/embryo-1-left/nucleus_3.obj", /^([vf]) (\S+) (\S+) (\S+)$/, "$1 $4 $3 $2"),
    ],
  ],
  vtk: [
    ["vtk-missing", "no file", remove("vtk/embryo-1-left/nucleus_3.vtk")],
    [
      "vtk-nucleus",
      "a nucleus that nobody knows",
      (files) => files.set("vtk/embryo-1-left/nucleus_4.vtk", new Uint8Array(1)),
    ],
    ["vtk-unreadable", "text where numbers are", inText("vtk/embryo-1-left/nucleus_3.vtk", "BINARY", "ASCII\n")],
    [
      "vtk-unreadable",
      "a surface cut off",
      changed("vtk/embryo-1-left/nucleus_3.vtk", (bytes) => bytes.subarray(0, -9)),
    ],
    [
      "vtk-volume",
      "the surface of another nucleus",
      copyOf("vtk/embryo-1-left/nucleus_70000.vtk", "vtk/embryo-1-left/nucleus_3.vtk"),
    ],
  ],
};

const BIA = "bioimage-archive";
const archives: Readonly<Partial<Record<ExportFormat, readonly Damage[]>>> = {
  "bioimage-archive": [
    ["archive-list-header", "another first column", inText(`${BIA}/image_file_list.tsv`, "Files", "files")],
    ["archive-list-line", "an empty line", inText(`${BIA}/image_file_list.tsv`, "\n", "\n\n")],
    [
      "archive-list-path",
      "a path with a dot before it",
      inText(`${BIA}/image_file_list.tsv`, "\nimages/", "\n./images/"),
    ],
    [
      "archive-list-file",
      "a file that is not there",
      inText(`${BIA}/annotation_file_list.tsv`, "_nuclei.csv", "_cells.csv"),
    ],
    [
      "archive-list-twice",
      "a file twice",
      inText(`${BIA}/annotation_file_list.tsv`, "_known.ome.tif", "_nuclei.ome.tif"),
    ],
    ["archive-list-column", "a column that says nothing", inLines(`${BIA}/image_file_list.tsv`, /(.)$/, "$1\tx")],
    [
      "archive-unlisted",
      "an image that is not listed",
      inLines(`${BIA}/image_file_list.tsv`, /^images\/embryo-1-left_channel.*\n/, ""),
    ],
    ["archive-source", "an annotation of no image", inText(`${BIA}/annotation_file_list.tsv`, "\timages/", "\timage/")],
    ["archive-mifa", "a licence that is none of MIFA's", inJson(`${BIA}/mifa/study.json`, "license", to("CC-BY-4.0"))],
    [
      "archive-mifa",
      "a type of annotation that it does not know",
      inJson(`${BIA}/mifa/annotations.json`, "file_metadata.0.annotation_type.0", to("mask")),
    ],
    ["archive-mifa", "a version that is no number", inJson(`${BIA}/mifa/version.json`, "version", to("2"))],
    [
      "archive-mifa-files",
      "an annotation of no file",
      inJson(`${BIA}/mifa/annotations.json`, "file_metadata.0.annotation_id", to("x")),
    ],
    ["archive-crate", "another RO-Crate", inText(`${BIA}/ro-crate-metadata.json`, 'crate/1.1"', 'crate/1.2"')],
    ["archive-crate", "a study of nobody", inJson(`${BIA}/ro-crate-metadata.json`, "@graph.1.contributor", to([]))],
    [
      "archive-crate-twice",
      "two entities of one name",
      inJson(`${BIA}/ro-crate-metadata.json`, "@graph.3.@id", to("./")),
    ],
    [
      "archive-crate-reference",
      "a part that is not described",
      inJson(`${BIA}/ro-crate-metadata.json`, "@graph.1.hasPart.0.@id", to("x")),
    ],
    ["archive-size", "another size", inLines(`${BIA}/file_list.tsv`, /^(annotations\S+)\t(\d+)/, "$1\t1$2")],
    ["archive-missing", "an image gone", remove(`${BIA}/images/embryo-1-left.ome.zarr.zip`)],
    [
      "archive-zip",
      "an image cut off",
      changed(`${BIA}/images/embryo-1-left.ome.zarr.zip`, (bytes) => bytes.subarray(0, -30)),
    ],
    [
      "archive-zip",
      "the zip of another image",
      copyOf(`${BIA}/images/embryo-1-left_channel-1.ome.zarr.zip`, `${BIA}/images/embryo-1-left.ome.zarr.zip`),
    ],
    ["archive-missing", "no nuclei", remove(`${BIA}/annotations/embryo-1-left_nuclei.ome.tif`)],
    ["archive-labels", "a label that nobody knows", atEnd(`${BIA}/annotations/embryo-1-left_nuclei.ome.tif`, 3000, 77)],
    [
      "archive-table",
      "a line fewer",
      inLines(`${BIA}/annotations/embryo-1-left_nuclei.csv`, /^embryo-1-left,embryo 1,train,3,.*\r\n/, ""),
    ],
  ],
};

const BOX = "embedseg/val/masks/embryo-1-left_box1_z0000-0004.tif";
const WK = "webknossos/embryo-1-left";
const IDR = "idr/experimentA";
const platforms: Readonly<Partial<Record<ExportFormat, readonly Damage[]>>> = {
  embedseg: [
    ["embedseg-boxes", "no table", remove("embedseg/boxes.csv")],
    [
      "embedseg-boxes",
      "a box beyond those that people vouched for",
      inText("embedseg/boxes.csv", ",5,20,20", ",5,20,21"),
    ],
    ["embedseg-side", "a box kept for validation to learn from", inText("embedseg/boxes.csv", ",val,", ",train,")],
    ["embedseg-missing", "an image without masks", remove(BOX)],
    ["embedseg-tiff", "a stack cut off", changed(BOX, (bytes) => bytes.subarray(0, -1))],
    ["embedseg-numbers", "a number that nobody knows", atEnd(BOX, 2000, 9, 0)],
    [
      "embedseg-unlisted",
      "a stack that no line lists",
      (files) => files.set(BOX.replace("box1", "box9"), new Uint8Array(1)),
    ],
  ],
  webknossos: [
    [
      "webknossos-datasource",
      "micrometres for nanometres",
      inJson(`${WK}/datasource-properties.json`, "scale.factor", to([0.65, 0.8, 1.75])),
    ],
    [
      "webknossos-datasource",
      "sizes z, y, x",
      inJson(`${WK}/datasource-properties.json`, "dataLayers.0.boundingBox.width", to(5)),
    ],
    [
      "webknossos-mag",
      "a level that is not there",
      inJson(`${WK}/datasource-properties.json`, "dataLayers.1.mags.0.path", to("./x/0")),
    ],
    [
      "webknossos-nml",
      "an annotation of another layer",
      inText(`${WK}/nuclei.nml`, 'fallbackLayer="nuclei"', 'fallbackLayer="known"'),
    ],
    [
      "webknossos-segments",
      "a segment of no nucleus",
      inText(`${WK}/nuclei.nml`, '<segment id="3"', '<segment id="4"'),
    ],
    [
      "webknossos-anchor",
      "z, y, x for x, y, z",
      inText(`${WK}/nuclei.nml`, 'anchorPositionX="35"', 'anchorPositionX="2"'),
    ],
    [
      "zarr-shape",
      "another shape in the store",
      inJson(`${WK}/embryo-1-left.ome.zarr/0/zarr.json`, "shape", to([5, 67, 130])),
    ],
  ],
  idr: [
    ["idr-study-keys", "a key under another name", inText("idr/idr0000-study.txt", "Study Title", "Title")],
    ["idr-study-value", "no title", inLines("idr/idr0000-study.txt", /^Study Title\t.*$/, "Study Title\t")],
    [
      "idr-assay-columns",
      "a column under another name",
      inText(`${IDR}/idr0000-experimentA-assays.txt`, "Image File", "File"),
    ],
    [
      "idr-assays",
      "an assay of another volume",
      inText(`${IDR}/idr0000-experimentA-assays.txt`, "\tembryo-1-left\t", "\tx\t"),
    ],
    [
      "idr-file",
      "another file than its path names",
      inText(`${IDR}/idr0000-experimentA-assays.txt`, "\tembryo-1-left.ome.tif", "\tx.ome.tif"),
    ],
    [
      "idr-file",
      "an image that is not there",
      inText(`${IDR}/idr0000-experimentA-assays.txt`, "embryo-1-left.ome.tif", "x.ome.tif"),
    ],
    [
      "idr-paths",
      "an image that is not listed",
      inText(`${IDR}/idr0000-experimentA-filePaths.tsv`, "_nuclei.ome.tif", ".ome.tif"),
    ],
    ["idr-missing", "no image", remove(`${IDR}/images/embryo-1-left.ome.tif`)],
    [
      "idr-type",
      "image for labels",
      copyOf(`${IDR}/images/embryo-1-left.ome.tif`, `${IDR}/images/embryo-1-left_nuclei.ome.tif`),
    ],
    ["idr-table", "another table", inText(`${IDR}/idr0000-experimentA-nuclei.csv`, "volume,", "x,")],
  ],
  bbbc: [
    ["bbbc-page", "no citation", inText("bbbc/README.md", "## Recommended citation", "## Citation")],
    ["bbbc-table", "another table", inText("bbbc/nuclei.csv", "volume,", "x,")],
    ["bbbc-missing", "no ground truth", remove("bbbc/ground_truth.zip")],
    ["bbbc-zip", "a zip cut off", changed("bbbc/images.zip", (bytes) => bytes.subarray(0, -30))],
    ["bbbc-entry", "images for ground truth", copyOf("bbbc/images.zip", "bbbc/ground_truth.zip")],
  ],
};

const cases = Object.entries({ ...damages, ...others, ...surfaces, ...archives, ...platforms }).flatMap(
  ([format, list]) => (list ?? []).map(([rule, how, damage]) => [rule, how, format as ExportFormat, damage] as const),
);

it.each(cases)("refuses by %s: %s (%s)", async (rule, _how, format, damage) => {
  const files = new Map(await unpacked(format === "nifti" ? ["nifti", "nrrd"] : [format]));
  damage(files);
  signed(files);
  expect((await validateDataset(memorySource(files), async () => null)).map((one) => one.rule)).toContain(rule);
});

it.each(Object.keys({ ...damages, ...others, ...surfaces, ...archives, ...platforms }) as ExportFormat[])(
  "accepts %s as it is",
  async (format) => {
    const files = new Map(await unpacked(format === "nifti" ? ["nifti", "nrrd"] : [format]));
    signed(files);
    expect(await validateDataset(memorySource(files), async () => null)).toEqual([]);
  },
);

it("accepts Neuroglancer's volumes of releases that wrote no surfaces", async () => {
  const files = writtenBefore(await unpacked(["neuroglancer"]), SECOND_COLUMNS);
  for (const name of [...files.keys()]) if (name.includes("/mesh/")) files.delete(name);
  const { mesh: _, ...info } = jsonOf(files, `${NUCLEI}/info`);
  put(files, `${NUCLEI}/info`, info);
  signed(files);
  expect(await validateDataset(memorySource(files), async () => null)).toEqual([]);
});

it("accepts CellProfiler's tables of the release that told every sphericity", async () => {
  const files = writtenBefore(await unpacked(["cellprofiler"]), FIRST_COLUMNS);
  const sphericity = (csvRows(textOf(files, "nuclei.csv")) ?? []).map((cells) => cells[16]);
  const lines = (csvRows(textOf(files, "cellprofiler/Nuclei.csv")) ?? []).map((cells, i) => {
    const kept = cells.slice(0, -2);
    return [
      ...kept.map((cell) => (/[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)),
      i === 0 ? "Karyoloop_Sphericity" : sphericity[i],
    ].join();
  });
  files.set("cellprofiler/Nuclei.csv", Buffer.from(`${lines.join("\r\n")}\r\n`));
  signed(files);
  expect(await validateDataset(memorySource(files), async () => null)).toEqual([]);
});
