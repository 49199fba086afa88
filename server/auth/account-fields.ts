import { z } from "zod";
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from "./password-account.ts";

export const personNameSchema = z.string().trim().min(1).max(80);
export const passwordSchema = z.string().min(PASSWORD_MIN_LENGTH).max(PASSWORD_MAX_LENGTH);
export const tokenSchema = z.string().min(20).max(100);
export const accountFieldsSchema = z.object({
  name: personNameSchema,
  email: z.email().max(320),
  password: passwordSchema,
});
