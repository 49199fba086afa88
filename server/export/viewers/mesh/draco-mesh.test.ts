import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { seededRandom } from "../../../../core/edit/testing/seeded-random.ts";
import { askPython, peerJudge } from "../../testing/python-judge.ts";
import { decodeDraco, encodeDraco, type GridMesh } from "./draco-mesh.ts";

/** Triangles anywhere between vertices that differ, as many as each way of writing indices has. */
function randomMesh(vertices: number, seed: number): GridMesh {
  const random = seededRandom(seed);
  const some = (below: number) => Math.floor(random() * below);
  const positions = Uint32Array.from({ length: 3 * vertices }, (_, i) =>
    i % 3 === 0 ? Math.floor(i / 3) % 65_536 : some(65_536),
  );
  const triangles = Uint32Array.from({ length: 3 * 50 }, () => some(vertices));
  triangles.set([0, vertices - 1, vertices >> 1]);
  return { positions, triangles };
}
const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array) => Buffer.from(buffer, byteOffset, byteLength);
/** Quicker than to look at a million numbers one by one. */
const isSame = (one: GridMesh | null, other: GridMesh): boolean =>
  one !== null &&
  bytesOf(one.positions).equals(bytesOf(other.positions)) &&
  bytesOf(one.triangles).equals(bytesOf(other.triangles));
const SIZES = [4, 255, 256, 65_535, 65_536, 70_000];

it.each(SIZES)("a mesh of %i vertices comes back; cut off or changed at its head it is none", (vertices) => {
  const mesh = randomMesh(vertices, vertices);
  const bytes = encodeDraco(mesh);
  expect(isSame(decodeDraco(bytes), mesh)).toBe(true);
  for (const length of [0, 10, 14, 40, bytes.length - 1]) expect(decodeDraco(bytes.subarray(0, length))).toBeNull();
  for (let at = 0; at < 11; at++) expect(decodeDraco(bytes.with(at, bytes[at] + 1))).toBeNull();
});

it("is read by Google's Draco alike", async (context) => {
  const judge = peerJudge(["DracoPy"]);
  if (judge.missing !== undefined) return context.skip(judge.missing);
  const folder = await mkdtemp(path.join(os.tmpdir(), "kl-draco-"));
  try {
    const program = `
import sys, json, DracoPy
def seen(name):
    m = DracoPy.decode(open(name, 'rb').read())
    return [m.points.astype(int).ravel().tolist(), m.faces.ravel().tolist()]
print(json.dumps([seen(name) for name in sys.argv[1:]]))`;
    const meshes = SIZES.map((vertices) => randomMesh(vertices, vertices + 1));
    const names = meshes.map((_, i) => path.join(folder, String(i)));
    for (const [i, mesh] of meshes.entries()) await writeFile(names[i], encodeDraco(mesh));
    const seen = await askPython<[number[], number[]][]>(judge.command, program, names);
    for (const [i, [positions, triangles]] of seen.entries())
      expect(
        isSame({ positions: Uint32Array.from(positions), triangles: Uint32Array.from(triangles) }, meshes[i]),
      ).toBe(true);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);
