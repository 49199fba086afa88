import { Problem } from "../../core/problem.ts";

/** What can stand in a header, and no more; Zenodo's are sixty letters and digits. */
export function assertLooksLikeToken(text: string): void {
  if (/^[A-Za-z0-9._~+/=-]{20,200}$/.test(text)) return;
  throw new Problem({
    tag: "not-a-token",
    what: "This does not look like a token of Zenodo.",
    where: "token",
    hint: "Copy it as it is shown there once, without spaces.",
  });
}
