import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";
import type { ReviewEvent } from "../../server/index.ts";
import { patchReviewHolders } from "./review-cache.ts";
import { isStaleBy } from "./topic-queries.ts";

const event = (label: number, heldBy: ReviewEvent["heldBy"]): ReviewEvent => ({
  topic: "review",
  projectId: "p",
  volumeId: "v",
  label,
  heldBy,
});
const keyOf = (volumeId: string) => ["state", volumeId];

it("who looks at what follows the events, and nothing but the nucleus that was spoken of is asked for again", () => {
  const cache = new QueryClient();
  const rule = { scope: "all", sharePercent: 20, newcomerDays: 14 };
  cache.setQueryData(keyOf("v"), { rule, holders: [{ label: 1, userId: "a", name: "Ada" }] });
  const tell = (label: number, heldBy: ReviewEvent["heldBy"]) => patchReviewHolders(cache, keyOf, event(label, heldBy));
  tell(2, { userId: "b", name: "Ben" });
  tell(1, null);
  tell(2, { userId: "c", name: "Cleo" });
  expect(cache.getQueryData(keyOf("v"))).toEqual({ rule, holders: [{ label: 2, userId: "c", name: "Cleo" }] });
  tell(3, null);
  patchReviewHolders(cache, keyOf, { ...event(4, null), volumeId: "w" });
  expect(cache.getQueryData(keyOf("w"))).toBeUndefined();

  const key = (path: string, input: object) => [path.split("."), { input, type: "query" }];
  const stale = (path: string, input: object) => isStaleBy(event(2, null), key(path, input));
  expect(stale("review.ofNucleus", { volumeId: "v", label: 2 })).toBe(true);
  expect(stale("review.ofNucleus", { volumeId: "v", label: 3 })).toBe(false);
  expect(stale("review.ofNucleus", { volumeId: "w", label: 2 })).toBe(false);
  expect(stale("review.state", { volumeId: "v" })).toBe(false);
  expect(stale("nucleus.list", { volumeId: "v" })).toBe(false);
});
