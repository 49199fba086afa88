import { expect, it } from "vitest";
import { commentTextSchema } from "./comment-text.ts";
import { MAX_COMMENT_LENGTH, mentionedIn, splitAtMentions } from "./mentions.ts";

const people = [
  { userId: "1", name: "Ann" },
  { userId: "2", name: "Ann Lee" },
  { userId: "3", name: "Søren (lab)" },
  { userId: "4", name: "x" },
];

it("mentions whoever is named behind an @, the longest name that fits, and nobody inside a word", () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["@Ann look", ["1"]],
    ["@ann lee: look, @Ann, and @ANN LEE", ["2", "1"]],
    ["@Annette, ann@Ann.example, @ Ann", []],
    ["(@Søren (lab))@x", ["3", "4"]],
    ["@Ann\n@x\n@@Ann", ["1", "4"]],
    ["@xylem @x1 @x", ["4"]],
    ["", []],
  ];
  for (const [text, expected] of cases) {
    expect(mentionedIn(text, people), text).toEqual(expected);
    expect(
      splitAtMentions(text, people)
        .map((part) => part.text)
        .join(""),
    ).toBe(text);
  }
});

it("a comment is plain text of a bounded length: what would steer a page or a terminal is gone", () => {
  expect(commentTextSchema.parse("  one\r\ntwo\u202e\u0007<b>\u{1F52C}  ")).toBe("one\ntwo  <b>\u{1F52C}");
  expect(commentTextSchema.safeParse(" \n\t ").success).toBe(false);
  expect(commentTextSchema.safeParse("é".repeat(MAX_COMMENT_LENGTH)).success).toBe(true);
  expect(commentTextSchema.safeParse("a".repeat(MAX_COMMENT_LENGTH + 1)).success).toBe(false);
});
