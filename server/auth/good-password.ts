import { readFileSync } from "node:fs";
import { Problem } from "../../core/problem.ts";
import { passwordWeakness } from "../../core/text/password-rules.ts";

let common: ReadonlySet<string> | null = null;

function isCommon(word: string): boolean {
  common ??= new Set(
    readFileSync(new URL("./common-passwords.txt", import.meta.url), "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("# ")),
  );
  return common.has(word);
}

/** Throws a Problem that says why the password would be guessed soon. `personal`: the person's name and email. */
export function assertGoodPassword(password: string, personal: readonly string[]): void {
  const weakness = passwordWeakness(password, [...personal, "karyoloop"], isCommon);
  if (weakness) throw new Problem(weakness);
}
