import type { ImageChoice, VolumeFile, VolumeSource } from "../voxels/volume-source.ts";

/** Label colours as labels: every colour is the number red · 65536 + green · 256 + blue, black is background. */
export async function openColourLabels(file: VolumeFile, choice: ImageChoice): Promise<VolumeSource> {
  const [red, green, blue] = [
    await file.open({ ...choice, channel: 0 }),
    await file.open({ ...choice, channel: 1 }),
    await file.open({ ...choice, channel: 2 }),
  ];
  return {
    shapeZyx: red.shapeZyx,
    pixelType: "uint32",
    blockZy: red.blockZy,
    async read(zMin, zMax, yMin, yMax) {
      const r = await red.read(zMin, zMax, yMin, yMax);
      const g = await green.read(zMin, zMax, yMin, yMax);
      const b = await blue.read(zMin, zMax, yMin, yMax);
      const labels = new Uint32Array(r.length);
      for (let i = 0; i < labels.length; i++) labels[i] = r[i] * 65_536 + g[i] * 256 + b[i];
      return labels;
    },
  };
}
