import path from "node:path";
import type { FileContents } from "../../core/import/file-contents.ts";
import type { PlannedVolume } from "../../core/import/folder-plan.ts";
import { Problem } from "../../core/problem.ts";
import { assertAnswered, type ChosenVolume, chooseLabels, chooseVolume, type LabelAnswers } from "./choose-in-file.ts";
import { type KnownVolume, placeFor } from "./find-sent.ts";
import type { ImportContext } from "./import-context.ts";
import { channelNotes, missesPart, type VolumeOutcome } from "./import-report.ts";
import { sendFile } from "./send-file.ts";
import type { ServerSession } from "./server-session.ts";

const LOOK_EVERY_MS = 500;

/** Sends one volume and its labels and waits until they are imported; a Problem says why not. */
export async function importOne(
  context: ImportContext,
  files: PlannedVolume,
  specimen: string,
  known: readonly KnownVolume[],
): Promise<VolumeOutcome> {
  const { session, projectId, options } = context;
  const place = await placeFor(files, known, options);
  if (place.there) return alreadyThere(files, place.there);
  const { name } = place;
  const details: string[] = [];
  const note = (file: string, notes: readonly string[]) => {
    for (const one of notes) {
      context.say(`${name}: ${path.basename(file)}: ${one}`);
      details.push(one);
    }
  };
  const imageUpload = await sendFile(context, name, files.image);
  const { contents } = await inspect(context, imageUpload);
  const volume = chooseVolume(contents, files.image, options);
  note(files.image, [...contents.notes, ...volume.notes]);
  const found =
    options.labels === "none" ? null : await findLabels(context, { contents, imageUpload, files, volume, name, note });
  const chosen = { uploadId: imageUpload, image: volume.image.path, channel: volume.channel, time: volume.time };
  const labels =
    found && options.labels !== "none" ? { ...found, mode: options.labels, complete: options.complete } : null;
  const { voxelSizeZyx } = volume;
  if (labels && !labels.parts) {
    const looked = { projectId, image: chosen, voxelSizeZyx, labels, withPicture: false };
    const look = await session.api.volume.firstLook.mutate(looked);
    assertAnswered(look.questions[0] ?? null, files.labels ?? files.image);
    note(files.labels ?? files.image, look.notes);
  }
  const { channels } = options;
  const request = { projectId, name, specimen, image: chosen, voxelSizeZyx, labels, ...(channels && { channels }) };
  const { volumeId } = await session.api.volume.startImport.mutate(request);
  const row = await waitForImport(session, volumeId);
  note(files.image, channelNotes(volume.image, row.channels));
  const taken = row.import?.labels;
  const objects = taken && ` with ${taken.count} ${taken.mode === "accepted" ? "nuclei" : "proposals"}`;
  context.say(`${name}: ${row.shapeZyx.join(" × ")} voxels of ${row.voxelSizeZyx.join(" × ")} µm${objects ?? ""}`);
  if (taken?.partsOf !== undefined)
    note(files.image, [`Each connected part is a nucleus: ${taken.count} of the ${taken.partsOf} labels in the file.`]);
  const strange = row.quality?.nonFiniteVoxels ?? 0;
  if (strange > 0)
    note(files.image, [`${strange} voxels are no finite numbers (NaN or infinite); they are stored as 0.`]);
  // Labels that a reader had to leave out are missed, unless others were found.
  const unlabelled = options.labels !== "none" && !labels && contents.notes.some(isAboutLabels);
  const without = files.labels || labels || !unlabelled ? [] : ["its labels were left out"];
  const missed = unlabelled || missesPart(contents);
  return { ...files, name, became: "imported", details: [...details, ...without], missed };
}

const isAboutLabels = (note: string): boolean => /left out/.test(note) && /label|mask|seg|instance/i.test(note);

function alreadyThere(files: PlannedVolume, there: KnownVolume): VolumeOutcome {
  if (there.state === "failed")
    throw new Problem(
      there.problem ?? {
        tag: "import-failed",
        what: "Its import has failed before.",
        hint: "Remove it on the import page, then start again.",
      },
    );
  const unlabelled = files.labels !== null && there.baseLabels === "none" && !there.import?.labels;
  const details = [
    ...(there.state === "ready" ? [] : ["still being imported"]),
    ...(unlabelled ? ["without its labels: add them on the import page"] : []),
  ];
  return { ...files, name: there.name, became: "already there", details, missed: unlabelled };
}

const inspect = ({ session, projectId }: ImportContext, uploadId: string) =>
  session.api.volume.inspectUpload.mutate({ projectId, uploadId });

/** Labels of the partner file, or those in the same file. */
async function findLabels(
  context: ImportContext,
  given: {
    readonly contents: FileContents;
    readonly imageUpload: string;
    readonly files: PlannedVolume;
    readonly volume: ChosenVolume;
    readonly name: string;
    note(file: string, notes: readonly string[]): void;
  },
): Promise<(LabelAnswers & { uploadId: string }) | null> {
  const { contents, imageUpload, files, volume, name } = given;
  const { options } = context;
  const of = { times: volume.image.times, voxelSizeZyx: volume.voxelSizeZyx ?? volume.image.voxelSizeZyx };
  if (files.labels) {
    const uploadId = await sendFile(context, name, files.labels);
    const partner = (await inspect(context, uploadId)).contents;
    given.note(files.labels, partner.notes);
    return { uploadId, ...chooseLabels(partner, files.labels, of, options) };
  }
  const others = contents.images.filter(({ path: one }) => one !== volume.image.path);
  const hasLabels = others.some(({ looksLikeLabels }) => looksLikeLabels) || options.labelsImage !== undefined;
  if (!hasLabels) return null;
  const within = { ...contents, images: others };
  return { uploadId: imageUpload, ...chooseLabels(within, files.image, of, options) };
}

async function waitForImport({ api }: ServerSession, volumeId: string) {
  for (;;) {
    const row = await api.volume.byId.query({ volumeId });
    if (row.import?.state === "failed")
      throw new Problem(row.import.problem ?? { tag: "import-failed", what: "The import failed." });
    if (row.import?.state === "done") return row;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
