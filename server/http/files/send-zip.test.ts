import { expect, it } from "vitest";
import { inTurn } from "./send-zip.ts";

it("sends one person eight parts at once, and others none the less", async () => {
  const ends: (() => void)[] = [];
  const hold = () => new Promise<void>((resolve) => ends.push(resolve));
  const held = Array.from({ length: 8 }, () => inTurn("ada", hold));
  expect(ends).toHaveLength(8);
  await expect(inTurn("ada", hold)).rejects.toMatchObject({ tag: "too-many-downloads", waitSeconds: 5 });
  await inTurn("bob", async () => {});
  ends[0]();
  await held[0];
  await inTurn("ada", async () => {});
  await expect(inTurn("ada", () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  await inTurn("ada", async () => {});
  for (const end of ends) end();
  await Promise.all(held);
});
