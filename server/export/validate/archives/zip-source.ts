import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import yauzl from "yauzl";
import { bytesInMemory } from "../../../ingest/voxels/random-access.ts";
import type { FileSource, OpenedFile } from "../../file-source.ts";

class Reader extends yauzl.RandomAccessReader {
  readonly #bytes: OpenedFile;
  readonly #what: string;

  constructor(bytes: OpenedFile, what: string) {
    super();
    this.#bytes = bytes;
    this.#what = what;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const [bytes, what] = [this.#bytes, this.#what];
    return Readable.from(
      (async function* () {
        yield Buffer.from(await bytes.read(start, end - start, what));
      })(),
      { objectMode: false },
    );
  }
}

/** What lies in a zip in an export, every path with `prefix` before it; null where it is no whole zip. Close `bytes` when done. */
export async function zipSource(bytes: OpenedFile, what: string, prefix: string): Promise<FileSource | null> {
  const entries = new Map<string, yauzl.Entry>();
  let zip: yauzl.ZipFile;
  try {
    zip = await yauzl.fromRandomAccessReaderPromise(new Reader(bytes, what), bytes.size, {
      lazyEntries: true,
      autoClose: false,
    });
    for await (const entry of zip.eachEntry()) entries.set(prefix + entry.fileName, entry);
  } catch {
    return null;
  }
  async function read(name: string): Promise<Uint8Array | null> {
    const entry = entries.get(name);
    if (!entry) return null;
    return new Uint8Array(await buffer(await zip.openReadStreamPromise(entry)));
  }
  return {
    paths: [...entries.keys()].sort(),
    read,
    async open(name) {
      const whole = await read(name);
      return whole && { ...bytesInMemory(whole), close: async () => {} };
    },
  };
}
