import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import type { Environment } from "../env.ts";
import { assertBlobKey, type BlobStore } from "./blob-store.ts";

/** A DeleteObjects request may name 1,000; some stores refuse bodies that long. */
const DELETE_BATCH = 500;

const isMissing = (error: unknown): boolean =>
  error instanceof S3ServiceException && (error.name === "NoSuchKey" || error.$metadata.httpStatusCode === 404);

/**
 * Blobs as objects of one bucket. A put is one request, which S3 makes durable and visible whole or not at all; blobs are
 * bricks and model files, far below its 5 GB.
 */
export function createS3Store(options: NonNullable<Environment["s3"]>): BlobStore {
  const client = new S3Client({
    region: options.region,
    endpoint: options.endpoint,
    // Stores other than Amazon's are rarely reachable by bucket names as host names.
    forcePathStyle: options.endpoint !== undefined,
    credentials:
      options.accessKeyId && options.secretAccessKey
        ? { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey }
        : undefined,
  });
  const bucket = { Bucket: options.bucket };

  async function* sizes(prefix: string): AsyncIterable<{ key: string; sizeBytes: number }> {
    let token: string | undefined;
    do {
      const page = await client.send(new ListObjectsV2Command({ ...bucket, Prefix: prefix, ContinuationToken: token }));
      for (const { Key, Size } of page.Contents ?? []) if (Key) yield { key: Key, sizeBytes: Size ?? 0 };
      token = page.NextContinuationToken;
    } while (token);
  }

  async function* list(prefix: string): AsyncIterable<string> {
    for await (const { key } of sizes(prefix)) yield key;
  }

  async function removeAll(keys: readonly string[]): Promise<void> {
    const result = await client.send(
      new DeleteObjectsCommand({ ...bucket, Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true } }),
    );
    const failed = result.Errors?.[0];
    if (failed) throw new Error(`The object store kept ${failed.Key}: ${failed.Message}`);
  }

  async function head(key: string): Promise<number | null> {
    assertBlobKey(key);
    try {
      const found = await client.send(new HeadObjectCommand({ ...bucket, Key: key }));
      return found.ContentLength ?? null;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  return {
    async put(key, bytes) {
      assertBlobKey(key);
      await client.send(new PutObjectCommand({ ...bucket, Key: key, Body: bytes, ContentLength: bytes.length }));
    },
    async get(key, range) {
      assertBlobKey(key);
      // A range that starts at the end, or is empty, is an error for S3: an empty answer here.
      if (range) {
        const size = await head(key);
        if (size === null) return null;
        const end = Math.min(range.end, size);
        if (range.start >= end) return new Uint8Array(0);
        range = { start: range.start, end };
      }
      try {
        const found = await client.send(
          new GetObjectCommand({
            ...bucket,
            Key: key,
            // Absolute positions, inclusive end: suffix ranges are read wrongly by some stores.
            Range: range && `bytes=${range.start}-${range.end - 1}`,
          }),
        );
        const body = found.Body ? await found.Body.transformToByteArray() : new Uint8Array(0);
        // A store may answer a range with the whole object (s3rver does so for the first byte alone).
        return range && body.length > range.end - range.start ? body.slice(range.start, range.end) : body;
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },
    async link(from, to) {
      assertBlobKey(from);
      assertBlobKey(to);
      try {
        // A bucket shares nothing: the copy is the store's own work, but takes its room.
        await client.send(new CopyObjectCommand({ ...bucket, Key: to, CopySource: `${options.bucket}/${from}` }));
        return true;
      } catch (error) {
        if (isMissing(error)) return false;
        throw error;
      }
    },
    head,
    async sizeOf(prefix) {
      assertBlobKey(prefix);
      let total = 0;
      for await (const { sizeBytes } of sizes(prefix)) total += sizeBytes;
      return total;
    },
    list(prefix) {
      assertBlobKey(prefix);
      return list(prefix);
    },
    sizes(prefix) {
      assertBlobKey(prefix);
      return sizes(prefix);
    },
    async remove(keyOrPrefix) {
      assertBlobKey(keyOrPrefix);
      if (!keyOrPrefix.endsWith("/")) return removeAll([keyOrPrefix]);
      let batch: string[] = [];
      for await (const key of list(keyOrPrefix)) {
        batch.push(key);
        if (batch.length < DELETE_BATCH) continue;
        await removeAll(batch);
        batch = [];
      }
      if (batch.length > 0) await removeAll(batch);
    },
  };
}
