/** A file of an export: its place in the zip and its bytes, made only when they are asked for. */
export interface ExportFile {
  /** Relative, `/` between parts. */
  readonly path: string;
  /** False for bytes that are compressed already. */
  readonly compress: boolean;
  /** From byte `start` (0) on; what lies before it is not read where that can be helped. The same each time. */
  bytes(signal: AbortSignal, start?: number): AsyncIterable<Uint8Array>;
}

/** A stream without its first bytes, for a file that can only be made from its begin. */
export async function* withoutFirst(skipped: number, parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = skipped;
  for await (const part of parts) {
    if (left < part.length) yield part.subarray(left);
    left = Math.max(0, left - part.length);
  }
}

export function bytesFile(path: string, bytes: Uint8Array): ExportFile {
  return {
    path,
    compress: true,
    async *bytes(_signal, start = 0) {
      if (start < bytes.length) yield bytes.subarray(start);
    },
  };
}

export const textFile = (path: string, text: string): ExportFile => bytesFile(path, new TextEncoder().encode(text));

export const jsonFile = (path: string, value: unknown): ExportFile =>
  textFile(path, `${JSON.stringify(value, null, 2)}\n`);
