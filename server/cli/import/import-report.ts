import { channelsOf, type KeptChannel, leftOutWords } from "../../../core/import/file-channels.ts";
import type { FileContents, FileImage } from "../../../core/import/file-contents.ts";
import type { FolderPlan, LeftOutFile } from "../../../core/import/folder-plan.ts";

/** What became of one volume. `missed`: a person would call it incomplete. */
export interface VolumeOutcome {
  readonly name: string;
  readonly image: string;
  readonly labels: string | null;
  readonly became: "imported" | "already there" | "not imported";
  readonly details: readonly string[];
  readonly missed: boolean;
}

/** Formats of which every part is meant to be a volume; others hold tables and previews beside theirs. */
const ONLY_VOLUMES: ReadonlySet<FileContents["format"]> = new Set(["TIFF", "TIFF series", "PNG series"]);

/** Whether the reader left pages, slices or images of a file out that a person would miss. */
export const missesPart = ({ format, notes }: Pick<FileContents, "format" | "notes">): boolean =>
  ONLY_VOLUMES.has(format) &&
  notes.some((note) => /left out/.test(note) && !/2D image|previews|bytes behind the voxels/.test(note));

/** What became of the channels of an image that has several. */
export function channelNotes(
  image: FileImage,
  kept: readonly Pick<KeptChannel, "index" | "name" | "labelled">[],
): string[] {
  if (image.channels.length === 1) return [];
  const named = kept.map(({ name, labelled }) => (labelled ? `${name} (labelled)` : name));
  const places = new Set(kept.map(({ index }) => index));
  const leftOut = leftOutWords(channelsOf(image).filter(({ index }) => !places.has(index)));
  return [`Channels: ${named.join(", ")}.`, ...(leftOut ? [`${leftOut} --channels says which are kept.`] : [])];
}

const MAX_LEFT_OUT = 200;

/** Whether a person would call what was done complete. */
export const isComplete = (outcomes: readonly VolumeOutcome[], leftOut: readonly LeftOutFile[]): boolean =>
  !outcomes.some(({ missed }) => missed) && !leftOut.some(({ missed }) => missed);

/** Every file once: imported, paired, left out and why. */
export function reportLines(outcomes: readonly VolumeOutcome[], leftOut: readonly LeftOutFile[]): string[] {
  const names = columnWidth(outcomes.map(({ name }) => name));
  const volumes = outcomes.map(({ name, image, labels, became, details }) =>
    [
      became.padEnd(13),
      name.padEnd(names),
      `${image}${labels ? ` with ${labels}` : ""}${details.length > 0 ? ` (${details.join("; ")})` : ""}`,
    ].join("  "),
  );
  return ["", "What became of every file:", ...volumes, ...leftOutLines(leftOut)];
}

export function planLines(plan: FolderPlan): string[] {
  const names = columnWidth(plan.volumes.map(({ name }) => name));
  return [
    ...(plan.conventions.length > 0 ? [`Recognised: ${plan.conventions.join("; ")}.`] : []),
    ...plan.volumes.map(
      ({ name, image, labels }) => `volume         ${name.padEnd(names)}  ${image}${labels ? ` with ${labels}` : ""}`,
    ),
    ...leftOutLines(plan.leftOut),
  ];
}

function leftOutLines(leftOut: readonly LeftOutFile[]): string[] {
  const more = leftOut.length - MAX_LEFT_OUT;
  return [
    // Those that are missed first.
    ...[...leftOut]
      .sort((a, b) => Number(b.missed) - Number(a.missed))
      .slice(0, MAX_LEFT_OUT)
      .map(({ file, why }) => `left out       ${file}: ${why}`),
    ...(more > 0 ? [`left out       ${more} more files`] : []),
  ];
}

const columnWidth = (texts: readonly string[]): number =>
  Math.min(40, Math.max(0, ...texts.map(({ length }) => length)));
