import { z } from "zod";
import { nameSchema } from "../../core/text/name.ts";

export const personNameSchema = nameSchema(80);
/** Bounded here; good-password.ts says in words what is wrong with one. */
export const passwordSchema = z.string().max(1024);
export const tokenSchema = z.string().min(20).max(100);
export const emailSchema = z.email("this is not an address like name@example.org").max(320);
export const accountFieldsSchema = z.object({
  name: personNameSchema,
  email: emailSchema,
  password: passwordSchema,
});
