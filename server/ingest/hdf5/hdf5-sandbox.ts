import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import h5wasm, { type File as Hdf5File } from "h5wasm";

/**
 * The in-memory build of h5wasm with one file in it that reads from ours. The Node build would see the whole disk, and
 * an HDF5 file may name other files (external links, external storage): here there are none to be found.
 */
const NAME = "/volume.h5";

/** The part of an Emscripten file node that is replaced. */
interface SandboxNode {
  usedBytes: number;
  stream_ops: {
    read(stream: unknown, buffer: Uint8Array, offset: number, length: number, position: number): number;
  };
}

export async function openInSandbox(path: string): Promise<{ file: Hdf5File; size: number; close(): void }> {
  const { FS } = await h5wasm.ready;
  const descriptor = openSync(path, "r");
  const { size } = fstatSync(descriptor);
  const drop = () => {
    FS.unlink(NAME);
    closeSync(descriptor);
  };
  FS.writeFile(NAME, new Uint8Array(0));
  const node = FS.lookupPath(NAME, {}).node as unknown as SandboxNode;
  node.usedBytes = size;
  node.stream_ops = {
    ...node.stream_ops,
    read: (_stream, buffer, offset, length, position) =>
      readSync(descriptor, buffer, offset, Math.max(0, Math.min(length, size - position)), position),
  };
  try {
    const file = new h5wasm.File(NAME, "r");
    return {
      file,
      size,
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
