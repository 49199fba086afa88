// In a process of its own: the log of this process is read, and another file may have set how much it says.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { desc, eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { EMPTY_PUBLICATION } from "../../core/publication/publication.ts";
import { auditEvent, deposit } from "../../db/schema/index.ts";
import { folderSource } from "../export/file-source.ts";
import { addLabelledVolume } from "../export/testing/labelled-volume.ts";
import { untilFrozen } from "../export/testing/until-frozen.ts";
import { unzipTo } from "../export/testing/unzip-to.ts";
import { validateDataset } from "../export/validate/dataset-rules.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";
import { depositQueueOf } from "./deposit-queue.ts";
import { runDeposit } from "./run-deposit.ts";
import { type ContractServer, startContractServer } from "./testing/contract-server.ts";

let contract: ContractServer;
let server: TestServer;
let ada: TestPerson;
let bob: TestPerson;
let eve: TestPerson;
let projectId: string;
let folder: string;
/** Frozen before the form was filled in, and after. */
let bare: string;
let versions: string[];
const log: string[] = [];
const owner = () => createTestClient(server.address, ada.cookie);

beforeAll(async () => {
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((said) => log.push(String(said)) > 0);
  contract = await startContractServer();
  server = await startTestServer({ KARYOLOOP_ZENODO: contract.address });
  [ada, bob, eve] = [await server.signUp("Ada Lovelace"), await server.signUp("Bob"), await server.signUp("Eve")];
  projectId = await server.createProject("Embryos", [
    [ada, "owner"],
    [bob, "owner"],
    [eve, "viewer"],
  ]);
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-zenodo-"));
  const volumeIds = [
    await addLabelledVolume(server, projectId, ada.id, { name: "Embryo 1", specimen: "e1" }),
    await addLabelledVolume(server, projectId, ada.id, { name: "Embryo 2", specimen: "e2", keptOut: true }),
  ];
  const freeze = async () => {
    const { id } = await owner().export.create.mutate({ projectId, licence: "CC-BY-4.0" });
    expect((await untilFrozen(owner(), projectId, id)).problem).toBeNull();
    return id;
  };
  bare = await freeze();
  const fields = {
    ...EMPTY_PUBLICATION,
    title: "Nuclei of embryos",
    summary: "Two of them.",
    creators: [{ givenName: "Ada", familyName: "Lovelace", affiliation: "", orcid: "" }],
  };
  await owner().publication.save.mutate({ projectId, fields, revision: 0 });
  await owner().publication.setOrigins.mutate({ projectId, volumeIds, origin: { kind: "own" } });
  versions = [await freeze(), await freeze()];
}, 180_000);
afterAll(async () => {
  await server?.close();
  await contract?.close();
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  contract.onFile = null;
  contract.requests.length = 0;
});

const list = async () => (await owner().zenodo.list.query({ projectId })).deposits;
const found = async (id: string) => (await list()).find((one) => one.id === id);
async function until(id: string, ...states: string[]) {
  for (const end = performance.now() + 60_000; performance.now() < end; await sleep(20)) {
    const one = await found(id);
    if (states.includes(one?.state ?? "gone")) return one;
  }
  throw new Error(`${id} is not ${states.join(" or ")}: ${JSON.stringify(await found(id))}`);
}
const recordOf = async (id: string): Promise<string> => (await found(id))?.recordId ?? "";
const draft = (versionId: string, place: "zenodo" | "sandbox" = "zenodo", earlierRecord = "") =>
  owner().zenodo.makeDraft.mutate({ projectId, versionId, place, earlierRecord });
const acts = async (of: string): Promise<string[]> =>
  (await server.services.db.select().from(auditEvent).orderBy(desc(auditEvent.id)))
    .filter(({ details }) => (details as { depositId?: string }).depositId === of)
    .map(({ act }) => act)
    .reverse();
/** The first `come` files are let through; the test goes on while the next one waits for its answer. */
async function stopAtFile(come: number): Promise<{ reached: Promise<void>; letOn(): void }> {
  let letOn = () => {};
  const held = new Promise<void>((resolve) => {
    letOn = resolve;
  });
  let arrived = 0;
  const reached = new Promise<void>((resolve) => {
    contract.onFile = async () => {
      if (++arrived <= come) return;
      resolve();
      await held;
    };
  });
  return { reached, letOn };
}

describe("a token", () => {
  it("is asked for, tried before it is kept, and stands nowhere", async () => {
    await expect(draft(versions[0])).rejects.toThrow(/No token for Zenodo/);
    await expect(owner().zenodo.keepToken.mutate({ place: "zenodo", token: "short" })).rejects.toThrow(/not look like/);
    await expect(owner().zenodo.keepToken.mutate({ place: "zenodo", token: "x".repeat(60) })).rejects.toThrow(
      /does not know/,
    );
    expect(await owner().zenodo.myTokens.query()).toEqual({ isOffered: true, kept: [] });
    for (const place of ["zenodo", "sandbox"] as const)
      await owner().zenodo.keepToken.mutate({ place, token: ` ${contract.token} ` });
    const { kept } = await owner().zenodo.myTokens.query();
    expect(kept.map(({ place }) => place).sort()).toEqual(["sandbox", "zenodo"]);
    // Nobody else's.
    expect((await createTestClient(server.address, bob.cookie).zenodo.myTokens.query()).kept).toEqual([]);
  });
});

describe("a draft", () => {
  it("of a version that does not say enough is refused in words, before anything is sent", async () => {
    await expect(draft(bare)).rejects.toThrow(
      /asks for: title, creators, description, where each volume comes from\. Fill/,
    );
    const { lacking } = await owner().zenodo.list.query({ projectId });
    expect(lacking).toEqual([{ versionId: bare, fields: ["title", "creators", "summary", "origins"] }]);
    expect(contract.requests).toEqual([]);
  });

  it("holds the version: one zip an image, unpacked the folder that `validate` accepts", async () => {
    const { id } = await draft(versions[0]);
    expect((await draft(versions[0])).id).toBe(id);
    const ready = await until(id, "draft", "stopped");
    expect(ready).toMatchObject({ state: "draft", problem: null, progress: 1, isOwn: true });
    expect(ready?.doi).toBe(`10.5072/zenodo.${ready?.recordId}`);
    const files = contract.filesOf(ready?.recordId ?? "");
    expect([...files.keys()]).toEqual(
      expect.arrayContaining([
        "embryo-1.ome.zarr.zip",
        "embryo-2.ome.zarr.zip",
        "README.md",
        "nuclei.csv",
        "SHA256SUMS",
      ]),
    );
    expect(files.get("README.md")?.content.toString()).toContain("Each image is one zip");
    await mkdir(path.join(folder, "whole"));
    for (const { name, content } of files.values()) {
      const file = path.join(folder, "whole", name);
      await writeFile(file, content);
      if (!name.endsWith(".ome.zarr.zip")) continue;
      await unzipTo(file, path.join(folder, "whole", "ome-zarr", name.replace(/\.zip$/, "")));
      await rm(file);
    }
    const violations = await validateDataset(await folderSource(path.join(folder, "whole")), async () => null);
    expect(violations).toEqual([]);
    const said = contract.deposits().find((one) => String(one.id) === ready?.recordId)?.metadata;
    expect(said).toMatchObject({
      title: "Nuclei of embryos",
      license: "cc-by-4.0",
      creators: [{ name: "Lovelace, Ada" }],
    });
  });

  it("is published by an act of its own, with its DOI; a second time nothing happens", async () => {
    const [{ id, doi }] = await list();
    await expect(owner().zenodo.publish.mutate({ projectId, depositId: id, doi: "10.5072/zenodo.1" })).rejects.toThrow(
      /DOI does not match/,
    );
    await expect(
      createTestClient(server.address, bob.cookie).zenodo.publish.mutate({ projectId, depositId: id, doi: doi ?? "" }),
    ).rejects.toThrow(/another owner/);
    await expect(
      createTestClient(server.address, eve.cookie).zenodo.publish.mutate({ projectId, depositId: id, doi: doi ?? "" }),
    ).rejects.toThrow(/needs the role owner/);
    expect(contract.requests.join()).not.toContain("publish");
    await owner().zenodo.publish.mutate({ projectId, depositId: id, doi: doi ?? "" });
    const record = await until(id, "published");
    expect(record).toMatchObject({ doi, page: `${contract.address}/records/${record?.recordId}` });
    await expect(owner().zenodo.publish.mutate({ projectId, depositId: id, doi: doi ?? "" })).rejects.toThrow(
      /not in the state/,
    );
    await expect(owner().zenodo.forget.mutate({ projectId, depositId: id })).rejects.toThrow(/stays/);
    expect(await acts(id)).toEqual(["deposit.begun", "deposit.publish-asked", "deposit.published"]);
  });

  it("of a new version has the earlier record's place, cancelled and gone on with, and the server's stop", async () => {
    const [{ doi, recordId }] = await list();
    const first = await stopAtFile(3);
    const { id } = await draft(versions[1], "zenodo", `https://doi.org/${doi}`);
    await first.reached;
    expect((await found(id))?.state).toBe("uploading");
    await expect(owner().export.remove.mutate({ projectId, versionId: versions[1] })).rejects.toThrow(/being sent/);
    await owner().zenodo.cancel.mutate({ projectId, depositId: id });
    first.letOn();
    expect(await found(id)).toMatchObject({ state: "stopped", problem: null, newVersionOf: recordId });

    // What a stopped server leaves is as it was, and a new one takes it up.
    contract.requests.length = 0;
    const second = await stopAtFile(2);
    await server.services.db.update(deposit).set({ state: "uploading" }).where(eq(deposit.id, id));
    const [row] = await server.services.db.select().from(deposit).where(eq(deposit.id, id));
    const abort = new AbortController();
    const running = runDeposit(server.services, row, abort.signal);
    await second.reached;
    abort.abort();
    await running;
    second.letOn();
    contract.onFile = null;
    expect(await found(id)).toMatchObject({ state: "uploading", problem: null });
    depositQueueOf(server.services).resume();
    const ready = await until(id, "draft", "stopped");
    expect(ready).toMatchObject({ state: "draft", problem: null });
    expect(ready?.recordId).not.toBe(recordId);
    // Of files that came in while the answer was waited for, the connection was gone: each was sent twice at most.
    const puts = contract.requests.filter((one) => one.startsWith("PUT /api/files"));
    expect(Math.max(...puts.map((one) => puts.filter((other) => other === one).length))).toBeLessThanOrEqual(2);
    expect(contract.filesOf(ready?.recordId ?? "").size).toBe(contract.filesOf(recordId ?? "").size);
    expect(contract.requests.filter((one) => /newversion|depositions$/.test(one) && one.startsWith("POST"))).toEqual(
      [],
    );
  });

  it("deleted there is said, and going on makes another; discarded it is gone there and here", async () => {
    const [{ id }] = await list();
    const before = await recordOf(id);
    contract.deleteDraft(before);
    await owner().zenodo.publish.mutate({ projectId, depositId: id, doi: (await found(id))?.doi ?? "" });
    expect((await until(id, "stopped"))?.problem?.tag).toBe("zenodo-draft-gone");
    await owner().zenodo.goOn.mutate({ projectId, depositId: id });
    expect((await until(id, "draft"))?.recordId).not.toBe(before);
    const again = await recordOf(id);
    await owner().zenodo.discard.mutate({ projectId, depositId: id });
    await until(id, "gone");
    expect(contract.deposits().map((one) => String(one.id))).not.toContain(again);
    expect((await acts(id)).at(-1)).toBe("deposit.discard-asked");
  });

  it("of somebody who is no owner any more is not sent in their name", async () => {
    const { id } = await draft(versions[1], "sandbox");
    await until(id, "draft");
    const demote = (role: "owner" | "viewer") =>
      createTestClient(server.address, bob.cookie).member.setRole.mutate({ projectId, userId: ada.id, role });
    await server.services.db.update(deposit).set({ state: "stopped" }).where(eq(deposit.id, id));
    await owner().zenodo.goOn.mutate({ projectId, depositId: id });
    await until(id, "draft");
    await demote("viewer");
    await expect(owner().zenodo.discard.mutate({ projectId, depositId: id })).rejects.toThrow(/needs the role owner/);
    contract.requests.length = 0;
    await server.services.db.update(deposit).set({ state: "publishing" }).where(eq(deposit.id, id));
    depositQueueOf(server.services).nudge();
    expect((await until(id, "draft"))?.problem?.tag).toBe("deposit-owner-gone");
    expect(contract.requests).toEqual([]);
    await demote("owner");
  });

  it("whose token was taken back stops, and another owner can take it off the list", async () => {
    const { id } = await draft(versions[1], "sandbox");
    await until(id, "draft");
    contract.revoke(contract.token);
    await owner().zenodo.discard.mutate({ projectId, depositId: id });
    expect((await until(id, "stopped"))?.problem?.tag).toBe("zenodo-token-refused");
    const other = createTestClient(server.address, bob.cookie);
    await expect(other.zenodo.goOn.mutate({ projectId, depositId: id })).rejects.toThrow(/another owner/);
    await other.zenodo.forget.mutate({ projectId, depositId: id });
    expect(await found(id)).toBeUndefined();
    await owner().zenodo.removeToken.mutate({ place: "zenodo" });
    expect((await owner().zenodo.myTokens.query()).kept.map(({ place }) => place)).toEqual(["sandbox"]);
  });
});

it("the token is in no row, log or answer, and was sent in its header only", async () => {
  expect(contract.leaks).toEqual([]);
  const { rows: tables } = await server.services.db.execute<{ name: string }>(
    sql`select table_name as name from information_schema.tables where table_schema = 'public'`,
  );
  const everything = [log.join("\n"), JSON.stringify(await owner().zenodo.list.query({ projectId }))];
  for (const { name } of tables) {
    const { rows } = await server.services.db.execute(sql`select row_to_json(t) as row from ${sql.identifier(name)} t`);
    everything.push(JSON.stringify(rows));
  }
  expect(tables.map(({ name }) => name)).toContain("repository_token");
  expect(log.join("\n")).toContain("zenodo.publish was refused");
  const sealedThere = everything.filter((one) => one.includes("sealed"));
  expect(sealedThere.length).toBeGreaterThan(0);
  for (const one of everything) expect(one).not.toContain(contract.token);
  // bytea is told in hexadecimal.
  const hex = Buffer.from(contract.token).toString("hex");
  for (const one of everything) expect(one).not.toContain(hex);
});
