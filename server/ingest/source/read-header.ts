import { readFile, stat } from "node:fs/promises";
import { MAX_HEADER } from "../../../core/import/source-file.ts";
import { findConverted } from "../convert/converted.ts";
import { openInSandbox } from "../hdf5/hdf5-sandbox.ts";
import type { EntryStore } from "../stores/entry-store.ts";
import { openFolderStore } from "../stores/folder-store.ts";
import { openZipStore } from "../stores/zip-store.ts";
import { readText, readTiff } from "../tiff/tiff-directory.ts";
import { openFileForReading, type RandomAccessBytes } from "../voxels/random-access.ts";

/** Tags of a TIFF that hold words: description, maker, model, software, date, artist, copyright. */
const TEXT_TAGS: Readonly<Record<number, string>> = {
  270: "ImageDescription",
  271: "Make",
  272: "Model",
  305: "Software",
  306: "DateTime",
  315: "Artist",
};
/** Formats whose header is words up to an empty line or the first thousand bytes. */
const TEXT_HEADERS = /^(NRRD|ObjectType|NDims)/;
const MAX_ATTRIBUTES = 200;

/** What a file says of itself in words; empty where it says nothing, or not in a way that is known here. */
export async function readHeader(path: string): Promise<string> {
  const text = await headerOf(path).catch(() => "");
  // Only what can be stored and shown: no control characters, no halves of pairs.
  const clean = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "")
    .replace(/\p{Surrogate}/gu, "")
    .trim();
  return clean.length > MAX_HEADER ? `${clean.slice(0, MAX_HEADER).replace(/\p{Surrogate}/gu, "")}…` : clean;
}

async function headerOf(path: string): Promise<string> {
  if ((await stat(path)).isDirectory()) return zarrHeader(await openFolderStore(path), await originOf(path));
  const converted = await findConverted(path);
  if (converted) return `converted by: ${converted.by}`;
  const file = await openFileForReading(path);
  try {
    const head = Buffer.from(await file.read(0, Math.min(1024, file.size), "the first bytes"));
    const magic = head.toString("latin1", 0, 4);
    if (magic.startsWith("II") || magic.startsWith("MM")) return await tiffHeader(file);
    if (magic === "\x89HDF") return await hdf5Header(path);
    if (magic.startsWith("PK")) return await zarrHeader(await openZipStore(path));
    const text = head.toString("latin1");
    return TEXT_HEADERS.test(text) ? text.split(/\r?\n\r?\n/)[0] : "";
  } finally {
    await file.close();
  }
}

async function tiffHeader(bytes: RandomAccessBytes): Promise<string> {
  const tiff = await readTiff(bytes);
  const lines: string[] = [];
  for (const [tag, name] of Object.entries(TEXT_TAGS)) {
    const text = await readText(tiff, tiff.directories[0], Number(tag)).catch(() => undefined);
    if (text) lines.push(`${name}: ${text}`);
  }
  return lines.join("\n");
}

async function hdf5Header(path: string): Promise<string> {
  const opened = await openInSandbox(path);
  try {
    const lines: string[] = [];
    const tell = (where: string, attributes: typeof opened.file.attrs) => {
      for (const name of Object.keys(attributes)) {
        const { metadata } = attributes[name];
        if (lines.length >= MAX_ATTRIBUTES || metadata.total_size * metadata.size > 4096) continue;
        lines.push(`${where}@${name} = ${JSON.stringify(attributes[name].json_value)}`);
      }
    };
    tell("/", opened.file.attrs);
    for (const name of opened.file.keys().slice(0, 64)) {
      const entity = opened.file.get(name);
      if (entity && "attrs" in entity) tell(`/${name}`, entity.attrs);
    }
    return lines.join("\n");
  } finally {
    opened.close();
  }
}

/** Beside a folder that was fetched, its address. */
export const originFile = (folder: string): string => `${folder}.from`;

async function originOf(folder: string): Promise<string> {
  const address = await readFile(originFile(folder), "utf8").catch(() => "");
  return address && `address: ${address}\n`;
}

const ZARR_METADATA = /(^|\/)(zarr\.json|\.zattrs)$/;

async function zarrHeader(store: EntryStore, origin = ""): Promise<string> {
  try {
    const [first] = [...store.names].filter((one) => ZARR_METADATA.test(one)).sort((a, b) => a.length - b.length);
    const bytes = first && (await store.get(`/${first}`));
    return origin + (bytes ? `${first}: ${Buffer.from(bytes).toString("utf8")}` : "");
  } finally {
    store.close();
  }
}
