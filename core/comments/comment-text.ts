import { z } from "zod";
import { MAX_COMMENT_LENGTH } from "./mentions.ts";

/** Control characters but the end of a line, marks that turn the direction of text, halves of surrogate pairs. */
const UNFIT = /(?!\n)[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Plain text with ends of lines; nobody shows it as anything else. */
export const commentTextSchema = z
  .string()
  .max(2 * MAX_COMMENT_LENGTH)
  .overwrite((text) => text.replaceAll("\r\n", "\n").replace(UNFIT, " ").normalize("NFC").trim())
  .min(1, "Write something first.")
  .max(MAX_COMMENT_LENGTH, `A comment has ${MAX_COMMENT_LENGTH} characters at most.`);
