import { createDecipheriv, hkdfSync } from "node:crypto";
import { expect, it } from "vitest";
import { openSealedText, sealText } from "./sealed-text.ts";

const SECRET = "a-secret-of-an-installation-000000";

it("is opened with the same secret and context, and is another each time", () => {
  for (const text of ["", "token", "é𝒳".repeat(100)]) {
    const sealed = sealText(SECRET, "ada zenodo", text);
    expect(openSealedText(SECRET, "ada zenodo", sealed)).toBe(text);
    expect(sealText(SECRET, "ada zenodo", text)).not.toEqual(sealed);
    if (text) expect(Buffer.from(sealed).includes(text)).toBe(false);
  }
});

it("stays shut for another secret, another's context, or with any one bit changed", () => {
  const sealed = sealText(SECRET, "ada zenodo", "token-of-ada");
  expect(openSealedText(`${SECRET}1`, "ada zenodo", sealed)).toBeNull();
  expect(openSealedText(SECRET, "bob zenodo", sealed)).toBeNull();
  for (let at = 0; at < sealed.length; at++)
    for (const bit of [1, 128]) {
      const changed = sealed.slice();
      changed[at] ^= bit;
      expect(openSealedText(SECRET, "ada zenodo", changed), String(at)).toBeNull();
    }
  for (let length = 0; length < sealed.length; length++)
    expect(openSealedText(SECRET, "ada zenodo", sealed.slice(0, length))).toBeNull();
});

it("is AES-256-GCM as others read it", () => {
  const sealed = sealText(SECRET, "c", "plain words");
  const key = Buffer.from(hkdfSync("sha256", SECRET, "", "karyoloop sealed text 1", 32));
  const judge = createDecipheriv("aes-256-gcm", key, sealed.subarray(1, 13));
  judge.setAAD(Buffer.from("c"));
  judge.setAuthTag(sealed.subarray(13, 29));
  expect(judge.update(sealed.subarray(29)).toString() + judge.final().toString()).toBe("plain words");
});
