import { copyMatch } from "./lz4-block.ts";

/** LibLZF: runs of up to 32 literals, and matches of 3 and more bytes up to 8 kB back. Refuses (RangeError) what does not make `size` bytes. */
export function decodeLzf(source: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let at = 0;
  let end = 0;
  const next = (): number => {
    if (at >= source.length) throw new RangeError("LZF data ends too early");
    return source[at++];
  };
  while (at < source.length) {
    const control = next();
    if (control < 32) {
      const literals = control + 1;
      if (at + literals > source.length || end + literals > size) throw new RangeError("LZF literals reach outside");
      for (let i = 0; i < literals; i++) out[end++] = source[at++];
    } else {
      const count = control >> 5 === 7 ? 7 + next() : control >> 5;
      const distance = ((control & 31) << 8) + next() + 1;
      end = copyMatch(out, end, distance, count + 2);
    }
  }
  if (end !== size) throw new RangeError(`LZF data holds ${end} of ${size} bytes`);
  return out;
}
