import { Problem } from "../../../core/problem.ts";
import { parseBoundedJson } from "../header/bounded-json.ts";
import { imagesOfN5, type N5Image } from "../n5/n5-volumes.ts";
import type { EntryStore } from "../stores/entry-store.ts";
import type { VolumeFile } from "../voxels/volume-source.ts";
import { metadataBounds } from "./array-metadata.ts";
import { attributesOf } from "./group-attributes.ts";
import { bareArray, parseZarrImage } from "./ome-zarr-metadata.ts";
import { readLabelFacts } from "./own-labels.ts";
import { type FoundImage, imageOfGroup } from "./zarr-image.ts";
import { sourceOfImage } from "./zarr-source.ts";

/** Images looked for; a plate of many fields is not a volume. */
const MAX_IMAGES = 64;
/** Groups looked into, shallow ones first. */
const MAX_GROUPS = 2000;
const MAX_NOTES = 20;

/** Opens an OME-Zarr: every image and label image in it that is 3D. Takes the store over, closed where it fails. */
export async function openZarr(store: EntryStore): Promise<VolumeFile> {
  try {
    const zarr = await findImages(store);
    const n5 = zarr.images.length > 0 ? null : await imagesOfN5(store);
    const isN5 = n5 !== null && n5.images.length > 0;
    const { images: found } = isN5 ? n5 : zarr;
    const notes = bounded([...zarr.notes, ...(n5?.notes ?? [])]);
    if (found.length === 0)
      throw new Problem({
        tag: "zip-without-volume",
        what: `The ${store.holder} holds no OME-Zarr volume.`,
        where: notes.join(" ") || "no group with multiscales",
        hint: "Pack the OME-Zarr folder itself (with its zarr.json or .zattrs), or upload a TIFF or HDF5 file.",
      });
    return {
      contents: { format: isN5 ? "N5" : "OME-Zarr", images: found.map(({ image }) => image), notes },
      async open(choice) {
        const chosen = found.find(({ image }) => image.path === choice.image);
        if (!chosen || choice.channel >= chosen.image.channels.length || choice.time >= chosen.image.times)
          throw new Problem({
            tag: "no-such-image",
            what: "The chosen image, channel or time is not in the file.",
            where: choice.image,
            hint: "Choose again.",
          });
        return chosen.source(choice.channel, choice.time);
      },
      async labelFacts(image) {
        const labels = zarr.found.find((one) => one.image.path === image);
        return labels ? readLabelFacts(store, labels) : null;
      },
      close: async () => store.close(),
    };
  } catch (error) {
    store.close();
    throw error;
  }
}

const bounded = (notes: readonly string[]): string[] =>
  notes.length > MAX_NOTES
    ? [...notes.slice(0, MAX_NOTES), `${notes.length - MAX_NOTES} more notes are not shown.`]
    : [...notes];

async function findImages(store: EntryStore): Promise<{ images: N5Image[]; found: FoundImage[]; notes: string[] }> {
  const notes: string[] = [];
  const found: FoundImage[] = [];
  const groups = groupsOf(store);
  let isOme = false;
  let unseen = Math.max(0, groups.length - MAX_GROUPS);
  for (const [i, group] of groups.slice(0, MAX_GROUPS).entries()) {
    const metadata = parseZarrImage(await attributesOf(store, group), group || "root");
    if (!metadata) continue;
    isOme = true;
    if (metadata.isKnownMask) continue; // it goes with the labels beside it
    const result = await imageOfGroup(store, group, metadata);
    if (typeof result === "string") notes.push(`${group || "The image"} was left out: ${result}`);
    else {
      found.push(result.found);
      notes.push(...result.notes);
    }
    if (found.length < MAX_IMAGES) continue;
    unseen += groups.length - 1 - i;
    break;
  }
  // Not in place of an image that is there and was refused.
  if (!isOme) {
    const bare = await bareArrays(store);
    found.push(...bare.found);
    notes.push(...bare.notes);
  }
  const pictures = found.filter(({ image }) => !image.looksLikeLabels).length;
  if (pictures > 1)
    notes.unshift(
      `The ${store.holder} holds ${pictures} images (positions, fields or series); they are not parts of one volume. Choose one.`,
    );
  if (unseen > 0)
    notes.unshift(`Only the first ${found.length} images were looked at; ${unseen} more folders were not.`);
  const images = found.map(
    (one): N5Image => ({
      image: one.image,
      source: (channel, time) => sourceOfImage(one, channel, time),
    }),
  );
  return { images, found, notes };
}

/** Folders that have group metadata, shallow ones first: images before their labels. */
function groupsOf(store: EntryStore): string[] {
  const groups = new Set<string>();
  for (const name of store.names) {
    const slash = name.lastIndexOf("/");
    const file = name.slice(slash + 1);
    if (file === "zarr.json" || file === ".zattrs") groups.add(slash < 0 ? "" : name.slice(0, slash));
  }
  return [...groups].sort(
    (a, b) => a.split("/").length - b.split("/").length || a.localeCompare(b, "en", { numeric: true }),
  );
}

/** Arrays that no image names; asked for where there are no images. */
async function bareArrays(store: EntryStore): Promise<{ found: FoundImage[]; notes: string[] }> {
  const notes: string[] = [];
  const found: FoundImage[] = [];
  const paths = [...store.names].filter((name) => /(^|\/)(\.zarray|zarr\.json)$/.test(name)).slice(0, MAX_GROUPS);
  for (const path of paths.map((name) => name.slice(0, Math.max(0, name.lastIndexOf("/")))).sort()) {
    if (!(await isArray(store, path))) continue;
    const result = await imageOfGroup(store, path, bareArray);
    if (typeof result === "string") notes.push(`${path || "The array"} was left out: ${result}`);
    else {
      found.push(result.found);
      notes.push(...result.notes);
    }
    if (found.length >= MAX_IMAGES) break;
  }
  if (found.length > 0)
    notes.unshift(`The ${store.holder} holds Zarr arrays without OME-Zarr metadata: their voxel size is not said.`);
  return { found, notes };
}

async function isArray(store: EntryStore, path: string): Promise<boolean> {
  const prefix: `/${string}` = path ? `/${path}/` : "/";
  if (store.sizeOf(`${prefix}.zarray`.slice(1)) !== undefined) return true;
  const bytes = await store.get(`${prefix}zarr.json`);
  try {
    return (
      (parseBoundedJson(bytes ?? new Uint8Array(0), metadataBounds) as { node_type?: unknown }).node_type === "array"
    );
  } catch {
    return false;
  }
}
