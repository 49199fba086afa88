import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { openVolumeFile } from "./open-volume-file.ts";
import { readMutated } from "./testing/read-mutated.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";
import { VALID_SHAPE, validFiles, validPixels } from "./testing/valid-files.ts";
import { readWholeVolume } from "./voxels/read-whole-volume.ts";

/** Damage at random, by seed: bench/mutated-files.ts does the same at length. */
const folder = temporaryFolder();
const PER_FORMAT = 8;

it.each(Object.keys(validFiles))(
  "%s: read as it is, and damaged in any way read or refused in words",
  async (format) => {
    const file = path.join(folder, format);
    writeFileSync(file, await validFiles[format]());
    const opened = await openVolumeFile(file, format);
    // An array of NumPy is offered once for every order of its axes.
    for (const { path: image, shapeZyx } of opened.contents.images.filter(({ path: name }) => !/^[yx], /.test(name))) {
      expect(shapeZyx).toEqual([...VALID_SHAPE]);
      expect((await readWholeVolume(await opened.open({ image, channel: 0, time: 0 }))).pixels).toEqual(validPixels);
    }
    await opened.close();
    const { reads, peakBytes } = await readMutated(format, 1000, PER_FORMAT);
    expect(reads.filter(({ outcome }) => outcome === "crashed")).toEqual([]);
    expect(reads).toHaveLength(PER_FORMAT);
    // Every entry of a zip has a checksum, as has a gzip, and what is missing from it is told.
    if (/^(zarr|n5|png-series|nifti-gzip)/.test(format))
      expect(reads.filter(({ silentlyWrong }) => silentlyWrong)).toEqual([]);
    expect(peakBytes).toBeLessThan(700e6);
  },
  120_000,
);
