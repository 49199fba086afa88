import { eq } from "drizzle-orm";
import { datasetVersion } from "../../../db/schema/index.ts";
import type { Services } from "../../services.ts";
import { datasetFolder } from "../frozen/dataset-blobs.ts";
import type { DatasetDescription } from "../frozen/dataset-description.ts";
import type { PackedFile } from "../zip/packed-file.ts";
import { type ListedPart, readPackingList } from "../zip/stored-lists.ts";
import { startFreezeProcess } from "./worker/start-freeze-process.ts";

/** Lists that are being made for those who asked for them. */
interface Making {
  readonly done: Promise<void>;
  readonly abort: AbortController;
  waiting: number;
}

interface Maker {
  readonly makings: Map<string, Making>;
  /** One version after the other: each takes a process. */
  last: Promise<unknown>;
}

const makers = new WeakMap<Services, Maker>();

function makerOf(services: Services): Maker {
  const maker = makers.get(services) ?? { makings: new Map(), last: Promise.resolve() };
  makers.set(services, maker);
  return maker;
}

/**
 * What is known of the files of these parts, by path. They are written down when a version is frozen; of one that an earlier release
 * froze they are made now, in a process of their own, which ends when nobody waits any more.
 */
export async function packingListsOf(
  services: Services,
  description: DatasetDescription,
  parts: readonly ListedPart[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PackedFile>> {
  const files = new Map<string, PackedFile>();
  const missing: ListedPart[] = [];
  const take = async (part: ListedPart): Promise<boolean> => {
    const list = await readPackingList(services.blobs, description.id, part);
    for (const file of list ?? []) files.set(file.path, file);
    return list !== null;
  };
  for (const part of parts) if (!(await take(part))) missing.push(part);
  if (missing.length > 0) await waitForLists(services, description, missing, signal);
  for (const part of missing)
    if (!(await take(part))) throw new Error(`the list of ${part} of version ${description.id} was not written`);
  return files;
}

async function waitForLists(
  services: Services,
  description: DatasetDescription,
  parts: readonly ListedPart[],
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const maker = makerOf(services);
  const key = `${description.id} ${parts.join()}`;
  let making = maker.makings.get(key);
  if (!making) {
    const abort = new AbortController();
    const done = maker.last.then(() => makeLists(services, description, parts, abort.signal));
    maker.last = done.catch(() => {}).finally(() => maker.makings.delete(key));
    making = { done, abort, waiting: 0 };
    maker.makings.set(key, making);
  }
  const { abort, done } = making;
  making.waiting++;
  const leave = () => {
    making.waiting--;
    if (making.waiting > 0) return;
    maker.makings.delete(key);
    abort.abort();
  };
  signal.addEventListener("abort", leave, { once: true });
  try {
    await done;
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

async function makeLists(
  services: Services,
  description: DatasetDescription,
  parts: readonly ListedPart[],
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  // Whoever came before may have asked for some of them, too.
  const missing: ListedPart[] = [];
  for (const part of parts)
    if ((await readPackingList(services.blobs, description.id, part)) === null) missing.push(part);
  if (missing.length === 0) return;
  const process = startFreezeProcess(services.environment, signal);
  try {
    await process.pack({ description, parts: missing }, () => {});
  } finally {
    await process.end();
    // Whoever deleted the version meanwhile has removed its folder already.
    const rows = await services.db
      .select({ id: datasetVersion.id })
      .from(datasetVersion)
      .where(eq(datasetVersion.id, description.id));
    if (rows.length === 0) await services.blobs.remove(datasetFolder(description.id));
  }
}
