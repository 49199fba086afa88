import { isModerator, type Role } from "../roles.ts";

/** How a task stands, as it is stored. Whether nobody has it, or it is late, follows: `standingOf`. */
export const taskStates = ["open", "done"] as const;

export type TaskState = (typeof taskStates)[number];

/** What may be done with a task. `transfer` to nobody lays it down; `take` is by the one who takes it. */
export const taskActs = ["give", "take", "transfer", "finish", "reopen", "withdraw"] as const;

export type TaskAct = (typeof taskActs)[number];

/** A day of the calendar, `2031-04-09`: what is due on it is late from the next day on, wherever somebody is. */
export type CalendarDay = string;

/** Of what is to be done, in words; in characters. */
export const GOAL_MAX_LENGTH = 300;

export interface TaskStanding {
  readonly state: TaskState;
  /** Null: whoever wants takes it. */
  readonly assigneeId: string | null;
  readonly due: CalendarDay | null;
}

export const standings = ["free", "open", "late", "done"] as const;

export type Standing = (typeof standings)[number];

export function standingOf({ state, assigneeId, due }: TaskStanding, today: CalendarDay): Standing {
  if (state === "done") return "done";
  if (due !== null && due < today) return "late";
  return assigneeId === null ? "free" : "open";
}

/** What is late comes first, then what is due soonest, then what has no date; of equals the older one. */
export function compareTasks(
  a: TaskStanding & { readonly createdAt: Date },
  b: TaskStanding & { readonly createdAt: Date },
): number {
  if (a.state !== b.state) return a.state === "open" ? -1 : 1;
  if (a.due !== b.due) return (a.due ?? "9999-99-99") < (b.due ?? "9999-99-99") ? -1 : 1;
  return a.createdAt.getTime() - b.createdAt.getTime();
}

export interface TaskActor {
  readonly userId: string;
  readonly role: Role;
}

/** Why this person may not do it with a task that stands so, in words; null where they may. Giving asks for the role alone. */
export function taskObjection(act: TaskAct, task: TaskStanding | null, { userId, role }: TaskActor): string | null {
  const moderates = isModerator(role);
  if (role === "viewer") return "Viewers have no tasks: an owner can make you an annotator.";
  if (act === "give" || act === "withdraw")
    return moderates ? null : "Only reviewers and owners give tasks and take them back.";
  if (!task) return "This task is not there any more.";
  const isTheirs = task.assigneeId === userId;
  if (act === "reopen") {
    if (task.state !== "done") return "This task is open already.";
    return isTheirs || moderates ? null : "Only whoever had this task, or a reviewer, reopens it.";
  }
  if (task.state !== "open") return "This task is done. Reopen it first.";
  if (act === "take") return task.assigneeId === null ? null : "Somebody has this task already.";
  return isTheirs || moderates
    ? null
    : act === "finish"
      ? "Only whoever has this task, or a reviewer, says that it is done."
      : "Only whoever has this task, or a reviewer, passes it on.";
}

/** The day that a moment is on, by the clock of this computer. */
export const calendarDay = (moment: Date): CalendarDay =>
  [moment.getFullYear(), moment.getMonth() + 1, moment.getDate()]
    .map((part) => String(part).padStart(2, "0"))
    .join("-");
