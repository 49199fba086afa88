import { expect, it } from "vitest";
import { placeBeside } from "./place-beside.ts";

it("a card lies beside its part, and inside of the window whatever the part", () => {
  const room = { width: 1280, height: 720 };
  const card = { width: 380, height: 200 };
  const rail = { left: 0, top: 44, width: 48, height: 676 };
  expect(placeBeside(rail, card, "right", room).card).toEqual({ left: 60, top: 56 });
  for (const side of ["inside", "right", "left", "below"] as const)
    for (const left of [-50, 0, 500, 1200])
      for (const top of [0, 300, 700]) {
        const { card: at } = placeBeside({ left, top, width: 90, height: 30 }, card, side, room);
        expect(at.left).toBeGreaterThanOrEqual(0);
        expect(at.top).toBeGreaterThanOrEqual(0);
        expect(at.left + card.width).toBeLessThanOrEqual(room.width);
        expect(at.top + card.height).toBeLessThanOrEqual(room.height);
      }
});
