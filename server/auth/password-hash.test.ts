import { scrypt as nobleScrypt } from "@noble/hashes/scrypt.js";
import { hashPassword as earlierHash } from "better-auth/crypto";
import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { account } from "../../db/schema/index.ts";
import { signIn, startTestServer, TEST_PASSWORD, type TestServer } from "../testing/test-server.ts";
import { hashPassword, isOutdatedHash, PASSWORD_COST, verifyPassword } from "./password-hash.ts";

const CHEAP = { logN: 6, r: 8, p: 2 };

describe("a stored password", () => {
  it("is scrypt at OWASP's figures, as another implementation computes it", async () => {
    expect(PASSWORD_COST).toEqual({ logN: 17, r: 8, p: 1 });
    const hash = await hashPassword("correct horse", CHEAP);
    const [name, logN, r, p, salt, key] = hash.split("$");
    expect([name, logN, r, p]).toEqual(["scrypt", "6", "8", "2"]);
    const other = nobleScrypt("correct horse", Buffer.from(salt, "base64url"), { N: 64, r: 8, p: 2, dkLen: 32 });
    expect(Buffer.from(other).toString("base64url")).toBe(key);
    expect(Buffer.from(salt, "base64url")).toHaveLength(16);
    expect(await hashPassword("correct horse", CHEAP)).not.toBe(hash);
  });

  it("is known again however the keyboard composes it, and nothing else is", async () => {
    const hash = await hashPassword("Größe\u0301 ﬁle", CHEAP);
    expect(await verifyPassword(hash, "Größé file")).toBe(true);
    expect(await verifyPassword(hash, "Größe file")).toBe(false);
    for (const broken of ["", "scrypt$6$8$2$short$key", `${hash}x`, "plain text", hash.replace("scrypt", "argon")])
      expect(await verifyPassword(broken, "Größé file")).toBe(false);
  });

  it("of an earlier version is known again and outdated", async () => {
    const hash = await earlierHash("correct horse");
    expect(await verifyPassword(hash, "correct horse")).toBe(true);
    expect(await verifyPassword(hash, "correct house")).toBe(false);
    expect(isOutdatedHash(hash)).toBe(true);
    expect(isOutdatedHash(await hashPassword("x", CHEAP))).toBe(true);
  });
});

describe("signing in", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  it("renews a hash of an earlier version, at the right password only", async () => {
    const ada = await server.signUp("Ada");
    const ofAda = and(eq(account.userId, ada.id), eq(account.providerId, "credential"));
    const stored = async () => (await server.services.db.select().from(account).where(ofAda))[0].password ?? "";
    const old = await earlierHash(TEST_PASSWORD);
    await server.services.db.update(account).set({ password: old }).where(ofAda);
    await expect(signIn(server.address, ada.email, "not the password")).rejects.toThrow("401");
    expect(await stored()).toBe(old);
    await signIn(server.address, ada.email);
    const renewed = await stored();
    expect(renewed).toMatch(/^scrypt\$17\$8\$1\$/);
    await signIn(server.address, ada.email);
    expect(await stored()).toBe(renewed);
  });
});
