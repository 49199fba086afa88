import { createHash } from "node:crypto";
import { once } from "node:events";
import { Readable, Transform } from "node:stream";
import { ZipFile } from "yazl";
import { Problem } from "../../core/problem.ts";
import type { ExportFile } from "./export-file.ts";

/** One line of the list that a zip carries about itself. */
export interface FileDigest {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

const MAX_PATH_BYTES = 1000;

/** Paths are made by us from names that people typed: nothing may climb out of the folder that is unpacked. */
function assertZipPath(path: string, taken: ReadonlySet<string>): void {
  const parts = path.split("/");
  const safe = parts.every((part) => part !== "" && part !== "." && part !== ".." && !/[\\:\p{Cc}]/u.test(part));
  if (!safe || Buffer.byteLength(path) > MAX_PATH_BYTES)
    throw new Problem({
      tag: "export-path",
      what: "A file of the export has a name that cannot be packed.",
      where: path,
    });
  if (taken.has(path.toLowerCase()))
    throw new Problem({ tag: "export-path-twice", what: "Two files of the export have the same name.", where: path });
}

/**
 * Packs files one after the other: each is asked for its bytes when the one before has gone out, so memory stays at a
 * few buffers whatever the size. Each of `closing` gets the digests of all files before it. Destroying the stream, as when the
 * browser goes away, aborts the file that is being read.
 */
export function zipStream(
  files: AsyncIterable<ExportFile>,
  closing: readonly ((digests: readonly FileDigest[]) => ExportFile)[],
  madeAt: Date,
): Readable {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  const abort = new AbortController();
  output.once("close", () => abort.abort());
  zip.on("error", (error: Error) => output.destroy(error));

  async function add(file: ExportFile, digests: FileDigest[]): Promise<void> {
    const hash = createHash("sha256");
    let bytes = 0;
    const digesting = new Transform({
      transform(chunk: Uint8Array, _encoding, done) {
        hash.update(chunk);
        bytes += chunk.length;
        done(null, chunk);
      },
    });
    const source = Readable.from(file.bytes(abort.signal), { objectMode: false });
    source.on("error", (error) => digesting.destroy(error));
    const stop = () => source.destroy();
    abort.signal.addEventListener("abort", stop, { once: true });
    const read = once(digesting, "end", { signal: abort.signal });
    zip.addReadStream(source.pipe(digesting), file.path, {
      mtime: madeAt,
      compress: file.compress,
      ...(file.sizeBytes === undefined ? {} : { size: file.sizeBytes }),
    });
    await read;
    abort.signal.removeEventListener("abort", stop);
    digests.push({ path: file.path, bytes, sha256: hash.digest("hex") });
  }

  async function addAll(): Promise<void> {
    const digests: FileDigest[] = [];
    const taken = new Set<string>();
    const addNext = async (file: ExportFile): Promise<void> => {
      abort.signal.throwIfAborted();
      assertZipPath(file.path, taken);
      taken.add(file.path.toLowerCase());
      await add(file, digests);
    };
    for await (const file of files) await addNext(file);
    for (const close of closing) await addNext(close(digests));
    zip.end();
  }

  addAll().catch((error: unknown) => output.destroy(error instanceof Error ? error : new Error(String(error))));
  return output;
}
