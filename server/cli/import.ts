import { open, stat } from "node:fs/promises";
import path from "node:path";
import { TRPCClientError } from "@trpc/client";
import type { FileContents, FileImage } from "../../core/import/file-contents.ts";
import { type SendableFile, uploadFile } from "../../core/import/upload-file.ts";
import { isProblem, Problem, type ProblemFields } from "../../core/problem.ts";
import { findVolumes, type VolumeFiles } from "./find-volumes.ts";
import { IMPORT_USAGE, type ImportOptions, parseImportOptions } from "./import-options.ts";
import { askPassword, type ServerSession, signInToServer } from "./server-session.ts";

const LOOK_EVERY_MS = 500;

/** `karyoloop import`; returns the exit code: 1 when any volume failed. */
export async function runImport(args: readonly string[], say: (line: string) => void = console.log): Promise<number> {
  const options = parseImportOptions(args);
  if (!options) {
    say(IMPORT_USAGE);
    return 0;
  }
  const { volumes, strayLabels } = await findVolumes(options.paths);
  for (const file of strayLabels)
    say(
      `${file}: left out, as it is called labels and its image is not beside it. Labels can be added on the import page.`,
    );
  if (volumes.length === 0)
    throw new Problem({ tag: "nothing-found", what: "No volume was found.", where: options.paths.join(", ") });
  // Before anything is sent: a name without a specimen should not be noticed half-way.
  const specimens = volumes.map(({ name }) => options.specimenOf(name));
  if (options.dryRun) {
    volumes.forEach((one, i) => {
      say(`${one.name}: specimen ${specimens[i]}, ${one.image}${one.labels ? `, labels ${one.labels}` : ""}`);
    });
    return 0;
  }
  const session = await openSession(options);
  const projectId = await findProject(session, options.project);
  const known = new Set((await session.api.volume.list.query({ projectId })).map(({ name }) => name));
  let failed = 0;
  for (const [i, one] of volumes.entries()) {
    if (known.has(one.name)) {
      say(`${one.name}: is already there`);
      continue;
    }
    try {
      await importOne(session, projectId, options, one, specimens[i], say);
    } catch (error) {
      failed++;
      const { what, where, hint } = problemOf(error);
      say(`${one.name}: ${[what, where && `(${where})`, hint].filter(Boolean).join(" ")}`);
    }
  }
  say(`${volumes.length - failed} of ${volumes.length} volumes are in the project.`);
  return failed > 0 ? 1 : 0;
}

async function openSession(options: ImportOptions): Promise<ServerSession> {
  const email = options.email ?? process.env.KARYOLOOP_EMAIL;
  const password = process.env.KARYOLOOP_PASSWORD ?? (email ? await askPassword(`Password of ${email}: `) : null);
  if (!email || !password)
    throw new Problem({
      tag: "no-account",
      what: "An account is needed.",
      hint: "Name it with --email, and put its password into KARYOLOOP_PASSWORD or type it when asked.",
    });
  return signInToServer(options.server, email, password);
}

async function findProject({ api }: ServerSession, wanted: string): Promise<string> {
  const projects = await api.project.list.query();
  const found = projects.filter(({ id, name }) => id === wanted || name === wanted);
  if (found.length === 1) return found[0].id;
  throw new Problem({
    tag: "no-such-project",
    what: found.length > 1 ? "Several projects have this name; name its id." : "There is no such project.",
    where: wanted,
    hint: `Yours are: ${projects.map(({ id, name }) => `${name} (${id})`).join(", ") || "none"}.`,
  });
}

async function importOne(
  session: ServerSession,
  projectId: string,
  options: ImportOptions,
  files: VolumeFiles,
  specimen: string,
  say: (line: string) => void,
): Promise<void> {
  const send = (file: string) =>
    sendFile(session, projectId, file, (percent) => say(`${files.name}: ${path.basename(file)} ${percent} % sent`));
  const inspect = (uploadId: string) => session.api.volume.inspectUpload.mutate({ projectId, uploadId });
  const imageUpload = await send(files.image);
  const { contents } = await inspect(imageUpload);
  const image = chooseImage(contents, options.image, false);
  const voxelSizeZyx = image.voxelSizeZyx ? null : options.voxelSizeZyx;
  const chosen = { uploadId: imageUpload, image: image.path, channel: options.channel, time: options.time };
  const labels = options.labels === "none" ? null : await findLabels(contents, imageUpload, files, send, inspect);
  const { volumeId } = await session.api.volume.startImport.mutate({
    projectId,
    name: files.name,
    specimen,
    image: chosen,
    voxelSizeZyx,
    labels:
      labels && options.labels !== "none" ? { ...labels, mode: options.labels, complete: options.complete } : null,
  });
  const row = await waitForImport(session, volumeId);
  const with_ = row.import?.labels
    ? ` with ${row.import.labels.count} ${row.import.labels.mode === "accepted" ? "nuclei" : "proposals"}`
    : "";
  say(`${files.name}: ${row.shapeZyx.join(" × ")} voxels of ${row.voxelSizeZyx.join(" × ")} µm${with_}`);
  const strange = row.quality?.nonFiniteVoxels ?? 0;
  if (strange > 0)
    say(`${files.name}: ${strange} voxels are no finite numbers (NaN or infinite); they are stored as 0.`);
}

/** The image named with --image, else the only one that is no label image. */
function chooseImage(contents: FileContents, wanted: string | undefined, labels: boolean): FileImage {
  const candidates = contents.images.filter(({ path: name, looksLikeLabels }) =>
    wanted !== undefined && !labels ? name === wanted : looksLikeLabels === labels,
  );
  const usable = candidates.length > 0 || wanted !== undefined ? candidates : contents.images;
  if (usable.length === 1) return usable[0];
  throw new Problem({
    tag: "which-image",
    what: usable.length === 0 ? "The file has no such image." : "The file holds several images.",
    where: contents.images.map(({ path: name }) => name).join(", "),
    hint: "Name one with --image.",
  });
}

/** Labels of the partner file, or those in the same file. */
async function findLabels(
  contents: FileContents,
  imageUpload: string,
  files: VolumeFiles,
  send: (file: string) => Promise<string>,
  inspect: (uploadId: string) => Promise<{ contents: FileContents }>,
): Promise<{ uploadId: string; image: string } | null> {
  if (files.labels) {
    const uploadId = await send(files.labels);
    return { uploadId, image: chooseImage((await inspect(uploadId)).contents, undefined, true).path };
  }
  const within = contents.images.filter(({ looksLikeLabels }) => looksLikeLabels);
  return within.length === 1 && contents.images.length > 1 ? { uploadId: imageUpload, image: within[0].path } : null;
}

async function sendFile(
  session: ServerSession,
  projectId: string,
  file: string,
  onPercent: (percent: number) => void,
): Promise<string> {
  const { size, mtimeMs } = await stat(file);
  const handle = await open(file, "r");
  const sendable: SendableFile = {
    name: path.basename(file),
    size,
    lastModified: Math.floor(mtimeMs),
    slice: (start, end) => ({
      async arrayBuffer() {
        const bytes = new ArrayBuffer(end - start);
        await handle.read(new Uint8Array(bytes), 0, end - start, start);
        return bytes;
      },
    }),
  };
  let shown = 0;
  try {
    return await uploadFile(
      { projectId, address: session.address, fetch: session.fetch },
      sendable,
      ({ sentBytes }) => {
        const percent = Math.floor((10 * sentBytes) / size) * 10;
        if (percent > shown && size > 50e6) onPercent(percent);
        shown = Math.max(shown, percent);
      },
      new AbortController().signal,
    );
  } finally {
    await handle.close();
  }
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

function problemOf(error: unknown): ProblemFields {
  if (isProblem(error)) return error;
  if (error instanceof TRPCClientError) {
    const problem = (error.data as { problem?: ProblemFields } | undefined)?.problem;
    return problem ?? { tag: "refused", what: error.message };
  }
  return { tag: "failed", what: error instanceof Error ? error.message : String(error) };
}
