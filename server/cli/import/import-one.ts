import path from "node:path";
import { type FileContents, labelsBeside } from "../../../core/import/file-contents.ts";
import type { PlannedVolume } from "../../../core/import/folder-plan.ts";
import type { LabelFacts } from "../../../core/import/label-facts.ts";
import { isProblem, Problem } from "../../../core/problem.ts";
import type { ServerSession } from "../server-session.ts";
import { assertAnswered, type ChosenVolume, chooseLabels, chooseVolume, type LabelAnswers } from "./choose-in-file.ts";
import { factsFromDataset } from "./facts-from-dataset.ts";
import { type KnownVolume, placeFor } from "./find-sent.ts";
import type { ImportContext } from "./import-context.ts";
import { channelNotes, missesPart, type VolumeOutcome } from "./import-report.ts";
import { sendFile } from "./send-file.ts";

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
  const { everyTime } = volume;
  const { volumeIds } = await session.api.volume.startImport.mutate({
    projectId,
    name,
    specimen,
    image: chosen,
    voxelSizeZyx,
    labels,
    everyTime,
    ...(channels && { channels }),
  });
  let failed = 0;
  for (const [time, volumeId] of volumeIds.entries()) {
    const of = everyTime ? `Time point ${time + 1}: ` : "";
    try {
      const row = await waitForImport(session, volumeId);
      const notes = importNotes(row, volume, time === 0);
      note(
        files.image,
        notes.map((one) => of + one),
      );
      context.say(wordsOf(row));
    } catch (error) {
      if (!everyTime || !isProblem(error)) throw error;
      failed++;
      note(files.image, [`${of}not imported. ${error.what}`]);
    }
  }
  if (failed === volumeIds.length)
    throw new Problem({ tag: "import-failed", what: "None of its time points could be imported." });
  if (everyTime) details.push(`${volumeIds.length - failed} time points, each a volume of its own`);
  // Labels that a reader had to leave out are missed, unless others were found.
  const unlabelled = options.labels !== "none" && !labels && contents.notes.some(isAboutLabels);
  const without = files.labels || labels || !unlabelled ? [] : ["its labels were left out"];
  const missed = failed > 0 || unlabelled || missesPart(contents);
  return { ...files, name, became: "imported", details: [...details, ...without], missed };
}

type ImportedVolume = Awaited<ReturnType<typeof waitForImport>>;

function wordsOf({ name, shapeZyx, voxelSizeZyx, import: job }: ImportedVolume): string {
  const taken = job?.labels;
  const objects = taken ? ` with ${taken.count} ${taken.mode === "accepted" ? "nuclei" : "proposals"}` : "";
  return `${name}: ${shapeZyx.join(" × ")} voxels of ${voxelSizeZyx.join(" × ")} µm${objects}`;
}

/** What the import did that a person should know; its channels once for all time points. */
function importNotes({ channels, import: job, quality }: ImportedVolume, { image }: ChosenVolume, isFirst: boolean) {
  const taken = job?.labels;
  const strange = quality?.nonFiniteVoxels ?? 0;
  return [
    ...(isFirst ? channelNotes(image, channels) : []),
    ...(taken?.partsOf === undefined
      ? []
      : [`Each connected part is a nucleus: ${taken.count} of the ${taken.partsOf} labels in the file.`]),
    ...(taken?.classified ? [`${taken.classified} nuclei came with their class.`] : []),
    ...(taken?.boxes ? [`${taken.boxes} boxes came with it in which everything is labelled.`] : []),
    ...(strange > 0 ? [`${strange} voxels are no finite numbers (NaN or infinite); they are stored as 0.`] : []),
  ];
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
): Promise<(LabelAnswers & { uploadId: string; facts?: LabelFacts }) | null> {
  const { contents, imageUpload, files, volume, name } = given;
  const { options } = context;
  const of = { times: volume.image.times, voxelSizeZyx: volume.voxelSizeZyx ?? volume.image.voxelSizeZyx };
  if (files.labels) {
    const uploadId = await sendFile(context, name, files.labels);
    const partner = (await inspect(context, uploadId)).contents;
    given.note(files.labels, partner.notes);
    const facts = await factsFromDataset(files);
    return { uploadId, ...chooseLabels(partner, files.labels, of, options), ...(facts && { facts }) };
  }
  const others = contents.images.filter(({ path: one }) => one !== volume.image.path);
  const labels = labelsBeside(others, volume.image);
  if (labels.length === 0 && options.labelsImage === undefined) return null;
  const within = { ...contents, images: options.labelsImage === undefined ? labels : others };
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
