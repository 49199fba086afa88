import { expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import { type Symmetric3, symmetricEigenvalues } from "./symmetric-eigenvalues.ts";

/** Characteristic polynomial by plain expansion: zero at every eigenvalue. */
function characteristic({ zz, yy, xx, zy, zx, yx }: Symmetric3, l: number): number {
  const [a, b, c] = [zz - l, yy - l, xx - l];
  return a * (b * c - yx * yx) - zy * (zy * c - yx * zx) + zx * (zy * yx - b * zx);
}

it("finds the roots of the characteristic polynomial, ascending, with the right trace and determinant", () => {
  const random = seededRandom(7);
  for (let i = 0; i < 500; i++) {
    const part = () => random() * 4 - 2;
    const matrix = { zz: part(), yy: part(), xx: part(), zy: part(), zx: part(), yx: part() };
    const [l0, l1, l2] = symmetricEigenvalues(matrix);
    expect(l0).toBeLessThanOrEqual(l1);
    expect(l1).toBeLessThanOrEqual(l2);
    expect(l0 + l1 + l2).toBeCloseTo(matrix.zz + matrix.yy + matrix.xx, 9);
    expect(l0 * l1 * l2).toBeCloseTo(characteristic(matrix, 0), 8);
    for (const l of [l0, l1, l2]) expect(Math.abs(characteristic(matrix, l))).toBeLessThan(1e-8);
  }
});

it("takes diagonal and equal eigenvalues", () => {
  expect(symmetricEigenvalues({ zz: 9, yy: 1, xx: 4, zy: 0, zx: 0, yx: 0 })).toEqual([
    expect.closeTo(1, 12),
    expect.closeTo(4, 12),
    expect.closeTo(9, 12),
  ]);
  expect(symmetricEigenvalues({ zz: 2, yy: 2, xx: 2, zy: 0, zx: 0, yx: 0 })).toEqual([2, 2, 2]);
});
