import { z } from "zod";
import type { ProblemFields } from "./problem.ts";

/** Control characters, line separators, marks that turn the direction of text, and halves of surrogate pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * One printable line of at most `maxLength` characters. What another program or a file says of itself passes through
 * here before it reaches a page, a log or the database: it could clear a terminal, forge lines, or be endless.
 */
export const plainText = (text: string, maxLength: number): string =>
  text.slice(0, maxLength).replace(UNPRINTABLE, " ").trim();

/** Takes any text and makes it plain: too long a sentence is no reason to lose what it belongs to. */
export const plainTextSchema = (maxLength: number) => z.string().transform((text) => plainText(text, maxLength));

const MAX_TAG_LENGTH = 100;
const MAX_SENTENCE_LENGTH = 2000;

/** A problem as another program tells it. */
export const plainProblemSchema = z.strictObject({
  tag: plainTextSchema(MAX_TAG_LENGTH),
  what: plainTextSchema(MAX_SENTENCE_LENGTH),
  where: plainTextSchema(MAX_SENTENCE_LENGTH).optional(),
  hint: plainTextSchema(MAX_SENTENCE_LENGTH).optional(),
});

export const plainProblem = ({ tag, what, where, hint }: ProblemFields): ProblemFields =>
  plainProblemSchema.parse({ tag, what, where, hint });
