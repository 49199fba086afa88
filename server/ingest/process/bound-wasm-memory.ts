const PAGE_BYTES = 65_536;
/** Of the HDF5 library: the largest chunk packed and unpacked, what the filters between need, and its caches. */
export const IMPORT_WASM_BYTES = 640 * 1024 * 1024;

/**
 * WebAssembly modules (the HDF5 library) ask for memory as a file demands; above this they are told that there is none, which
 * they report as an error, instead of the machine running out. For the whole process; call it before they are loaded.
 */
export function boundWasmMemory(maxBytes: number): void {
  const grow = WebAssembly.Memory.prototype.grow;
  WebAssembly.Memory.prototype.grow = function (pages: number): number {
    if (this.buffer.byteLength + pages * PAGE_BYTES > maxBytes) throw new RangeError("the bound of memory is reached");
    return grow.call(this, pages);
  };
}
