/** Days and moments as this browser's clock says them. */
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const dayOf = (ms: number): string => day.format(ms);

/** "Today", "Yesterday", "12 Nov 2026". */
export function dayWords(ms: number, nowMs: number): string {
  const shown = dayOf(ms);
  if (shown === dayOf(nowMs)) return "Today";
  const yesterday = new Date(nowMs);
  yesterday.setDate(yesterday.getDate() - 1);
  return shown === dayOf(yesterday.getTime()) ? "Yesterday" : shown;
}

export const clockWords = (ms: number): string => clock.format(ms);

/** "12 Nov 2026, 14:05". */
export const momentWords = (ms: number): string => `${dayOf(ms)}, ${clockWords(ms)}`;
