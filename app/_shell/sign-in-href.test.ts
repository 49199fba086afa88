import { expect, it } from "vitest";
import { safeNext, signInHref } from "./sign-in-href.ts";

it("comes back to the page that was asked for", () => {
  const href = new URL(signInHref("/projects/7?tab=people"), "http://host");
  expect(safeNext(href.searchParams.get("next"))).toBe("/projects/7?tab=people");
});

it.each([
  null,
  "",
  "https://evil.example",
  "//evil.example",
  "/\\evil.example",
  "/\t/evil.example",
  "javascript:alert(1)",
])("never leaves this site: %s", (next) => {
  expect(safeNext(next)).toBe("/projects");
});
