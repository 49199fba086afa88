import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { Problem } from "../../core/problem.ts";
import { type ByteReader, type ByteSink, type ByteSource, ByteReader as Reader } from "./byte-stream.ts";

/**
 * An encrypted backup is a head and chunks.
 *
 *   head, 41 bytes: "karyoloop-enc1\n" (15), log2 of scrypt's N (1), r (1), p (1), salt (16), nonce prefix (7)
 *   chunk: up to 65,536 bytes of the archive by AES-256-GCM, then the tag (16); all but the last are full
 *
 * Key: scrypt (RFC 7914) of the passphrase in UTF-8, NFC. Nonce of a chunk: prefix, number from 0 (4, big-endian), 1 for
 * the last and 0 for others (1); additional data: the head. So no chunk can be changed, moved, left out or cut off
 * (the STREAM construction: Hoang, Reyhanitabar, Rogaway, Vizár 2015).
 */
const MAGIC = Buffer.from("karyoloop-enc1\n");
const HEAD_BYTES = MAGIC.length + 3 + 16 + 7;
const CHUNK_BYTES = 65_536;
const TAG_BYTES = 16;
const MAX_CHUNKS = 2 ** 32;
/** 128 MiB and about half a second: what OWASP asks for of passwords. */
const SCRYPT = { log2N: 17, r: 8, p: 1 };
/** A head may ask for no more memory than this. */
const MAX_SCRYPT_BYTES = 1 << 30;

const deriveKey = promisify<string, Buffer, number, object, Buffer>(scrypt);

export const startsEncrypted = (first: Buffer): boolean => first.subarray(0, MAGIC.length).equals(MAGIC);

function keyOf(passphrase: string, head: Buffer): Promise<Buffer> {
  const [log2N, r, p] = head.subarray(MAGIC.length, MAGIC.length + 3);
  const memory = 128 * 2 ** log2N * r * Math.max(1, p);
  if (log2N < 10 || r === 0 || p === 0 || memory > MAX_SCRYPT_BYTES) throw unreadable();
  const salt = head.subarray(MAGIC.length + 3, MAGIC.length + 19);
  return deriveKey(passphrase.normalize("NFC"), salt, 32, { N: 2 ** log2N, r, p, maxmem: memory + (1 << 24) });
}

function nonceOf(head: Buffer, chunk: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  head.copy(nonce, 0, HEAD_BYTES - 7);
  nonce.writeUInt32BE(chunk, 7);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

export async function encryptInto(sink: ByteSink, passphrase: string, cost = SCRYPT): Promise<ByteSink> {
  const { log2N, r, p } = cost;
  const head = Buffer.concat([MAGIC, Buffer.from([log2N, r, p]), randomBytes(16 + 7)]);
  const key = await keyOf(passphrase, head);
  await sink.write(head);
  let held = Buffer.alloc(0);
  let chunks = 0;
  const seal = async (bytes: Buffer, isLast: boolean): Promise<void> => {
    if (chunks >= MAX_CHUNKS) throw new RangeError("a backup of more than 256 TiB cannot be encrypted");
    const cipher = createCipheriv("aes-256-gcm", key, nonceOf(head, chunks++, isLast));
    cipher.setAAD(head);
    const sealed = Buffer.concat([cipher.update(bytes), cipher.final()]);
    await sink.write(Buffer.concat([sealed, cipher.getAuthTag()]));
  };
  return {
    async write(bytes) {
      held = held.length === 0 ? Buffer.from(bytes) : Buffer.concat([held, bytes]);
      let at = 0;
      // One byte more than a chunk: then it is not the last.
      for (; held.length - at > CHUNK_BYTES; at += CHUNK_BYTES) await seal(held.subarray(at, at + CHUNK_BYTES), false);
      held = held.subarray(at);
    },
    async end() {
      await seal(held, true);
      await sink.end();
    },
  };
}

/** The archive within; throws a Problem at the first chunk that is not as it was written. */
export async function decrypt(source: ByteSource, passphrase: string): Promise<ByteSource> {
  const reader: ByteReader = new Reader(source);
  const head = await reader.upTo(HEAD_BYTES);
  if (head.length < HEAD_BYTES || !startsEncrypted(head)) throw unreadable();
  const key = await keyOf(passphrase, head);
  let chunks = 0;
  let ended = false;
  let ahead = await reader.upTo(CHUNK_BYTES + TAG_BYTES);
  return {
    async next() {
      if (ended) return null;
      const chunk = ahead;
      ahead = await reader.upTo(CHUNK_BYTES + TAG_BYTES);
      ended = ahead.length === 0;
      if (chunk.length < TAG_BYTES) throw unreadable();
      const decipher = createDecipheriv("aes-256-gcm", key, nonceOf(head, chunks++, ended));
      decipher.setAAD(head);
      decipher.setAuthTag(chunk.subarray(-TAG_BYTES));
      const opened = decipher.update(chunk.subarray(0, -TAG_BYTES));
      try {
        decipher.final();
      } catch {
        throw chunks === 1 ? wrongPassphrase() : unreadable();
      }
      return opened.length > 0 ? opened : null;
    },
  };
}

const wrongPassphrase = (): Problem =>
  new Problem({
    tag: "wrong-passphrase",
    what: "The passphrase does not open this backup, or its beginning is damaged.",
    hint: "Nothing was changed. Try again; the passphrase is the one given to karyoloop backup --encrypt.",
  });

const unreadable = (): Problem =>
  new Problem({
    tag: "backup-damaged",
    what: "This encrypted backup was changed or cut short after it was made.",
    hint: "Nothing was changed. Take another copy of it.",
  });
