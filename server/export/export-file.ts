/** A file of an export: its place in the zip and its bytes, made only when they are asked for. */
export interface ExportFile {
  /** Relative, `/` between parts. */
  readonly path: string;
  /** False for bytes that are compressed already. */
  readonly compress: boolean;
  /** Where it is known beforehand: above 4 GB a zip must say so before the bytes. */
  readonly sizeBytes?: number;
  bytes(signal: AbortSignal): AsyncIterable<Uint8Array>;
}

export function bytesFile(path: string, bytes: Uint8Array): ExportFile {
  return {
    path,
    compress: true,
    async *bytes() {
      yield bytes;
    },
  };
}

export const textFile = (path: string, text: string): ExportFile => bytesFile(path, new TextEncoder().encode(text));

export const jsonFile = (path: string, value: unknown): ExportFile =>
  textFile(path, `${JSON.stringify(value, null, 2)}\n`);
