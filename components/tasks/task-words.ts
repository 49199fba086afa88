import { type CalendarDay, calendarDay, type Standing } from "../../core/tasks/task.ts";

export const today = (): CalendarDay => calendarDay(new Date());

const DAY_MS = 86_400_000;
const noon = (day: CalendarDay): number => Date.parse(`${day}T12:00:00Z`);

/** When it is due, as people say it. */
export function dueWords(due: CalendarDay, now: CalendarDay): string {
  const days = Math.round((noon(due) - noon(now)) / DAY_MS);
  if (days === 0) return "due today";
  if (days === 1) return "due tomorrow";
  if (days === -1) return "due yesterday";
  if (days < 0) return `${-days} days late`;
  if (days < 14) return `due in ${days} days`;
  return `due on ${new Date(noon(due)).toLocaleDateString("en-GB", { dateStyle: "medium", timeZone: "UTC" })}`;
}

export const standingColors: Readonly<Record<Standing, string>> = {
  free: "gray",
  open: "blue",
  late: "red",
  done: "teal",
};
