/** Folders of thousands of small files that are one thing: an OME-Zarr, an image in Neuroglancer's chunks, the surfaces of a volume's nuclei. */
const STORE = /^(.*?\.ome\.zarr|(?:neuroglancer|ply|obj|vtk)\/[^/]+)\//;

/** The folder that this file is a part of, `/` at its end; null where it stands for itself. */
export const storeOf = (path: string): string | null => STORE.exec(path)?.[0] ?? null;

export const isInStore = (path: string): boolean => STORE.test(path);
