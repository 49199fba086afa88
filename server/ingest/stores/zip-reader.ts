import { close, createReadStream, open, read } from "node:fs";
import { stat } from "node:fs/promises";
import { promisify } from "node:util";
import yauzl from "yauzl";

const openFile = promisify(open);
const WINDOW_BYTES = 1024 * 1024;

/** A file for yauzl. Closed with the zip. */
class ZipReader extends yauzl.RandomAccessReader {
  /** While the directory is read: half a million entries in pieces of a megabyte, not in a million reads. */
  readsAhead = true;
  readonly #file: number;
  readonly #window = Buffer.allocUnsafe(WINDOW_BYTES);
  #windowAt = 0;
  #windowBytes = 0;

  constructor(file: number) {
    super();
    this.#file = file;
  }

  override _readStreamForRange(start: number, end: number) {
    // A stream that is destroyed would close the file for all others, whatever autoClose says.
    const fs = { read, close: (_file: number, done: (error?: null) => void) => done() };
    return createReadStream("", { fd: this.#file, start, end: end - 1, autoClose: false, fs });
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    const from = position - this.#windowAt;
    if (from >= 0 && from + length <= this.#windowBytes) {
      this.#window.copy(buffer, offset, from, from + length);
      process.nextTick(callback, null, length);
    } else if (!this.readsAhead || length > WINDOW_BYTES) {
      read(this.#file, buffer, offset, length, position, callback);
    } else {
      // The directory is read by one who waits for each answer: nobody else uses the window meanwhile.
      this.#windowBytes = 0;
      read(this.#file, this.#window, 0, WINDOW_BYTES, position, (error, bytesRead) => {
        if (error) return callback(error);
        this.#windowAt = position;
        this.#windowBytes = bytesRead;
        callback(null, this.#window.copy(buffer, offset, 0, Math.min(length, bytesRead)));
      });
    }
  }

  override close(callback: (error: Error | null) => void): void {
    close(this.#file, callback);
  }
}

/** `onDirectoryRead` is to be called before entries are read. */
export async function openZip(
  path: string,
  options: yauzl.Options,
): Promise<{ zip: yauzl.ZipFile; onDirectoryRead(): void }> {
  const { size } = await stat(path);
  const reader = new ZipReader(await openFile(path, "r"));
  try {
    const zip = await yauzl.fromRandomAccessReaderPromise(reader, size, options);
    return {
      zip,
      onDirectoryRead() {
        reader.readsAhead = false;
      },
    };
  } catch (error) {
    reader.close(() => {});
    throw error;
  }
}
