import { createDecipheriv, scryptSync } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { isProblem } from "../../core/problem.ts";
import type { ByteSink, ByteSource } from "./byte-stream.ts";
import { decrypt, encryptInto } from "./encryption.ts";

const PASSPHRASE = "fünf zufällige Wörter";
const HEAD = 41;
/** The real cost is half a second each time. */
const CHEAP = { log2N: 10, r: 8, p: 1 };
const SEALED = 65_536 + 16;

async function encrypt(plain: Buffer, cost?: { log2N: number; r: number; p: number }): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const sink: ByteSink = { write: async (piece) => void pieces.push(Buffer.from(piece)), end: async () => {} };
  const cipher = await encryptInto(sink, PASSPHRASE, cost);
  for (let at = 0; at < plain.length; at += 40_000) await cipher.write(plain.subarray(at, at + 40_000));
  await cipher.end();
  return Buffer.concat(pieces);
}

async function open(sealed: Buffer, passphrase = PASSPHRASE): Promise<Buffer> {
  let given = false;
  const source: ByteSource = {
    async next() {
      if (given || sealed.length === 0) return null;
      given = true;
      return sealed;
    },
  };
  const plain = await decrypt(source, passphrase);
  const pieces: Buffer[] = [];
  for (let piece = await plain.next(); piece; piece = await plain.next()) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** From the description of the format alone. */
function openNaively(sealed: Buffer): Buffer {
  const head = sealed.subarray(0, HEAD);
  const key = scryptSync(PASSPHRASE, head.subarray(18, 34), 32, {
    N: 2 ** head[15],
    r: head[16],
    p: head[17],
    maxmem: 2 ** 28,
  });
  const pieces: Buffer[] = [];
  const count = Math.ceil((sealed.length - HEAD) / SEALED);
  for (let i = 0; i < count; i++) {
    const chunk = sealed.subarray(HEAD + i * SEALED, Math.min(sealed.length, HEAD + (i + 1) * SEALED));
    const number = Buffer.from([i >>> 24, (i >>> 16) & 255, (i >>> 8) & 255, i & 255, i === count - 1 ? 1 : 0]);
    const cipher = createDecipheriv("aes-256-gcm", key, Buffer.concat([head.subarray(34), number]));
    cipher.setAAD(head);
    cipher.setAuthTag(chunk.subarray(-16));
    pieces.push(cipher.update(chunk.subarray(0, -16)), cipher.final());
  }
  return Buffer.concat(pieces);
}

const plainOf = (length: number) => Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255));

it.each([1, 65_535, 65_536, 65_537, 200_000])("%d bytes come back, also by the description alone", async (length) => {
  const plain = plainOf(length);
  const sealed = await encrypt(plain, CHEAP);
  expect(sealed.length).toBe(HEAD + length + 16 * Math.ceil(length / 65_536));
  expect(openNaively(sealed).equals(plain)).toBe(true);
  expect((await open(sealed)).equals(plain)).toBe(true);
});

it("a key costs 128 MiB", async () => {
  expect([...(await encrypt(plainOf(9))).subarray(15, 18)]).toEqual([17, 8, 1]);
});

describe("what was changed is found", () => {
  let sealed: Buffer;
  beforeAll(async () => {
    sealed = await encrypt(plainOf(200_000), CHEAP);
  });
  const tagOf = (changed: Buffer, passphrase?: string) =>
    open(changed, passphrase).then(
      () => "opened",
      (error) => (isProblem(error) ? error.tag : String(error)),
    );

  it("a wrong passphrase, and the same one written in another normal form", async () => {
    expect(await tagOf(sealed, "four random words")).toBe("wrong-passphrase");
    expect(await tagOf(sealed, PASSPHRASE.normalize("NFD"))).toBe("opened");
  });

  it("a byte anywhere", async () => {
    for (const at of [
      0,
      15,
      20,
      36,
      HEAD,
      HEAD + SEALED - 1,
      HEAD + SEALED,
      HEAD + 2 * SEALED + 9,
      sealed.length - 1,
    ]) {
      const changed = Buffer.from(sealed);
      changed[at] ^= 1;
      expect(await tagOf(changed), `byte ${at}`).toMatch(/^(backup-damaged|wrong-passphrase)$/);
    }
  });

  it("a cut, also between two chunks; chunks that change places, are missing or stand behind the end", async () => {
    for (const length of [
      0,
      10,
      HEAD,
      HEAD + 5,
      HEAD + SEALED,
      HEAD + 2 * SEALED,
      HEAD + 3 * SEALED,
      sealed.length - 1,
    ])
      expect(await tagOf(sealed.subarray(0, length)), `${length} bytes`).toMatch(/damaged|wrong/);
    const chunk = (i: number) => sealed.subarray(HEAD + i * SEALED, HEAD + (i + 1) * SEALED);
    const head = sealed.subarray(0, HEAD);
    for (const order of [
      [1, 0, 2, 3],
      [0, 2, 3],
      [0, 1, 2, 3, 3],
      [0, 1, 1, 2, 3],
    ])
      expect(await tagOf(Buffer.concat([head, ...order.map(chunk)])), String(order)).toMatch(/damaged|wrong/);
  });

  it("a head that asks for more memory than there is", async () => {
    const changed = Buffer.from(sealed);
    changed[15] = 30;
    expect(await tagOf(changed)).toBe("backup-damaged");
  });
});
