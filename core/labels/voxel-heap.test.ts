import { expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import { VoxelHeap } from "./voxel-heap.ts";

it("gives voxels by priority in 32 bits, then by age, as a sorted list does", () => {
  const random = seededRandom(8);
  const heap = new VoxelHeap();
  const special = [
    0,
    -0,
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    1e-45,
    -1e-45,
    -1,
    1,
    1 + 1e-9,
    -1 - 1e-9,
  ];
  for (let round = 0; round < 20; round++) {
    heap.clear();
    const waiting: { voxel: number; priority: number; age: number }[] = [];
    for (let age = 0; age < 500 || waiting.length > 0; age++) {
      if (age < 500 && (waiting.length === 0 || random() < 0.6)) {
        const kind = random();
        const priority =
          kind < 0.3
            ? special[Math.floor(random() * special.length)]
            : kind < 0.6
              ? Math.floor(random() * 5) - 2
              : random() - 0.5;
        const voxel = Math.floor(random() * 2 ** 32);
        heap.push(voxel, priority);
        waiting.push({ voxel, priority: Math.fround(priority), age });
      } else {
        const first = waiting.reduce((a, b) =>
          b.priority < a.priority || (b.priority === a.priority && b.age < a.age) ? b : a,
        );
        waiting.splice(waiting.indexOf(first), 1);
        expect(heap.pop()).toBe(first.voxel);
      }
      expect(heap.size).toBe(waiting.length);
    }
  }
});
