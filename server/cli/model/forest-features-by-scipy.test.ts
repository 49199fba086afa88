import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { forEachFeature } from "../../../core/forest/features.ts";
import { seededImage } from "../../../core/forest/testing/seeded-image.ts";
import { askPython, peerJudge } from "../../export/testing/python-judge.ts";

const judge = peerJudge(["scipy", "numpy"]);

const PROGRAM = `
import json, math, sys
import numpy as np
from scipy import ndimage as nd
shape, size, sigmas = json.loads(sys.argv[2])
image = np.fromfile(sys.argv[1], "<f4").reshape(shape).astype("f8")
def smooth(a, s):
    v = [s / h for h in size]
    r = [0 if w < 0.2 else math.ceil(3 * w) for w in v]
    return nd.gaussian_filter(a, v, mode="nearest", radius=r)
def d(a, axis, s): return nd.correlate1d(a, [-0.5, 0, 0.5], axis, mode="nearest") * s / size[axis]
def dd(a, axis, s): return nd.correlate1d(a, [1, -2, 1], axis, mode="nearest") * (s / size[axis]) ** 2
def eigenvalues(zz, yy, xx, zy, zx, yx):
    m = np.stack([np.stack([zz, zy, zx], -1), np.stack([zy, yy, yx], -1), np.stack([zx, yx, xx], -1)], -2)
    return [np.linalg.eigvalsh(m)[..., k] for k in (2, 1, 0)]
maps = [image]
for s in sigmas:
    g = smooth(image, s)
    gz, gy, gx = (d(g, a, s) for a in range(3))
    hz, hy, hx = (dd(g, a, s) for a in range(3))
    maps += [g, np.sqrt(gz**2 + gy**2 + gx**2), hz + hy + hx]
    maps += eigenvalues(hz, hy, hx, d(gz, 1, s), d(gz, 2, s), d(gy, 2, s))
    maps += eigenvalues(*(smooth(p, s / 2) for p in (gz*gz, gy*gy, gx*gx, gz*gy, gz*gx, gy*gx)))
print(json.dumps([m.ravel().tolist() for m in maps]))
`;

it("sees what SciPy's filters and LAPACK's eigenvalues see", async (context) => {
  if (judge.missing !== undefined) return context.skip(judge.missing);
  const space = { shapeZyx: [6, 13, 17], voxelSizeZyx: [1.9, 0.5, 0.7] } as const;
  const sigmasUm = [0.4, 1.3];
  const image = seededImage(space.shapeZyx);
  const folder = await mkdtemp(path.join(os.tmpdir(), "features-"));
  try {
    const file = path.join(folder, "image");
    writeFileSync(file, image);
    const theirs = await askPython<number[][]>(judge.command, PROGRAM, [
      file,
      JSON.stringify([space.shapeZyx, space.voxelSizeZyx, sigmasUm]),
    ]);
    let seen = 0;
    forEachFeature(image, space, sigmasUm, (map, feature) => {
      seen++;
      const largest = Math.max(...theirs[feature].map(Math.abs));
      map.forEach((value, i) => {
        // Ours are numbers of 32 bits; eigenvalues of like size part by the root of that.
        expect(Math.abs(value - theirs[feature][i])).toBeLessThan(2e-5 * Math.max(1, largest));
      });
    });
    expect(seen).toBe(theirs.length);
  } finally {
    await rm(folder, { recursive: true });
  }
});
