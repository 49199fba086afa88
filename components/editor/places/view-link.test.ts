import { expect, it } from "vitest";
import { hashOfView, viewOfHash } from "./view-link.ts";

it("a link to a view comes back as it was, and what is none leads nowhere", () => {
  const threadId = "0b6f1a3e-54d1-4b0e-9f2e-5f0a7b8c9d10";
  for (const view of [
    { placeZyx: [0, 40.5, 60], label: 7, threadId, zoom: null, centreZyx: null },
    { placeZyx: [8.9, 0, 1], label: null, threadId: null, zoom: 12.25, centreZyx: [-4.5, 80, 1] },
  ] as const)
    expect(viewOfHash(hashOfView(view), [9, 50, 70])).toEqual(view);
  for (const hash of ["", "#at=", "#at=1,2", "#at=1,2,x", "#at=9,2,3", "#at=-1,2,3", "#at=1,2,3,4", "#at=NaN,1,1"])
    expect(viewOfHash(hash, [9, 50, 70]), hash).toBeNull();
  expect(viewOfHash("#at=1,2,3&nucleus=-4&comment=<script>&zoom=-1&centre=1,,x", [9, 50, 70])).toEqual({
    placeZyx: [1, 2, 3],
    label: null,
    threadId: null,
    zoom: null,
    centreZyx: null,
  });
});
