import { createWriteStream } from "node:fs";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import path from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Problem } from "../../../core/problem.ts";
import { diskProblemOf, guardDisk } from "../../storage/disk-room.ts";
import { originFile } from "../source/read-header.ts";
import { openFolderStore } from "../stores/folder-store.ts";
import type { FetchTask } from "../worker/worker-messages.ts";
import { createGuardedClient, type GuardedClient, shown } from "./guarded-client.ts";
import { below, planRemote, type RemotePlan, type WantedArray } from "./remote-zarr.ts";

export interface FetchProgress {
  readonly doneChunks: number;
  readonly allChunks: number;
  readonly bytes: number;
}

/** More are too many requests to a stranger's server; such a volume is read better from a copy. */
const MAX_CHUNKS = 200_000;
const AT_ONCE = 8;
const LONGEST_MS = 12 * 3600_000;

/**
 * Fetches the finest level of an OME-Zarr image at an address, and of its labels, into `task.folder`, file by file as they lie there.
 * What is in the folder already is kept where the metadata is the same: a fetch that broke off goes on. A chunk that is not there
 * stays away, and the reader says so.
 */
export async function fetchZarr(
  task: FetchTask,
  onProgress: (progress: FetchProgress) => void,
): Promise<{ readonly bytes: number }> {
  const root = new URL(task.address);
  const signal = AbortSignal.timeout(LONGEST_MS);
  const client = createGuardedClient({ privateHosts: task.privateHosts, signal });
  try {
    const plan = await planRemote(client, root);
    assertFew(plan, root);
    await keepOnlySame(task.folder, plan);
    await writeMetadata(task.folder, plan, root);
    return await fetchChunks(task, client, root, plan.arrays, onProgress);
  } catch (error) {
    if (!signal.aborted) throw diskProblemOf(error) ?? error;
    throw new Problem({
      tag: "address-too-slow",
      what: "Fetching took more than 12 hours.",
      where: shown(root),
      hint: "Start it again: what has arrived is kept, and it goes on from there.",
    });
  } finally {
    client.close();
  }
}

const countOf = ({ facts: { shape, grid } }: WantedArray): number =>
  shape.reduce((product, length, axis) => product * Math.ceil(length / grid[axis]), 1);

function assertFew({ arrays }: RemotePlan, root: URL): void {
  const count = arrays.reduce((sum, array) => sum + countOf(array), 0);
  if (count <= MAX_CHUNKS) return;
  throw new Problem({
    tag: "address-too-many-chunks",
    what: `The image is cut into ${count} chunks; up to ${MAX_CHUNKS} are fetched one by one.`,
    where: shown(root),
    hint: "Download it with a program of its own (aws s3 sync, ome-zarr download), and import the folder with karyoloop import.",
  });
}

/** Names of the chunks, or shards, of an array. */
function* chunkNames({ path: array, facts }: WantedArray): Iterable<string> {
  const { shape, grid, metadata } = facts;
  const json = JSON.parse(new TextDecoder().decode(metadata)) as {
    zarr_format: number;
    dimension_separator?: string;
    chunk_key_encoding?: { name: string; configuration?: { separator?: string } };
  };
  const encoding = json.chunk_key_encoding;
  const isDefault = json.zarr_format === 3 && encoding?.name === "default";
  const separator =
    json.zarr_format === 3
      ? (encoding?.configuration?.separator ?? (isDefault ? "/" : "."))
      : (json.dimension_separator ?? ".");
  const counts = shape.map((length, axis) => Math.ceil(length / grid[axis]));
  const at = counts.map(() => 0);
  for (let left = counts.reduce((a, b) => a * b, 1); left > 0; left--) {
    yield [array, [...(isDefault ? ["c"] : []), ...at].join(separator)].filter(Boolean).join("/");
    for (let axis = at.length - 1; axis >= 0 && ++at[axis] === counts[axis]; axis--) at[axis] = 0;
  }
}

const METADATA = /(^|\/)(zarr\.json|\.zattrs|\.zgroup|\.zarray)$/;

/** Another image than the one of which a part is there: all of that goes. */
async function keepOnlySame(folder: string, { metadata }: RemotePlan): Promise<void> {
  const there = await openFolderStore(folder).catch(() => null);
  const names = [...(there?.names ?? [])].filter((name) => METADATA.test(name));
  const same = await Promise.all(
    names.map(async (name) => {
      const stated = metadata.get(name);
      return stated !== undefined && Buffer.compare(await readFile(path.join(folder, name)), stated) === 0;
    }),
  );
  if (names.length === metadata.size && same.every((one) => one)) return;
  await rm(folder, { recursive: true, force: true });
}

async function writeMetadata(folder: string, { metadata }: RemotePlan, root: URL): Promise<void> {
  for (const [name, bytes] of metadata) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, bytes, { mode: 0o600 });
  }
  await writeFile(originFile(folder), shown(root), { mode: 0o600 });
}

async function fetchChunks(
  { folder, maxBytes }: FetchTask,
  client: GuardedClient,
  root: URL,
  arrays: readonly WantedArray[],
  onProgress: (progress: FetchProgress) => void,
): Promise<{ bytes: number }> {
  const allChunks = arrays.reduce((sum, array) => sum + countOf(array), 0);
  const disk = guardDisk(folder);
  const parts = `${folder}.parts`;
  await rm(parts, { recursive: true, force: true });
  await mkdir(parts, { mode: 0o700 });
  const names = (function* () {
    for (const array of arrays) yield* chunkNames(array);
  })();
  const done = { chunks: 0, bytes: 0, there: 0 };
  const folders = new Set<string>();
  let failed = false;

  const count = async (bytes: number): Promise<void> => {
    done.bytes += bytes;
    if (done.bytes > maxBytes)
      throw new Problem({
        tag: "address-too-large",
        what: `More than the ${Math.floor(maxBytes / 1e6)} MB came that there is room for.`,
        where: shown(root),
        hint: "Delete volumes that nobody needs, or ask an administrator for more room. What has arrived is kept for a week.",
      });
    await disk.beforeWriting(bytes);
  };

  async function fetchOne(name: string, part: string): Promise<void> {
    const file = path.join(folder, name);
    const there = await stat(file).catch(() => null);
    if (there) {
      done.bytes += there.size;
      done.there++;
      return;
    }
    const arrived = await client.get(below(root, name), async (body) => {
      let own = 0;
      const counting = new Transform({
        transform(piece: Buffer, _encoding, next) {
          own += piece.length;
          count(piece.length).then(() => next(null, piece), next);
        },
      });
      try {
        await pipeline(body, counting, createWriteStream(part, { mode: 0o600 }));
        assertWhole(body, own);
        return true;
      } catch (error) {
        // It comes anew.
        done.bytes -= own;
        throw error;
      }
    });
    if (!arrived) return;
    const parent = path.dirname(file);
    if (!folders.has(parent)) await mkdir(parent, { recursive: true, mode: 0o700 });
    folders.add(parent);
    await rename(part, file);
    done.there++;
  }

  await Promise.all(
    Array.from({ length: AT_ONCE }, async (_, lane) => {
      try {
        for (const name of names) {
          if (failed) return;
          await fetchOne(name, path.join(parts, String(lane)));
          done.chunks++;
          onProgress({ doneChunks: done.chunks, allChunks, bytes: done.bytes });
        }
      } catch (error) {
        failed = true;
        throw error;
      }
    }),
  );
  await rm(parts, { recursive: true, force: true });
  if (done.there === 0)
    throw new Problem({
      tag: "address-no-chunks",
      what: `None of the ${allChunks} chunks of the image is there.`,
      where: shown(below(root, arrays[0].path)),
      hint: "The data set is not complete at this address.",
    });
  return { bytes: done.bytes };
}

/** Node says so of most bodies that end too soon, not of all. */
function assertWhole({ headers }: IncomingMessage, bytes: number): void {
  const announced = headers["content-length"];
  if (announced !== undefined && Number(announced) !== bytes) throw new Error(`${bytes} of ${announced} bytes arrived`);
}
