import { z } from "zod";
import { nameFlaw, normalizeName, UNFIT } from "./name-flaw.ts";

/** Name of a person or a thing: normalised, visible, with so many characters at most. Every input of a name is one. */
export const nameSchema = (maxLength: number) =>
  z
    .string()
    .max(4 * maxLength)
    .overwrite((text) => (UNFIT.test(text) ? text : normalizeName(text)))
    .min(1)
    .max(maxLength)
    .superRefine((name, context) => {
      const flaw = nameFlaw(name);
      if (flaw) context.addIssue({ code: "custom", message: flaw });
    });

/** Greek and Cyrillic letters that are drawn as Latin ones are, in lower case (Unicode UTS #39, confusables.txt). */
const LOOKALIKES: Readonly<Record<string, string>> = {
  а: "a",
  ɑ: "a",
  α: "a",
  с: "c",
  ϲ: "c",
  ԁ: "d",
  е: "e",
  ѐ: "e",
  ғ: "f",
  ɡ: "g",
  һ: "h",
  і: "i",
  ı: "i",
  ι: "i",
  ӏ: "l",
  ј: "j",
  κ: "k",
  к: "k",
  м: "m",
  ո: "n",
  η: "n",
  о: "o",
  ο: "o",
  օ: "o",
  σ: "o",
  р: "p",
  ρ: "p",
  ԛ: "q",
  г: "r",
  ѕ: "s",
  т: "t",
  τ: "t",
  υ: "u",
  ս: "u",
  ν: "v",
  ѵ: "v",
  ԝ: "w",
  ω: "w",
  х: "x",
  χ: "x",
  у: "y",
  γ: "y",
  в: "b",
  н: "h",
  "0": "o",
  "1": "l",
  "|": "l",
};

/** Equal for names that a person would take for one another: compatibility forms, case, marks, gaps, look-alike letters. */
export function nameSkeleton(name: string): string {
  const bare = name
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[\p{M}\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/gu, "");
  return Array.from(bare, (letter) => LOOKALIKES[letter] ?? letter)
    .join("")
    .replace(/[.'’‘`´_-]/g, "");
}

/** True where a text in it holds U+0000. */
export function hasNul(value: unknown): boolean {
  if (typeof value === "string") return value.includes("\0");
  if (Array.isArray(value)) return value.some(hasNul);
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return false;
  return Object.entries(value).some(([key, one]) => hasNul(key) || hasNul(one));
}
