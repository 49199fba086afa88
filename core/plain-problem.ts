import { z } from "zod";
import { plainText } from "./plain-text.ts";
import type { ProblemFields } from "./problem.ts";

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
