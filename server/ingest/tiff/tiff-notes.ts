import { narrowingNote } from "../voxels/stored-numbers.ts";
import type { TiffPage } from "./tiff-page.ts";

/** What a person should know of how the voxels of a page are stored. */
export function notesOnPage(page: TiffPage): string[] {
  const notes: (string | null)[] = [narrowingNote(page.stored)];
  if (page.photometric === 0)
    notes.push("The file says that low values are bright (white is zero); the values are kept as they are stored.");
  if (page.photometric === 3)
    notes.push("The file has a palette of colours; the numbers in it are taken, not the colours.");
  return notes.filter((note) => note !== null);
}
