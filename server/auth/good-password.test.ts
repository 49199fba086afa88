import { describe, expect, it } from "vitest";
import { isProblem } from "../../core/problem.ts";
import { assertGoodPassword } from "./good-password.ts";

const personal = ["Ada Lovelace", "ada.lovelace@analytical.example.org"];

function said(password: string): string | null {
  try {
    assertGoodPassword(password, personal);
    return null;
  } catch (error) {
    if (!isProblem(error)) throw error;
    expect(error.tag).toBe("password-weak");
    return error.what;
  }
}

describe("a new password", () => {
  it.each([
    ["short one", /at least 10/],
    ["𝒳𝒳𝒳𝒳𝒳", /at least 10/], // characters, not code units
    ["x".repeat(129), /at most 128/],
    ["4711081500", /digits alone/],
    ["ababababab", /repeats itself/],
    ["abcdefghijkl", /repeats itself or counts/],
    ["zyxwvutsrq", /repeats itself or counts/],
    ["lovelace1815", /own name or address/],
    ["Ada.Lovelace!!", /own name or address/],
    ["analytical#7", /own name or address/],
    ["karyoloop2026", /own name or address/],
    ["qwertyuiop", /tried first/],
    ["password123!", /tried first/],
    ["P@ssw0rd2026", /tried first/],
    ["monkeymonkey", /tried first/],
    ["Sunshine!!!!", /tried first/],
    ["1q2w3e4r5t", /tried first/],
  ])("%s is refused", (password, why) => expect(said(password)).toMatch(why));

  it.each([
    "correct horse battery",
    "Lovelace likes a green cheese",
    "kV7#q-94Lz.t",
    "ночь улица фонарь",
    "三人行必有我师焉择其善",
    "tr0mbone+lagoon",
  ])("%s is taken", (password) => expect(said(password)).toBeNull());
});
