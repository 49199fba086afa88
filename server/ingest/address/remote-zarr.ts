import type { IncomingMessage } from "node:http";
import { isProblem, Problem } from "../../../core/problem.ts";
import { parseBoundedJson } from "../header/bounded-json.ts";
import type { EntryStore } from "../stores/entry-store.ts";
import { type ArrayFacts, metadataBounds } from "../zarr/array-metadata.ts";
import { bareArray, parseZarrImage, type ZarrImage } from "../zarr/ome-zarr-metadata.ts";
import { finestLevel } from "../zarr/zarr-image.ts";
import { type GuardedClient, shown } from "./guarded-client.ts";

/** An array whose chunks are to be fetched. */
export interface WantedArray {
  readonly path: string;
  readonly facts: ArrayFacts;
}

/** What is to be fetched of an OME-Zarr image at an address: its finest level, and those of its labels. */
export interface RemotePlan {
  /** By name below the address. */
  readonly metadata: ReadonlyMap<string, Uint8Array>;
  readonly arrays: readonly WantedArray[];
}

const MAX_METADATA_BYTES = 4 * 1024 * 1024;
const MAX_LABELS = 8;
const MAX_NAMED = 12;
const METADATA = ["zarr.json", ".zattrs", ".zgroup"] as const;

/** The address of a file below `root`; what follows its question mark, such as a key, stays. */
export function below(root: URL, name: string): URL {
  const url = new URL(root);
  const folder = root.pathname.replace(/\/+$/, "");
  url.pathname = [folder, ...name.split("/").map(encodeURIComponent)].join("/");
  return url;
}

/** Reads the metadata at an address, where nothing can be listed. Refuses in words what is several images, or none. */
export async function planRemote(client: GuardedClient, root: URL): Promise<RemotePlan> {
  const metadata = new Map<string, Uint8Array>();
  let refused: Problem | null = null;
  const store: EntryStore = {
    holder: "folder",
    names: metadata.keys(),
    sizeOf: (name) => metadata.get(name)?.length,
    async get(key) {
      const name = key.replace(/^\//, "");
      const known = metadata.get(name);
      if (known) return known;
      const bytes = await client
        .get(below(root, name), (body) => collect(body, MAX_METADATA_BYTES))
        .catch((error) => {
          // Some stores refuse what is not there.
          if (!isProblem(error) || error.tag !== "address-forbidden") throw error;
          refused = error;
          return null;
        });
      if (bytes) metadata.set(name, bytes);
      return bytes ?? undefined;
    },
    close() {},
  };
  const groups = await imagesAt(store, root, "");
  if (groups.length === 0) throw refused ?? nothingThere(root);
  const arrays: WantedArray[] = [];
  for (const { group, image } of groups) {
    const finest = await finestLevel(store, group, image.levels);
    if (typeof finest !== "string") arrays.push({ path: finest.path, facts: finest.facts });
    else if (arrays.length === 0)
      throw new Problem({
        tag: "address-not-read",
        what: `The image there is not read: ${finest}`,
        where: shown(below(root, group)),
        hint: "Check that the address is complete, and that the data set opens in another viewer.",
      });
  }
  return { metadata, arrays };
}

interface RemoteImage {
  readonly group: string;
  readonly image: ZarrImage;
}

/** The image of a group and its labels. */
async function imagesAt(store: EntryStore, root: URL, group: string): Promise<RemoteImage[]> {
  const attributes = await attributesOf(store, group);
  const image = attributes && parseZarrImage(attributes, group || "root");
  if (image) return [{ group, image }, ...(await labelsOf(store, group))];
  const ome = attributes && asObject("ome" in attributes ? attributes.ome : attributes);
  if (ome && "plate" in ome) {
    const wells = paths(asObject(ome.plate).wells);
    throw several(
      root,
      `a plate of ${wells.length} wells`,
      wells.map((well) => `${well}/0`),
    );
  }
  if (ome && "well" in ome) {
    const fields = paths(asObject(ome.well).images);
    throw several(root, `a well of ${fields.length} fields`, fields);
  }
  if (ome && "bioformats2raw.layout" in ome) {
    const series = await seriesOf(store);
    if (series.length > 1) throw several(root, `${series.length} images`, series);
    return imagesAt(store, root, series[0]);
  }
  // One array without a word about it.
  const isArray = (await isBareArray(store, group)) && group === "";
  return isArray ? [{ group, image: bareArray }] : [];
}

async function labelsOf(store: EntryStore, group: string): Promise<RemoteImage[]> {
  const folder = [group, "labels"].filter(Boolean).join("/");
  const attributes = await attributesOf(store, folder);
  if (!attributes) return [];
  const named = asObject("ome" in attributes ? attributes.ome : attributes).labels;
  const found: RemoteImage[] = [];
  for (const name of (Array.isArray(named) ? named : []).filter(isPath).slice(0, MAX_LABELS)) {
    const image = parseZarrImage((await attributesOf(store, `${folder}/${name}`)) ?? {}, `${folder}/${name}`);
    if (image) found.push({ group: `${folder}/${name}`, image: { ...image, isLabel: true } });
  }
  return found;
}

/** As bioformats2raw counts them, or as its list says. */
async function seriesOf(store: EntryStore): Promise<string[]> {
  const listed = await attributesOf(store, "OME");
  const series = listed && asObject("ome" in listed ? listed.ome : listed).series;
  if (Array.isArray(series) && series.some(isPath)) return series.filter(isPath);
  const counted = ["0"];
  while (counted.length < MAX_NAMED && (await attributesOf(store, String(counted.length))))
    counted.push(String(counted.length));
  return counted;
}

/** Null where there is no group. */
async function attributesOf(store: EntryStore, group: string): Promise<Record<string, unknown> | null> {
  const prefix: `/${string}` = group ? `/${group}/` : "/";
  for (const file of METADATA) {
    const bytes = await store.get(`${prefix}${file}`);
    if (!bytes) continue;
    let parsed: unknown;
    try {
      parsed = parseBoundedJson(bytes, metadataBounds);
    } catch (cause) {
      throw new Problem(
        {
          tag: "address-no-json",
          what: "What is at the address is no metadata of Zarr.",
          where: `${group ? `${group}/` : ""}${file}`,
          hint: "It may be a page that shows the data set: copy the address of the data set itself, which ends in .zarr.",
        },
        { cause },
      );
    }
    if (file !== "zarr.json") return asObject(parsed);
    return asObject(parsed).node_type === "array" ? null : asObject(asObject(parsed).attributes);
  }
  return null;
}

async function isBareArray(store: EntryStore, group: string): Promise<boolean> {
  const prefix: `/${string}` = group ? `/${group}/` : "/";
  return ((await store.get(`${prefix}zarr.json`)) ?? (await store.get(`${prefix}.zarray`))) !== undefined;
}

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

const isPath = (value: unknown): value is string =>
  typeof value === "string" && value.length < 200 && /^[\w.-]+(\/[\w.-]+)*$/.test(value) && !value.includes("..");

const paths = (list: unknown): string[] =>
  (Array.isArray(list) ? list : []).map((one) => asObject(one).path).filter(isPath);

const several = (root: URL, what: string, names: readonly string[]): Problem =>
  new Problem({
    tag: "address-several-images",
    what: `At the address is ${what}.`,
    where: names.slice(0, MAX_NAMED).join(", ") + (names.length > MAX_NAMED ? " …" : ""),
    hint: `Give the address of one image, such as ${shown(below(root, names[0] ?? "0"))}`,
  });

const nothingThere = (root: URL): Problem =>
  new Problem({
    tag: "address-no-zarr",
    what: "There is no OME-Zarr at this address.",
    where: shown(root),
    hint: "The address is that of the folder that holds zarr.json or .zattrs; it usually ends in .zarr. Other files are downloaded, and uploaded here.",
  });

/** A body in memory, of at most so many bytes. */
async function collect(body: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += (part as Buffer).length;
    if (bytes > maxBytes) {
      body.destroy();
      throw new Problem({
        tag: "address-too-large",
        what: `Metadata of more than ${maxBytes / 1024 / 1024} MB is not read.`,
        hint: "Check that the address is that of an OME-Zarr.",
      });
    }
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}
