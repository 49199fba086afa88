/** Three significant digits, and a unit that a biologist reads at once. */
export const formatUm3 = (volumeUm3: number): string => `${formatVolume(volumeUm3)} µm³`;

export const formatVolume = (volumeUm3: number): string =>
  volumeUm3 >= 100 ? Math.round(volumeUm3).toLocaleString("en-US") : Number(volumeUm3.toPrecision(3)).toString();

/** Stands for a person where labels came with the file. */
export const CAME_WITH_FILE = "with the file";

const MINUTE = 60_000;

/** "now", "5 min", "3 h", then the date. */
export function formatWhen(iso: string, nowMs = Date.now()): string {
  const ago = nowMs - Date.parse(iso);
  if (Number.isNaN(ago)) return "";
  if (ago < MINUTE) return "now";
  if (ago < 60 * MINUTE) return `${Math.floor(ago / MINUTE)} min`;
  if (ago < 24 * 60 * MINUTE) return `${Math.floor(ago / (60 * MINUTE))} h`;
  return iso.slice(0, 10);
}
