import { z } from "zod";
import { nameSchema } from "../text/name.ts";
import { GOAL_MAX_LENGTH } from "./task.ts";

/** One line: what is to be done, in words. */
export const goalSchema = nameSchema(GOAL_MAX_LENGTH);

/** A day that there is: the 30th of February is none. */
export const calendarDaySchema = z
  .string()
  .max(10)
  .regex(/^\d{4}-\d{2}-\d{2}$/, "A day is written like 2031-04-09.")
  .refine((day) => {
    const at = new Date(`${day}T00:00:00Z`);
    return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
  }, "There is no such day.");
