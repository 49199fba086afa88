import { createHash } from "node:crypto";
import type { BackupHead, BackupManifest } from "./archive-format.ts";
import { HEAD_NAME, MANIFEST_NAME, MAX_NAMES_PER_SUMS, sumsName } from "./archive-format.ts";
import type { ByteSink } from "./byte-stream.ts";
import { paddingOf, tarEnd, tarHeader } from "./tar.ts";

/** Writes the parts of a backup one after the other, and between them what their bytes must add up to. */
export class ArchiveWriter {
  readonly #sink: ByteSink;
  readonly #madeAt: Date;
  readonly #allSums = createHash("sha256");
  #lines: string[] = [];
  #sums = 0;
  #parts = 0;
  #bytes = 0;

  private constructor(sink: ByteSink, madeAt: Date) {
    this.#sink = sink;
    this.#madeAt = madeAt;
  }

  static async begin(sink: ByteSink, head: BackupHead): Promise<ArchiveWriter> {
    const writer = new ArchiveWriter(sink, new Date(head.madeAt));
    await writer.add(HEAD_NAME, Buffer.from(JSON.stringify(head, null, 2)));
    return writer;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(name: string, bytes: Uint8Array): Promise<void> {
    return this.addStream(name, bytes.length, [bytes]);
  }

  /** Exactly `size` bytes must come. */
  async addStream(name: string, size: number, pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
    const hash = createHash("sha256");
    await this.#write(tarHeader({ name, size }, this.#madeAt));
    let written = 0;
    for await (const piece of pieces) {
      written += piece.length;
      hash.update(piece);
      await this.#write(piece);
    }
    if (written !== size) throw new Error(`${name} has ${written} bytes, not ${size}`);
    await this.#write(Buffer.alloc(paddingOf(size)));
    this.#parts++;
    this.#lines.push(`${hash.digest("hex")}  ${name}\n`);
    if (this.#lines.length >= MAX_NAMES_PER_SUMS) await this.#writeSums();
  }

  async end(facts: Omit<BackupManifest, "parts" | "sumsSha256">): Promise<void> {
    if (this.#lines.length > 0) await this.#writeSums();
    const manifest: BackupManifest = { ...facts, parts: this.#parts, sumsSha256: this.#allSums.copy().digest("hex") };
    await this.add(MANIFEST_NAME, Buffer.from(JSON.stringify(manifest, null, 2)));
    await this.#writeSums();
    await this.#write(tarEnd());
    await this.#sink.end();
  }

  async #writeSums(): Promise<void> {
    const text = Buffer.from(this.#lines.join(""));
    this.#lines = [];
    this.#allSums.update(text);
    await this.#write(tarHeader({ name: sumsName(++this.#sums), size: text.length }, this.#madeAt));
    await this.#write(text);
    await this.#write(Buffer.alloc(paddingOf(text.length)));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#bytes += bytes.length;
    await this.#sink.write(bytes);
  }
}
