import { createHash } from "node:crypto";
import { Problem } from "../../core/problem.ts";
import type { ZenodoMetadata } from "../../core/publication/zenodo-metadata.ts";
import type { DepositedFile } from "../../db/schema/index.ts";
import type { DepositFile } from "./deposit-files.ts";
import type { Deposition, StoredFile, ZenodoClient } from "./zenodo-client.ts";
import { draftGone, notUnderstood } from "./zenodo-problems.ts";

/** What is known of a deposit, and grows while it is sent. */
export interface DepositProgress {
  readonly newVersionOf: string | null;
  readonly asked: boolean;
  readonly recordId: string | null;
  readonly metadataSent: boolean;
  readonly files: readonly DepositedFile[];
}

export interface DepositUpload {
  readonly zenodo: ZenodoClient;
  readonly metadata: ZenodoMetadata;
  /** In the notes of its draft, and of no other. */
  readonly marker: string;
  readonly files: readonly DepositFile[];
  /** Written down before anything is built on it; rejects where the deposit is not wanted any more. */
  save(change: Partial<DepositProgress & Pick<Deposition, "doi" | "page">>): Promise<void>;
  onProgress(bytes: number): void;
  readonly signal: AbortSignal;
}

/**
 * Brings a draft to where it has every file, whole, and no other. Begun again after any stop it goes on where it was: a draft whose
 * making was not answered is found by its marker, and what was sent is compared and not sent again. Answers with the deposition: a
 * published one where somebody published exactly these files by hand. Rejects with a Problem.
 */
export async function uploadDeposit(known: DepositProgress, upload: DepositUpload): Promise<Deposition> {
  const { zenodo, files } = upload;
  const draft = await openDraft(known, upload);
  const stored = new Map((await zenodo.files(draft.id)).map((one) => [one.name, one]));
  if (draft.isPublished) {
    await assertSame(stored, upload, known.files);
    return draft;
  }
  if (!known.metadataSent) {
    await zenodo.setMetadata(draft.id, upload.metadata);
    await upload.save({ metadataSent: true });
  }
  const wanted = new Set(files.map(({ name }) => name));
  for (const one of stored.values()) if (!wanted.has(one.name)) await zenodo.removeFile(draft.id, one.id);
  let done: readonly DepositedFile[] = known.files.filter(({ name }) => wanted.has(name));
  let sent = 0;
  for (const file of files) {
    const there = stored.get(file.name);
    const before = done.find(({ name }) => name === file.name);
    const kept = there && (await isWhole(file, there, before, upload.signal));
    const md5 = kept ? there.md5 : await sendFile(draft, file, upload, sent);
    sent += file.bytes;
    upload.onProgress(sent);
    if (kept && before?.md5 === md5 && before.etag === file.etag) continue;
    const { name, bytes, etag } = file;
    done = [...done.filter((one) => one.name !== name), { name, bytes, md5, etag }];
    await upload.save({ files: done });
  }
  // Once more as a whole: two programs may have written into one draft.
  assertAsDeposited(await zenodo.files(draft.id), done);
  return draft;
}

async function openDraft(
  known: DepositProgress,
  { zenodo, metadata, marker, save }: DepositUpload,
): Promise<Deposition> {
  if (known.recordId) return zenodo.get(known.recordId);
  const { newVersionOf } = known;
  if (newVersionOf) {
    const draft = await zenodo.newVersion(newVersionOf);
    await save({ recordId: draft.id, doi: draft.doi, page: draft.page });
    return draft;
  }
  const lost = known.asked
    ? (await zenodo.recentDepositions()).find((one) => !one.isPublished && one.notes.includes(marker))
    : undefined;
  await save({ asked: true });
  const draft = lost ?? (await zenodo.create(metadata));
  await save({ recordId: draft.id, doi: draft.doi, page: draft.page, metadataSent: true });
  return draft;
}

/** Whether what lies there is this file. What nobody wrote down the MD5 of is read here, which is less than sending it. */
async function isWhole(
  file: DepositFile,
  there: StoredFile,
  before: DepositedFile | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  if (there.bytes !== file.bytes) return false;
  if (before && before.etag === file.etag) return before.md5 === there.md5;
  const hash = createHash("md5");
  for await (const part of file.stream(signal)) hash.update(part);
  return hash.digest("hex") === there.md5;
}

/** Of a file that arrives changed: it is sent so often. */
const SENDS = 2;

async function sendFile(
  { bucket }: Deposition,
  file: DepositFile,
  { zenodo, onProgress, signal }: DepositUpload,
  sentBefore: number,
): Promise<string> {
  if (!bucket) throw notUnderstood("the draft has no place for files");
  for (let round = 1; ; round++) {
    let own = "";
    const theirs = await zenodo.putFile(bucket, file.name, {
      bytes: file.bytes,
      async *stream() {
        const hash = createHash("md5");
        let bytes = 0;
        for await (const part of file.stream(signal)) {
          hash.update(part);
          bytes += part.length;
          onProgress(sentBefore + bytes);
          yield part;
        }
        own = hash.digest("hex");
      },
    });
    if (theirs === own) return own;
    if (round === SENDS)
      throw new Problem({
        tag: "zenodo-wrong-checksum",
        what: `A file arrived at Zenodo changed, ${SENDS} times: its MD5 is another there.`,
        where: file.name,
        hint: "Something on the way changes what is sent. Go on through another network; nothing was published.",
      });
  }
}

/** Of a record that somebody published by hand while this was not done. */
async function assertSame(
  stored: ReadonlyMap<string, StoredFile>,
  { files, signal }: DepositUpload,
  known: readonly DepositedFile[],
): Promise<void> {
  let same = stored.size === files.length;
  for (const file of files) {
    const there = stored.get(file.name);
    same &&= there !== undefined;
    if (!same || !there) break;
    same = await isWhole(
      file,
      there,
      known.find(({ name }) => name === file.name),
      signal,
    );
  }
  if (!same)
    throw new Problem({
      tag: "zenodo-published-elsewhere",
      what: "Somebody has published this record at Zenodo before all files were there, or with others.",
      hint: "It cannot be taken back. Freeze a new version, and make it a new version of that record.",
    });
}

/** What lies there is what was deposited, no file less and none more. */
export function assertAsDeposited(stored: readonly StoredFile[], deposited: readonly DepositedFile[]): void {
  const md5s = new Map(stored.map(({ name, md5 }) => [name, md5]));
  const other = deposited.find(({ name, md5 }) => md5s.get(name) !== md5)?.name;
  const names = new Set(deposited.map(({ name }) => name));
  const more = stored.find(({ name }) => !names.has(name))?.name;
  if (other === undefined && more === undefined) return;
  throw new Problem({
    tag: "zenodo-draft-changed",
    what: other
      ? "A file of the draft was changed or removed at Zenodo."
      : "Somebody has put another file into the draft at Zenodo.",
    where: other ?? more,
    hint: "Discard the draft and make it again; nothing was published.",
  });
}

/**
 * Makes a draft public, for ever. Asked again after a lost answer it looks first. `deposited` has to lie there unchanged. Rejects with a
 * Problem; then it is a draft still.
 */
export async function publishDeposit(
  recordId: string,
  deposited: readonly DepositedFile[],
  zenodo: ZenodoClient,
): Promise<Deposition> {
  const before = await zenodo.get(recordId);
  if (before.isPublished) return before;
  assertAsDeposited(await zenodo.files(recordId), deposited);
  let refusal: unknown = null;
  try {
    await zenodo.publish(recordId);
  } catch (error) {
    // A gateway may have given up while it was done.
    refusal = error;
  }
  const after = await zenodo.get(recordId);
  if (after.isPublished) return after;
  throw refusal ?? notUnderstood("it said yes, and the record is a draft still");
}

/** The draft is not there afterwards, whoever removed it. Answers with the record where somebody published it meanwhile: that stays. */
export async function discardDraft(recordId: string, zenodo: ZenodoClient): Promise<Deposition | null> {
  try {
    const before = await zenodo.get(recordId);
    if (before.isPublished) return before;
    await zenodo.discard(recordId);
  } catch (error) {
    if (!(error instanceof Problem) || error.tag !== draftGone().tag) throw error;
  }
  return null;
}
