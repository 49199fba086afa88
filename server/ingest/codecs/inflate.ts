import type { InputType, ZlibOptions } from "node:zlib";
import * as zlib from "node:zlib";
import * as zarr from "zarrita";

/** Unpacks at most `maxBytes`; rejects damaged data and more than that, before it is allocated. */
export type Inflate = (bytes: Uint8Array, maxBytes: number) => Promise<Uint8Array>;

type Unzip = (bytes: InputType, options: ZlibOptions, done: (error: Error | null, out: Buffer) => void) => void;

const byZlib =
  (unzip: Unzip): Inflate =>
  (bytes, maxBytes) =>
    new Promise((resolve, reject) => {
      unzip(bytes, { maxOutputLength: maxBytes }, (error, out) => {
        if (!error) resolve(new Uint8Array(out.buffer, out.byteOffset, out.length));
        else if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
          reject(new Error(`it unpacks to more than the ${maxBytes} bytes it can have`));
        else reject(error);
      });
    });

export const unpackGzip = byZlib(zlib.gunzip);
export const unpackZlib = byZlib(zlib.inflate);

/** Node has it since 22.15; before, the library of zarrita, whose memory is bounded as that of the whole process. */
const zstdOfNode = (zlib as { zstdDecompress?: Unzip }).zstdDecompress;
const zstdOfZarrita = zarr.registry.get("zstd");
export const unpackZstd: Inflate = zstdOfNode
  ? byZlib(zstdOfNode)
  : async (bytes, maxBytes) => {
      const codec = (await zstdOfZarrita?.())?.fromConfig(
        { level: 1 },
        { dataType: "uint8", shape: [], codecs: [], fillValue: 0 },
      );
      const decoded = (await codec?.decode(bytes)) ?? new Uint8Array(0);
      if (decoded.length > maxBytes) throw new Error(`it unpacks to more than the ${maxBytes} bytes it can have`);
      return decoded;
    };
