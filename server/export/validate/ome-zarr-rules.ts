import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { z } from "zod";
import { bytesPerPixel } from "../../../core/volume/voxel-space.ts";
import { pixelsOf } from "../../ingest/voxels/pixel-bytes.ts";
import type { FileSource, Violation } from "../file-source.ts";
import {
  arraySchema,
  type ImageLabel,
  labelsGroupSchema,
  type Multiscale,
  multiscaleGroupSchema,
  type ZarrArray,
} from "./ome-zarr-schema.ts";

const decompress = promisify(gunzip);
const MAX_CHUNK_BYTES = 64 << 20;

interface Level {
  readonly path: string;
  readonly array: ZarrArray;
}

interface Image {
  readonly folder: string;
  readonly multiscale: Multiscale;
  readonly label: ImageLabel | null;
  readonly levels: readonly Level[];
}

/** Checks an image with its labels below `folder` (ends in `/`), every chunk decoded. `labelled`: it has some. */
export async function validateOmeZarr(files: FileSource, folder: string, labelled = true): Promise<Violation[]> {
  const store = new StoreCheck(files);
  const image = await store.image(folder);
  if (!image || !labelled) return store.violations;
  const labels = await store.metadata(`${folder}labels/zarr.json`, labelsGroupSchema, "zarr-labels-group");
  const listed = labels?.attributes.ome.labels ?? [];
  store.labelFolders(folder, listed);
  for (const name of listed) {
    const label = await store.image(`${folder}labels/${name}/`);
    if (label) await store.labelImage(image, label);
  }
  return store.violations;
}

/** Collects what is wrong; one method, one thing to look at. */
class StoreCheck {
  readonly violations: Violation[] = [];
  private readonly files: FileSource;
  private readonly paths: ReadonlySet<string>;

  constructor(files: FileSource) {
    this.files = files;
    this.paths = new Set(files.paths);
  }

  private found(rule: string, where: string, what: string): void {
    this.violations.push({ rule, where, what });
  }

  /** Null where it is missing or not of that shape; then that is said. */
  async metadata<T extends z.ZodType>(path: string, schema: T, rule: string): Promise<z.infer<T> | null> {
    const bytes = await this.files.read(path);
    if (!bytes) {
      this.found("zarr-missing", path, "there is no such file");
      return null;
    }
    let value: unknown;
    try {
      value = JSON.parse(Buffer.from(bytes).toString());
    } catch {
      this.found("zarr-json", path, "this is not JSON");
      return null;
    }
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    this.found(rule, `${path}: ${issue.path.join(".")}`, issue.message);
    return null;
  }

  async image(folder: string): Promise<Image | null> {
    const path = `${folder}zarr.json`;
    const group = await this.metadata(path, multiscaleGroupSchema, "zarr-multiscales");
    if (!group) return null;
    const { multiscales, "image-label": label } = group.attributes.ome;
    const [multiscale] = multiscales;
    const axes = multiscale.axes.map(({ name }) => name);
    if (axes.join("") !== "zyx") this.found("zarr-axis-order", path, `axes are ${axes.join(", ")}, not z, y, x`);
    const levels: Level[] = [];
    for (const [index, dataset] of multiscale.datasets.entries()) {
      for (const transformation of dataset.coordinateTransformations) {
        const values = transformation.type === "scale" ? transformation.scale : transformation.translation;
        if (values.length !== axes.length)
          this.found(
            "zarr-scale-length",
            `${path}: ${dataset.path}`,
            `${values.length} values for ${axes.length} axes`,
          );
      }
      const array = await this.metadata(`${folder}${dataset.path}/zarr.json`, arraySchema, "zarr-array");
      if (!array) return null;
      this.level(folder, dataset.path, array, axes);
      const finer = levels[index - 1];
      const [scale] = dataset.coordinateTransformations;
      const finerScale = multiscale.datasets[index - 1]?.coordinateTransformations[0];
      if (finer && array.shape.some((size, axis) => size > finer.array.shape[axis]))
        this.found("zarr-level-order", `${path}: ${dataset.path}`, "a level is larger than the one before it");
      if (finerScale?.scale.some((size, axis) => scale.scale[axis] < size))
        this.found("zarr-level-order", `${path}: ${dataset.path}`, "voxels are finer than those of the level before");
      levels.push({ path: dataset.path, array });
    }
    for (const { path: level, array } of levels) await this.chunks(`${folder}${level}/`, array);
    return { folder, multiscale, label: label ?? null, levels };
  }

  private level(folder: string, path: string, array: ZarrArray, axes: readonly string[]): void {
    if (array.dimension_names.join() !== axes.join())
      this.found("zarr-dimension-names", `${folder}${path}`, `${array.dimension_names.join()} is not ${axes.join()}`);
  }

  private async chunks(folder: string, array: ZarrArray): Promise<void> {
    const size = array.chunk_grid.configuration.chunk_shape;
    const grid = array.shape.map((length, axis) => Math.ceil(length / size[axis]));
    const bytes = size.reduce((product, length) => product * length, bytesPerPixel[array.data_type]);
    for (const path of this.files.paths) {
      if (!path.startsWith(`${folder}c/`)) continue;
      const position = path
        .slice(folder.length + 2)
        .split("/")
        .map(Number);
      if (position.length !== 3 || position.some((at, axis) => !(Number.isInteger(at) && at >= 0 && at < grid[axis])))
        this.found("zarr-chunk-outside", path, `the grid of chunks is ${grid.join(" × ")}`);
      else if ((await this.chunk(path))?.length !== bytes)
        this.found("zarr-chunk-bytes", path, `does not decompress to ${bytes} bytes`);
    }
  }

  private async chunk(path: string): Promise<Uint8Array | null> {
    const compressed = await this.files.read(path);
    if (!compressed) return null;
    return decompress(compressed, { maxOutputLength: MAX_CHUNK_BYTES }).catch(() => null);
  }

  labelFolders(folder: string, listed: readonly string[]): void {
    const prefix = `${folder}labels/`;
    const there = new Set(
      this.files.paths
        .filter((path) => path.startsWith(prefix) && path.slice(prefix.length).includes("/"))
        .map((path) => path.slice(prefix.length).split("/")[0]),
    );
    for (const name of listed)
      if (!there.has(name)) this.found("zarr-label-missing", `${prefix}${name}`, "is listed only");
    for (const name of there)
      if (!listed.includes(name)) this.found("zarr-label-unlisted", `${prefix}${name}`, "is not in the list of labels");
  }

  async labelImage(image: Image, label: Image): Promise<void> {
    const where = `${label.folder}zarr.json`;
    if (!label.label) return this.found("zarr-image-label", where, "a label image says so under image-label");
    if (label.label.source.image !== "../../")
      this.found("zarr-label-source", where, `source.image is ${label.label.source.image}, not ../../`);
    if (label.levels.length !== image.levels.length)
      this.found("zarr-label-levels", where, `${label.levels.length} levels, the image has ${image.levels.length}`);
    label.levels.forEach(({ path, array }, index) => {
      if (array.data_type === "float32")
        this.found("zarr-label-type", `${label.folder}${path}`, "labels are whole numbers, not float32");
      const expected = image.levels[index]?.array.shape;
      if (expected && array.shape.some((size, axis) => size !== expected[axis]))
        this.found("zarr-label-shape", `${label.folder}${path}`, `${array.shape.join()} is not ${expected.join()}`);
    });
    const { colors = [], properties = [] } = label.label;
    for (const [rule, values] of [
      ["zarr-label-colors", colors.map((color) => color["label-value"])],
      ["zarr-label-properties", properties.map((property) => property["label-value"])],
    ] as const)
      if (new Set(values).size !== values.length) this.found(rule, where, "a label value stands there twice");
    await this.labelValues(label, new Set([0, ...properties.map((property) => property["label-value"])]));
  }

  /** Every value of every level is background or has its line in the properties. */
  private async labelValues({ folder, levels }: Image, listed: ReadonlySet<number>): Promise<void> {
    for (const { path: level, array } of levels)
      for (const path of this.paths) {
        if (!path.startsWith(`${folder}${level}/c/`)) continue;
        const bytes = await this.chunk(path);
        if (!bytes || bytes.length % bytesPerPixel[array.data_type] !== 0) continue;
        const unlisted = pixelsOf(array.data_type, bytes).find((value) => !listed.has(value));
        if (unlisted !== undefined)
          return this.found("zarr-label-unknown-value", path, `holds ${unlisted}, which has no properties`);
      }
  }
}
