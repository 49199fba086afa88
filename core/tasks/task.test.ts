import { expect, it } from "vitest";
import { type Role, roles } from "../roles.ts";
import { calendarDay, compareTasks, standingOf, type TaskAct, taskActs, taskObjection } from "./task.ts";
import { calendarDaySchema, goalSchema } from "./task-fields.ts";

/** Written out by hand, act by act: who may, with a task that is theirs, another's or nobody's, open or done. */
const allowed: Readonly<
  Record<TaskAct, (role: Role, whose: "mine" | "other" | "nobody", state: "open" | "done") => boolean>
> = {
  give: (role) => role === "reviewer" || role === "owner",
  withdraw: (role) => role === "reviewer" || role === "owner",
  take: (role, whose, state) => role !== "viewer" && whose === "nobody" && state === "open",
  transfer: (role, whose, state) =>
    state === "open" && (["reviewer", "owner"].includes(role) || (role === "annotator" && whose === "mine")),
  finish: (role, whose, state) =>
    state === "open" && (["reviewer", "owner"].includes(role) || (role === "annotator" && whose === "mine")),
  reopen: (role, whose, state) =>
    state === "done" && (["reviewer", "owner"].includes(role) || (role === "annotator" && whose === "mine")),
};

it("every act, role, holder and state: as the table says, and every refusal in words", () => {
  const holders = { mine: "me", other: "you", nobody: null } as const;
  for (const act of taskActs)
    for (const role of roles)
      for (const whose of ["mine", "other", "nobody"] as const)
        for (const state of ["open", "done"] as const) {
          const objection = taskObjection(
            act,
            { state, assigneeId: holders[whose], due: null },
            { userId: "me", role },
          );
          const told = `${act} by ${role}, ${whose}, ${state}: ${objection}`;
          expect(objection === null, told).toBe(allowed[act](role, whose, state));
          if (objection !== null) expect(objection, told).toMatch(/^[A-Z].{15,}\.$/);
        }
});

it("a task is late from the day after the one it is due on, and never once it is done", () => {
  const task = { state: "open", assigneeId: "me", due: "2031-04-09" } as const;
  expect(standingOf(task, "2031-04-09")).toBe("open");
  expect(standingOf(task, "2031-04-10")).toBe("late");
  expect(standingOf({ ...task, assigneeId: null }, "2031-04-09")).toBe("free");
  expect(standingOf({ ...task, state: "done" }, "2040-01-01")).toBe("done");
  expect(standingOf({ ...task, due: null }, "2040-01-01")).toBe("open");
  expect(calendarDay(new Date(2031, 3, 9, 23, 59))).toBe("2031-04-09");
});

it("sorts what is due soonest first, what has no date after it, what is done last", () => {
  const at = (seconds: number) => new Date(seconds * 1000);
  const task = (name: string, state: "open" | "done", due: string | null, seconds: number) => ({
    name,
    state,
    due,
    assigneeId: null,
    createdAt: at(seconds),
  });
  const sorted = [
    task("done", "done", "2030-01-01", 1),
    task("undated", "open", null, 1),
    task("later", "open", "2031-05-01", 1),
    task("younger", "open", "2031-04-09", 3),
    task("older", "open", "2031-04-09", 2),
  ].sort(compareTasks);
  expect(sorted.map(({ name }) => name)).toEqual(["older", "younger", "later", "undated", "done"]);
});

it("takes days that there are, and goals that are one visible line", () => {
  for (const day of ["2031-04-09", "2032-02-29"]) expect(calendarDaySchema.safeParse(day).success, day).toBe(true);
  for (const day of ["2031-02-29", "2031-13-01", "31-1-1", "2031-04-31", "tomorrow"])
    expect(calendarDaySchema.safeParse(day).success, day).toBe(false);
  expect(goalSchema.parse("  All mitotic ones ")).toBe("All mitotic ones");
  for (const goal of ["", "  ", "a\nb", "x".repeat(301)]) expect(goalSchema.safeParse(goal).success, goal).toBe(false);
});
