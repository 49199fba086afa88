import { expect, it } from "vitest";
import { safeNext, signInHref } from "./sign-in-href.ts";

it("comes back to the page that was asked for", () => {
  const href = new URL(signInHref("/projects/7?tab=people"), "http://host");
  expect(safeNext(href.searchParams.get("next"))).toBe("/projects/7?tab=people");
});

it("keeps a token behind the #, where no server sees it", () => {
  const href = new URL(signInHref("/join#secret"), "http://host");
  expect(href.search).not.toContain("secret");
  expect(href.hash).toBe("#secret");
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
