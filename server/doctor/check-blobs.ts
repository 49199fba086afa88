import { randomUUID } from "node:crypto";
import { findMissingBlobs, type NamedBlobs } from "../backup/named-blobs.ts";
import type { Environment } from "../env.ts";
import type { BlobStore } from "../storage/blob-store.ts";
import { broken, type Finding, look, ok } from "./finding.ts";

const PROBE = "probe/";
const where = (s3: Environment["s3"]): string => (s3 ? `the bucket ${s3.bucket}` : "the folder of blobs");

/** Writes, reads and removes a blob. */
export async function checkStore(
  blobs: Pick<BlobStore, "put" | "get" | "head" | "remove">,
  s3: Environment["s3"],
): Promise<Finding[]> {
  const key = `${PROBE}${randomUUID()}`;
  const bytes = Buffer.from(randomUUID());
  try {
    await blobs.put(key, bytes);
    const read = await blobs.get(key);
    if (!read || !bytes.equals(read))
      return [broken("blobs", `What is written to ${where(s3)} does not come back the same.`, "Look at that store.")];
    await blobs.remove(s3 ? key : PROBE);
    if ((await blobs.head(key)) !== null)
      return [broken("blobs", `What is removed from ${where(s3)} stays.`, "Allow s3:DeleteObject to its key.")];
    return [ok("blobs", `A blob was written to ${where(s3)}, read and removed.`)];
  } catch (error) {
    const { name, message } = error as Error;
    return [
      broken(
        "blobs",
        `A blob could not be written to ${where(s3)}: ${name === "Error" ? message : `${name}, ${message}`}.`,
        s3
          ? "Look at S3_ENDPOINT, S3_BUCKET and the key; it needs s3:PutObject, GetObject, DeleteObject and ListBucket."
          : "Look at the folder's owner and rights, and at the disk.",
      ),
    ];
  }
}

const HURRY_MS = 10_000;
/** S3 refuses requests that are signed 15 minutes early or late. */
const REFUSED_FROM_MS = 15 * 60_000;

/** Clock and encryption of an object store across the network. */
export async function checkObjectStore(
  s3: NonNullable<Environment["s3"]>,
  now: () => number = Date.now,
): Promise<Finding[]> {
  const endpoint = new URL(s3.endpoint ?? `https://s3.${s3.region}.amazonaws.com`);
  const findings: Finding[] = [];
  if (endpoint.protocol === "http:" && !/^(localhost|127\.|\[::1\])/.test(endpoint.hostname))
    findings.push(
      look(
        "object-store-connection",
        `The object store is reached over plain http (${endpoint.host}): the network can read every volume.`,
        "Use an https address in S3_ENDPOINT, unless that network is the server's alone (as in docker/compose.yml).",
      ),
    );
  const answer = await fetch(endpoint, { method: "HEAD", signal: AbortSignal.timeout(HURRY_MS) });
  const said = Date.parse(answer.headers.get("date") ?? "");
  if (Number.isNaN(said)) return findings;
  const skewMs = said - now();
  if (Math.abs(skewMs) < 60_000) return [...findings, ok("object-store-clock", "Its clock and this one agree.")];
  return [
    ...findings,
    (Math.abs(skewMs) > REFUSED_FROM_MS / 2 ? broken : look)(
      "object-store-clock",
      `The object store's clock differs by ${Math.round(Math.abs(skewMs) / 1000)} s: from 900 s on it refuses everything.`,
      "Let this machine set its clock by the network (timedatectl set-ntp true).",
    ),
  ];
}

const LOOKED_FOR = 2_000;

/** Whether what rows name is there. */
export async function checkNamedBlobs(blobs: BlobStore, named: NamedBlobs): Promise<Finding[]> {
  const missing = await findMissingBlobs(blobs, { ...named, required: () => first(named.required(), LOOKED_FOR) }, 10);
  if (missing.length === 0) return [ok("named-blobs", "The files that volumes, labels and models need are there.")];
  return [
    broken(
      "named-blobs",
      `${missing.length === 10 ? "10 or more" : missing.length} files that volumes, labels or models need are missing, such as ${missing[0]}.`,
      "Stop the server, keep what is there, and bring them back from a backup; look at the disk (smartctl, dmesg).",
    ),
  ];
}

async function* first<T>(all: AsyncIterable<T>, count: number): AsyncIterable<T> {
  let given = 0;
  for await (const one of all) {
    if (given++ >= count) return;
    yield one;
  }
}
