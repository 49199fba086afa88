import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { listen } from "./entrance/listen.ts";
import { readTlsFiles } from "./entrance/tls-files.ts";
import { readEnvironment } from "./env.ts";
import { makeSelfSignedCertificate } from "./testing/self-signed-certificate.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, text: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, text);
  return file;
}

/** What `npm start` says and how it ends. */
async function start(environment: Readonly<Record<string, string>>): Promise<{ code: number; said: string }> {
  const child = spawn(process.execPath, ["server/start.mjs"], {
    env: {
      ...process.env,
      LOG_FORMAT: "plain",
      KARYOLOOP_DATA: path.join(folder, "data"),
      KARYOLOOP_TRAINER: "none",
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      said += chunk;
    });
  const [code] = await once(child, "close");
  return { code, said };
}

it("names a port that is taken and what to do, before it starts a database", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const { code, said } = await start({ HOST: "127.0.0.1", PORT: String(port) });
  other.close();
  expect(code).toBe(78);
  expect(said.trim().split("\n")).toEqual([
    expect.stringMatching(/^\S+ Data root:$/),
    `    ${path.join(folder, "data")}`,
    expect.stringMatching(new RegExp(`^\\S+ ERROR Port ${port} on 127.0.0.1 is taken: set PORT to another one.$`)),
  ]);
});

it("ends with a sentence, not a stack", async () => {
  const { code, said } = await start({ PORT: "0", TLS_CERT: "/nowhere/cert.pem", TLS_KEY: "/nowhere/key.pem" });
  expect(code).toBe(78);
  expect(said).toContain("TLS_CERT names /nowhere/cert.pem, which cannot be read: there is no such file.");
  expect(said).not.toMatch(/^\s+at /m);
});

it.each([
  [{ PORT: "70000" }, /^The environment variable PORT is not right: .*65535/],
  [{ PORT: "eighty" }, /^The environment variable PORT is not right: /],
  [{ KARYOLOOP_URL: "my-computer" }, /^The environment variable KARYOLOOP_URL is not right: /],
  [{ TLS_CERT: "cert.pem" }, /^Set both TLS_CERT and TLS_KEY, or neither\.$/],
])("refuses the environment %j in words", (environment, sentence) => {
  expect(() => readEnvironment(environment)).toThrow(sentence);
});

it("says that an address is not of this computer", async () => {
  await expect(listen(createHttpServer(), "203.0.113.7", 0)).rejects.toThrow("HOST 203.0.113.7 is no address of this");
});

it("says which of the two TLS files is wrong, and how", async () => {
  const one = makeSelfSignedCertificate();
  const other = makeSelfSignedCertificate();
  const certFile = await write("cert.pem", one.certificatePem);
  const keyFile = await write("key.pem", one.keyPem);
  expect(readTlsFiles({ certFile, keyFile }).key.toString()).toBe(one.keyPem);
  const otherKey = await write("other.pem", other.keyPem);
  const text = await write("notes.txt", "not a certificate");
  expect(() => readTlsFiles({ certFile, keyFile: otherKey })).toThrow(`TLS_KEY names ${otherKey}, which`);
  expect(() => readTlsFiles({ certFile, keyFile: text })).toThrow(`TLS_KEY names ${text}, which is no key`);
  expect(() => readTlsFiles({ certFile: text, keyFile })).toThrow(`TLS_CERT names ${text}, which is no certificate`);
  expect(() => readTlsFiles({ certFile: folder, keyFile })).toThrow("it is a folder");
  expect(() => readTlsFiles({ certFile, keyFile: path.join(folder, "none") })).toThrow("there is no such file");
  await chmod(keyFile, 0);
  if (process.getuid?.() !== 0) expect(() => readTlsFiles({ certFile, keyFile })).toThrow("may not read it");
});
