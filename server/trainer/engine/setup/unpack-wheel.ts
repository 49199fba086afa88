import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import yauzl from "yauzl";

const REPORT_EVERY_BYTES = 16_000_000;

/** A wheel is a zip; `destinationOf` says where an entry goes, or null to leave it out. Returns the bytes written. */
export async function unpackWheel(
  wheelPath: string,
  folder: string,
  destinationOf: (entryName: string) => string | null,
  onBytes?: (bytes: number) => void,
): Promise<number> {
  const open = promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open);
  const zip = await open(wheelPath, { lazyEntries: true, autoClose: true });
  let written = 0;
  let nextReport = REPORT_EVERY_BYTES;
  await new Promise<void>((resolve, reject) => {
    zip.on("error", reject);
    zip.on("end", resolve);
    zip.on("entry", (entry: yauzl.Entry) => {
      const destination = entry.fileName.endsWith("/") ? null : destinationOf(entry.fileName);
      if (destination === null) return zip.readEntry();
      const onChunk = (bytes: number) => {
        written += bytes;
        if (written < nextReport) return;
        nextReport = written + REPORT_EVERY_BYTES;
        onBytes?.(written);
      };
      writeEntry(zip, entry, folder, destination, onChunk).then(() => zip.readEntry(), reject);
    });
    zip.readEntry();
  });
  return written;
}

async function writeEntry(
  zip: yauzl.ZipFile,
  entry: yauzl.Entry,
  folder: string,
  destination: string,
  onChunk: (bytes: number) => void,
): Promise<void> {
  const path = safeJoin(folder, destination);
  await mkdir(dirname(path), { recursive: true });
  const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
    zip.openReadStream(entry, (error, readable) => (error ? reject(error) : resolve(readable)));
  });
  stream.on("data", (chunk: Buffer) => onChunk(chunk.length));
  await pipeline(stream, createWriteStream(path));
}

/** yauzl refuses `..` and absolute names itself; the destination is ours, so this is the second lock. */
function safeJoin(folder: string, destination: string): string {
  const relative = normalize(destination);
  if (relative.startsWith("..") || relative.startsWith("/")) throw new Error(`entry leaves the folder: ${destination}`);
  return join(folder, relative);
}

/** Reads one small text entry, e.g. the wheel's METADATA; null when there is none. */
export async function readWheelText(
  wheelPath: string,
  matches: (entryName: string) => boolean,
): Promise<string | null> {
  const open = promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open);
  const zip = await open(wheelPath, { lazyEntries: true, autoClose: true });
  return new Promise((resolve, reject) => {
    zip.on("error", reject);
    zip.on("end", () => resolve(null));
    zip.on("entry", (entry: yauzl.Entry) => {
      if (!matches(entry.fileName)) return zip.readEntry();
      zip.openReadStream(entry, (error, readable) => {
        if (error) return reject(error);
        const chunks: Buffer[] = [];
        readable.on("data", (chunk: Buffer) => chunks.push(chunk));
        readable.on("error", reject);
        readable.on("end", () => {
          zip.close();
          resolve(Buffer.concat(chunks).toString("utf8"));
        });
      });
    });
    zip.readEntry();
  });
}
