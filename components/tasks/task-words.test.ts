import { expect, it } from "vitest";
import { dueWords } from "./task-words.ts";

it.each([
  ["2031-04-09", "due today"],
  ["2031-04-10", "due tomorrow"],
  ["2031-04-08", "due yesterday"],
  ["2031-03-31", "9 days late"],
  ["2031-04-22", "due in 13 days"],
  ["2031-04-23", "due on 23 Apr 2031"],
])("on 9 April 2031, %s is %s", (due, words) => expect(dueWords(due, "2031-04-09")).toBe(words));
