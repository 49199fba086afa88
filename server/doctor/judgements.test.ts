import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { releasedMigrations } from "../../db/migrations.ts";
import { makeSelfSignedCertificate } from "../testing/self-signed-certificate.ts";
import { checkObjectStore, checkStore } from "./check-blobs.ts";
import { checkCertificate } from "./check-certificate.ts";
import { type DatabaseFacts, judgeDatabase } from "./check-database.ts";
import { judgeDisk, judgeMemory, judgeNode } from "./check-machine.ts";
import { judgeTrainers } from "./check-trainer.ts";
import type { Finding } from "./finding.ts";

/** What is not well, as "verdict check"; each with a hint. */
function faults(findings: readonly Finding[]): string[] {
  expect(findings.length).toBeGreaterThan(0);
  for (const { verdict, hint, what } of findings) expect(Boolean(hint), what).toBe(verdict !== "ok");
  return findings.filter(({ verdict }) => verdict !== "ok").map(({ verdict, check }) => `${verdict} ${check}`);
}

it.each([
  ["22.12.0", []],
  ["24.0.0", []],
  ["26.1.0", []],
  ["20.20.2", ["look node"]],
  ["23.1.0", ["look node"]],
  ["20.18.0", ["broken node"]],
  ["18.20.0", ["broken node"]],
])("Node %s: %j", (version, expected) => expect(faults(judgeNode(version))).toEqual(expected));

it.each([
  [16, 9, []],
  [16, 0.5, ["look memory"]],
  [4, 3, ["look memory"]],
  [1, 0.5, ["broken memory"]],
])("%d GB of memory, %d available: %j", (total, available, expected) =>
  expect(faults(judgeMemory({ totalBytes: total * 1e9, availableBytes: available * 1e9 }))).toEqual(expected),
);

it.each([
  [500, 100, 0.5, []],
  [5000, 100, 0.5, ["look disk"]],
  [500, 5, 0.5, ["look disk"]],
  [500, 0.4, 0.5, ["broken disk"]],
  [500, 100, 0.03, ["look inodes"]],
  [500, 100, 0.001, ["broken inodes"]],
])("a disk of %d GB with %d free and this share of inodes: %d: %j", (total, free, inodes, expected) => {
  const disk = { totalBytes: total * 1e9, freeBytes: free * 1e9, totalInodes: 1e6, freeInodes: inodes * 1e6 };
  expect(faults(judgeDisk("/data", disk))).toEqual(expected);
  expect(faults(judgeDisk("/data", { ...disk, totalInodes: 0 })).join()).not.toContain("inodes");
});

const well: DatabaseFacts = {
  ...{ embedded: true, role: "karyoloop", isSuperuser: false, isEncrypted: null },
  ...{ fsync: "on", synchronousCommit: "on", fullPageWrites: "on", dataChecksums: "on" },
  ...{ migration: releasedMigrations().at(-1)?.folderMillis ?? 0, clockAheadMs: 3, newestRowAheadMs: -5_000 },
};

it.each([
  [{}, []],
  [{ isSuperuser: true }, ["broken database-role"]],
  [{ embedded: false, isSuperuser: true }, ["look database-role"]],
  [{ embedded: false, isEncrypted: true }, []],
  [{ embedded: false, isEncrypted: false }, ["look database-connection"]],
  [{ fsync: "off" }, ["broken durability"]],
  [{ synchronousCommit: "off" }, ["broken durability"]],
  [{ synchronousCommit: "local" }, []],
  [{ fullPageWrites: "off" }, ["broken durability"]],
  [{ dataChecksums: "off" }, ["look checksums"]],
  [{ migration: null }, ["look database-version"]],
  [{ migration: 1 }, ["look database-version"]],
  [{ migration: 9e12 }, ["broken database-version"]],
  [{ clockAheadMs: -5_000 }, ["look clock"]],
  [{ clockAheadMs: 120_000 }, ["broken clock"]],
  [{ newestRowAheadMs: 20_000 }, ["look clock-jump"]],
  [{ newestRowAheadMs: 7_200_000 }, ["broken clock-jump"]],
  [{ newestRowAheadMs: null }, []],
] as [Partial<DatabaseFacts>, string[]][])("a database with %j: %j", (change, expected) =>
  expect(faults(judgeDatabase({ ...well, ...change }))).toEqual(expected),
);

const trainer = (engine: string | null, awaySeconds: number, name = "this computer") => ({ name, engine, awaySeconds });
it.each([
  [[trainer("native-gpu", 5)], ["RTX"], true, []],
  [[trainer("native-cpu", 5)], [], true, []],
  [[trainer("native-cpu", 5)], ["RTX"], true, ["look gpu"]],
  [[trainer("wasm", 5)], [], true, ["look engine"]],
  [[trainer("native-cpu", 900)], [], true, ["look trainer"]],
  [[], [], true, ["look trainer"]],
  [[], [], false, []],
] as const)("trainers %j, GPUs %j, a running server: %j: %j", (trainers, gpus, isServerRunning, expected) =>
  expect(faults(judgeTrainers({ trainers, gpus, isServerRunning }, { localTrainer: true }))).toEqual(expected),
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-doctor-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("certificates: names, times, rights of the key", async () => {
  const { certificatePem, keyPem } = makeSelfSignedCertificate();
  const tls = { certFile: path.join(folder, "cert.pem"), keyFile: path.join(folder, "key.pem") };
  await writeFile(tls.certFile, certificatePem);
  await writeFile(tls.keyFile, keyPem, { mode: 0o600 });
  const at = (publicUrl: string | null, days = 0, host = "0.0.0.0") =>
    faults(checkCertificate({ tls, host, publicUrl }, Date.now() + days * 86_400_000)).sort();
  // It is valid for a day from now.
  expect(at("https://localhost:3000")).toEqual(["look certificate"]);
  expect(at("https://127.0.0.1:3000")).toEqual(["look certificate"]);
  expect(at("https://lab-computer")).toEqual(["broken certificate-name", "look certificate"]);
  expect(at("http://localhost")).toEqual(["broken certificate-name", "look certificate"]);
  expect(at(null)).toEqual(["look certificate", "look certificate-name"]);
  expect(at("https://localhost", 3)).toEqual(["broken certificate"]);
  expect(at("https://localhost", -9)).toEqual(["broken certificate"]);
  await chmod(tls.keyFile, 0o644);
  expect(at("https://localhost", 3)).toEqual(["broken certificate", "broken certificate-key"]);
  const without = (host: string, publicUrl: string | null) =>
    faults(checkCertificate({ tls: null, host, publicUrl }, Date.now()));
  expect(without("127.0.0.1", null)).toEqual([]);
  expect(without("0.0.0.0", "http://lab")).toEqual(["look certificate"]);
  expect(without("0.0.0.0", "https://lab")).toEqual([]);
});

it("an object store whose clock is another, and one that keeps or loses what it is told", async () => {
  const server = createServer((_request, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const s3 = {
    ...{ bucket: "b", region: "us-east-1", accessKeyId: "a", secretAccessKey: "b" },
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  };
  try {
    const skewed = async (ms: number) => faults(await checkObjectStore(s3, () => Date.now() - ms));
    expect(await skewed(0)).toEqual([]);
    expect(await skewed(120_000)).toEqual(["look object-store-clock"]);
    expect(await skewed(-600_000)).toEqual(["broken object-store-clock"]);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
  const held = new Map<string, Uint8Array>();
  const store = {
    put: async (key: string, bytes: Uint8Array) => void held.set(key, bytes),
    get: async (key: string) => held.get(key) ?? null,
    head: async (key: string) => held.get(key)?.length ?? null,
    async *list() {},
    remove: async (key: string) => void held.delete(key),
  };
  expect(faults(await checkStore(store, s3))).toEqual([]);
  expect(held.size).toBe(0);
  expect(faults(await checkStore({ ...store, remove: async () => {} }, s3))).toEqual(["broken blobs"]);
  expect(faults(await checkStore({ ...store, get: async () => Uint8Array.of(1) }, s3))).toEqual(["broken blobs"]);
  const refusing = async () => Promise.reject(new Error("AccessDenied"));
  expect(faults(await checkStore({ ...store, put: refusing }, s3))).toEqual(["broken blobs"]);
});
