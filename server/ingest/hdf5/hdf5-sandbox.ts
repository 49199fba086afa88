import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import h5wasm, { type File as Hdf5File } from "h5wasm";

/**
 * The in-memory build of h5wasm with one file in it that reads from ours. The Node build would see the whole disk, and
 * an HDF5 file may name other files (external links, external storage): here there are none to be found.
 */
let opened = 0;

/** HDF5's own "no such thing". */
const isValid = (id: bigint): boolean => id > 0n;

/** The part of an Emscripten file node that is replaced. */
interface SandboxNode {
  usedBytes: number;
  stream_ops: {
    read(stream: unknown, buffer: Uint8Array, offset: number, length: number, position: number): number;
  };
}

export interface OpenHdf5 {
  readonly file: Hdf5File;
  readonly size: number;
  /** Where an object lies in the file: the same for all links to it. */
  addressOf(objectPath: string): string;
  close(): void;
}

export async function openInSandbox(path: string): Promise<OpenHdf5> {
  const { FS, activate_throwing_error_handler: throwOnErrors, create_object_reference: referTo } = await h5wasm.ready;
  // Without it, a chunk that cannot be unpacked would be read as zeros.
  throwOnErrors();
  const name = `/volume-${opened++}.h5`;
  const descriptor = openSync(path, "r");
  const { size } = fstatSync(descriptor);
  const drop = () => {
    FS.unlink(name);
    closeSync(descriptor);
  };
  FS.writeFile(name, new Uint8Array(0));
  const node = FS.lookupPath(name, {}).node as unknown as SandboxNode;
  node.usedBytes = size;
  node.stream_ops = {
    ...node.stream_ops,
    read: (_stream, buffer, offset, length, position) =>
      readSync(descriptor, buffer, offset, Math.max(0, Math.min(length, size - position)), position),
  };
  try {
    // h5wasm says nothing when the library refuses a file: its id tells.
    const file = new h5wasm.File(name, "r");
    if (!isValid(file.file_id)) throw new Error("not opened");
    return {
      file,
      size,
      // A reference to an object is its address.
      addressOf: (objectPath) => Buffer.from(referTo(file.file_id, objectPath)).toString("hex"),
      close() {
        file.close();
        drop();
      },
    };
  } catch (error) {
    drop();
    throw error;
  }
}
