import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ZenodoMetadata } from "../../core/publication/zenodo-metadata.ts";
import { readEnvironment } from "../env.ts";
import type { ZenodoTiming } from "./ask-zenodo.ts";
import type { DepositFile } from "./deposit-files.ts";
import { type ContractServer, type Fault, startContractServer } from "./testing/contract-server.ts";
import { type DepositProgress, discardDraft, publishDeposit, uploadDeposit } from "./upload-deposit.ts";
import { createZenodoClient, type ZenodoClient } from "./zenodo-client.ts";

const QUICK: ZenodoTiming = {
  answerMs: 400,
  silenceMs: 400,
  fileAnswerMs: 400,
  retriesMs: [1, 1],
  longestWaitMs: 1500,
};
const MARKER = "Dataset version 5f0e.";
const metadata: ZenodoMetadata = {
  upload_type: "dataset",
  publication_date: "2026-02-01",
  title: "Nuclei",
  creators: [{ name: "Lovelace, Ada" }],
  description: "<p>Of embryos.</p>",
  access_right: "open",
  license: "cc-by-4.0",
  version: "1",
  notes: `Made with Karyoloop. ${MARKER}`,
};

let contract: ContractServer;
let zenodo: ZenodoClient;
beforeAll(async () => {
  contract = await startContractServer({ quotaBytes: 3_000_000 });
});
afterAll(() => contract.close());
beforeEach(() => {
  zenodo = clientOf(contract.token);
  contract.requests.length = 0;
});

const clientOf = (token: string, signal = new AbortController().signal): ZenodoClient =>
  createZenodoClient({ base: new URL(contract.address), token, timing: QUICK, signal });

/** Bytes that are made as they are asked for, and counted. */
function fileOf(name: string, size: number, seed = 1): DepositFile & { made: number; readonly content: Buffer } {
  const content = Buffer.alloc(size);
  for (let i = 0; i < size; i++) content[i] = (i * 31 + (i >> 8) * 7 + seed) & 255;
  const file = {
    name,
    bytes: size,
    etag: `${name} ${seed}`,
    content,
    made: 0,
    async *stream() {
      for (let at = 0; at < size; at += 50_000) {
        file.made += Math.min(50_000, size - at);
        yield content.subarray(at, at + 50_000);
      }
    },
  };
  return file;
}

/** A deposit as its row would keep it, sent until it is done or fails. */
function deposit(files: readonly DepositFile[], begun: Partial<DepositProgress> = {}) {
  let row: DepositProgress & { doi?: string } = {
    newVersionOf: null,
    asked: false,
    recordId: null,
    metadataSent: false,
    files: [],
    ...begun,
  };
  const progress: number[] = [];
  return {
    row: () => row,
    progress,
    send: (as = zenodo, signal = new AbortController().signal) =>
      uploadDeposit(row, {
        zenodo: as,
        metadata,
        marker: MARKER,
        files,
        signal,
        onProgress: (bytes) => void progress.push(bytes),
        async save(change) {
          row = { ...row, ...change };
        },
      }),
  };
}

const puts = () => contract.requests.filter((one) => one.startsWith("PUT /api/files")).length;
const creations = () => contract.requests.filter((one) => one === "POST /api/deposit/depositions").length;
const tagOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "done",
    (error) => error.tag ?? `no Problem: ${error}`,
  );
const threeFiles = () => [
  fileOf("README.md", 120),
  fileOf("a.ome.zarr.zip", 700_000, 2),
  fileOf("b.ome.zarr.zip", 0, 3),
];

describe("a draft", () => {
  it("has every file as it was made, its metadata, and a reserved DOI; then it is published by a second act", async () => {
    const files = threeFiles();
    const { send, row, progress } = deposit(files);
    const draft = await send();
    expect(draft).toMatchObject({ isPublished: false, doi: `10.5072/zenodo.${draft.id}`, notes: metadata.notes });
    const stored = contract.filesOf(draft.id);
    expect([...stored.keys()].sort()).toEqual(files.map(({ name }) => name).sort());
    for (const { name, content } of files) expect(stored.get(name)?.content.equals(content), name).toBe(true);
    expect(row().files.map(({ md5 }) => md5)).toEqual(
      files.map(({ content }) => createHash("md5").update(content).digest("hex")),
    );
    expect(progress.at(-1)).toBe(700_120);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(contract.requests.join()).not.toContain("publish");
    const record = await publishDeposit(draft.id, row().files, zenodo);
    expect(record).toMatchObject({
      isPublished: true,
      doi: draft.doi,
      page: `${contract.address}/records/${draft.id}`,
    });
    expect(contract.leaks).toEqual([]);
  });

  it("sent again is compared, and nothing is sent, nor made", async () => {
    const files = threeFiles();
    const { send, row } = deposit(files);
    await send();
    for (const file of files) file.made = 0;
    contract.requests.length = 0;
    const before = row();
    await send();
    expect([puts(), creations(), files.map(({ made }) => made)]).toEqual([0, 0, [0, 0, 0]]);
    expect(row()).toEqual(before);
  });

  it("goes on after a stop at any file: those that were sent are not sent again", async () => {
    for (const stopAfter of [1, 2, 3]) {
      const files = threeFiles();
      const { send, row } = deposit(files);
      const abort = new AbortController();
      let come = 0;
      contract.onFile = () => {
        if (++come === stopAfter) abort.abort(new Error("stopped"));
      };
      await expect(send(clientOf(contract.token, abort.signal), abort.signal)).rejects.toThrow("stopped");
      contract.onFile = null;
      contract.requests.length = 0;
      // The last one arrived, and nobody wrote it down: it is read, and not sent.
      const draft = await send();
      expect([puts(), creations()]).toEqual([3 - stopAfter, 0]);
      expect(contract.filesOf(draft.id).size).toBe(3);
      expect(row().files).toHaveLength(3);
    }
  });

  it("replaces a file of another size or content, and removes what does not belong to it", async () => {
    const { send, row } = deposit(threeFiles());
    const { id } = await send();
    const changed = [fileOf("README.md", 120, 9), fileOf("a.ome.zarr.zip", 700_000, 2)];
    await deposit(changed, { ...row(), recordId: id }).send();
    expect([...contract.filesOf(id).keys()].sort()).toEqual(["README.md", "a.ome.zarr.zip"]);
    expect(contract.filesOf(id).get("README.md")?.content.equals(changed[0].content)).toBe(true);
  });

  it("whose making was not answered is found, and not made twice", async () => {
    contract.fail({ on: /^POST \/api\/deposit\/depositions$/, times: 1, does: "lost" });
    const { send, row } = deposit([fileOf("README.md", 10)]);
    expect(await tagOf(send())).toBe("zenodo-unreachable");
    expect(row()).toMatchObject({ asked: true, recordId: null });
    const before = contract.deposits().length;
    await send();
    expect(contract.deposits().length).toBe(before);
    // Whatever was not answered because nothing was done is made.
    const other = deposit([fileOf("README.md", 10)], { asked: true });
    contract.deleteDraft(row().recordId ?? "");
    for (const { id, metadata: said } of contract.deposits())
      if (String(said.notes).includes(MARKER)) contract.deleteDraft(String(id));
    await other.send();
    expect(creations()).toBe(2);
  });

  it("of a new version takes the place of the earlier files, also where its making was not answered", async () => {
    const first = deposit([fileOf("README.md", 10), fileOf("old.zip", 20)]);
    const { id } = await first.send();
    await publishDeposit(id, first.row().files, zenodo);
    contract.fail({ on: /newversion$/, times: 1, does: "lost" });
    contract.requests.length = 0;
    const next = deposit([fileOf("README.md", 10), fileOf("new.zip", 30)], { newVersionOf: id });
    const draft = await next.send();
    expect(draft.id).not.toBe(id);
    expect([...contract.filesOf(draft.id).keys()].sort()).toEqual(["README.md", "new.zip"]);
    const { concept } = contract.deposits().find((one) => String(one.id) === draft.id) ?? {};
    expect(
      contract
        .deposits()
        .filter((one) => one.concept === concept)
        .map((one) => String(one.id)),
    ).toEqual([id, draft.id]);
    // Once more it is the same draft.
    expect((await zenodo.newVersion(id)).id).toBe(draft.id);
    // The earlier record stays.
    expect([...contract.filesOf(id).keys()].sort()).toEqual(["README.md", "old.zip"]);
  });
});

describe("what goes wrong", () => {
  const put: Fault["on"] = /^PUT \/api\/files\/[^/]+\/a\.ome/;

  it.each<[string, Fault["does"], string]>([
    ["the connection breaks", "drop", "zenodo-unreachable"],
    ["the connection breaks in the middle of a file", "drop-midway", "zenodo-unreachable"],
    ["it says nothing any more", "silent", "zenodo-unreachable"],
    ["it is down", { status: 503 }, "zenodo-unwell"],
    ["its gateway gives up", { status: 504 }, "zenodo-unwell"],
    ["it asks to wait", { status: 429, headers: { "retry-after": "0" } }, "zenodo-busy"],
  ])("once, is tried again; again and again, is said: %s", async (_what, does, tag) => {
    contract.fail({ on: put, times: 2, does });
    const files = threeFiles();
    const { send, row } = deposit(files);
    const draft = await send();
    expect(contract.filesOf(draft.id).get("a.ome.zarr.zip")?.content.equals(files[1].content)).toBe(true);
    contract.fail({ on: put, times: 3, does });
    const other = deposit(threeFiles());
    expect(await tagOf(other.send())).toBe(tag);
    expect(other.row().files.map(({ name }) => name)).toEqual(["README.md"]);
    contract.requests.length = 0;
    await other.send();
    expect(puts()).toBe(2);
    expect(row().files).toHaveLength(3);
  });

  it("Retry-After is kept to, and a wait that is too long is said instead", async () => {
    const at: number[] = [];
    contract.fail({
      on: /^GET .*size=|^GET \/api\/deposit\/depositions$/,
      times: 1,
      does: { status: 429, headers: { "retry-after": "1" } },
    });
    at.push(performance.now());
    await zenodo.assertTokenWorks();
    expect(performance.now() - at[0]).toBeGreaterThan(950);
    const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
    contract.fail({ on: /^GET /, times: 1, does: { status: 429, headers: { "retry-after": inAnHour } } });
    expect(await tagOf(zenodo.assertTokenWorks())).toBe("zenodo-busy");
  });

  it.each<[string, Fault["does"], string]>([
    ["the token is no more", { status: 401 }, "zenodo-token-refused"],
    ["the token may not", { status: 403 }, "zenodo-forbidden"],
    ["the draft was deleted", { status: 404 }, "zenodo-draft-gone"],
    ["the draft is gone", { status: 410 }, "zenodo-draft-gone"],
    ["the file is too large", { status: 413 }, "zenodo-too-large"],
    ["the quota is full", { status: 400, message: "Bucket quota exceeded" }, "zenodo-too-large"],
    ["it is in another state", { status: 409 }, "zenodo-conflict"],
    ["it leads elsewhere", "redirect", "zenodo-refused"],
    ["its answer is a page", "garbled", "zenodo-not-understood"],
    ["its answer has no end", "endless", "zenodo-unreachable"],
  ])("is not tried again: %s", async (_what, does, tag) => {
    const { send } = deposit(threeFiles());
    contract.fail({ on: put, times: does === "endless" ? 3 : 1, does });
    expect(await tagOf(send())).toBe(tag);
    expect(puts()).toBe(does === "endless" ? 4 : 2);
    await send();
  });

  it("an address that leads elsewhere is never asked: the token stays here", async () => {
    contract.fail({ on: /^POST \/api\/deposit\/depositions$/, times: 1, does: "elsewhere" });
    const { send } = deposit(threeFiles());
    expect(await tagOf(send())).toBe("zenodo-not-understood");
    expect(puts()).toBe(0);
  });

  it("a file that arrives changed is sent once more, then said", async () => {
    contract.fail({ on: put, times: 1, does: "corrupt" });
    const files = threeFiles();
    const { id } = await deposit(files).send();
    expect(contract.filesOf(id).get("a.ome.zarr.zip")?.content.equals(files[1].content)).toBe(true);
    contract.fail({ on: put, times: 2, does: "corrupt" });
    const other = deposit(threeFiles());
    expect(await tagOf(other.send())).toBe("zenodo-wrong-checksum");
    expect(other.row().files).toHaveLength(1);
  });

  it("a real refusal of each kind", async () => {
    expect(await tagOf(deposit(threeFiles()).send(clientOf("x".repeat(60))))).toBe("zenodo-token-refused");
    expect(await tagOf(deposit(threeFiles()).send(clientOf(contract.addToken("ada", []))))).toBe("zenodo-forbidden");
    const { send, row } = deposit(threeFiles());
    const { id } = await send();
    const eve = clientOf(contract.addToken("eve"));
    expect(await tagOf(eve.get(id))).toBe("zenodo-forbidden");
    const noActions = clientOf(contract.addToken("ada", ["deposit:write"]));
    expect(await tagOf(publishDeposit(id, row().files, noActions))).toBe("zenodo-forbidden");
    expect(await tagOf(deposit([fileOf("large.zip", 3_100_000)]).send())).toBe("zenodo-too-large");
    const hundredAndOne = Array.from({ length: 101 }, (_, i) => fileOf(`f${i}.txt`, 1, i));
    expect(await tagOf(deposit(hundredAndOne).send())).toBe("zenodo-refused");
    await expect(zenodo.setMetadata(id, { ...metadata, title: "" })).rejects.toMatchObject({
      tag: "zenodo-refused",
      where: expect.stringContaining("metadata.title"),
    });
    await expect(
      zenodo.putFile(new URL(`${contract.address}/api/files/x`), "../up", { bytes: 0, async *stream() {} }),
    ).rejects.toThrow(RangeError);
  });

  it("what breaks on our side is said as it is, and is not tried again", async () => {
    const broken: DepositFile = {
      ...fileOf("a.ome.zarr.zip", 100),
      // biome-ignore lint/correctness/useYield: it has nothing to give
      async *stream() {
        throw new Error("the disk is gone");
      },
    };
    await expect(deposit([broken]).send()).rejects.toThrow("the disk is gone");
    expect(puts()).toBeLessThanOrEqual(1);
  });
});

describe("publishing", () => {
  const sent = async () => {
    const one = deposit(threeFiles());
    const { id } = await one.send();
    return { id, files: one.row().files };
  };

  it("asked twice is done once, also where the answer was lost", async () => {
    const { id, files } = await sent();
    contract.fail({ on: /publish$/, times: 1, does: "lost" });
    expect((await publishDeposit(id, files, zenodo)).isPublished).toBe(true);
    contract.requests.length = 0;
    expect((await publishDeposit(id, files, zenodo)).isPublished).toBe(true);
    expect(contract.requests.join()).not.toContain("publish");
  });

  it("is refused where the draft is not what was sent", async () => {
    const more = await sent();
    await deposit([...threeFiles(), fileOf("more.txt", 5)], { recordId: more.id, metadataSent: true }).send();
    expect(await tagOf(publishDeposit(more.id, more.files, zenodo))).toBe("zenodo-draft-changed");
    const less = await sent();
    const [{ id: fileId }] = await zenodo.files(less.id);
    await zenodo.removeFile(less.id, fileId);
    expect(await tagOf(publishDeposit(less.id, less.files, zenodo))).toBe("zenodo-draft-changed");
    expect(contract.requests.join()).not.toContain("publish");
  });

  it("fails as the server does, and it is a draft still", async () => {
    const { id, files } = await sent();
    contract.fail({ on: /publish$/, times: 1, does: { status: 502 } });
    expect(await tagOf(publishDeposit(id, files, zenodo))).toBe("zenodo-unwell");
    expect((await zenodo.get(id)).isPublished).toBe(false);
    contract.deleteDraft(id);
    expect(await tagOf(publishDeposit(id, files, zenodo))).toBe("zenodo-draft-gone");
  });

  it("by hand, while this was not done: the same files are the record, others are said", async () => {
    const one = deposit(threeFiles());
    const { id } = await one.send();
    contract.publishByHand(id);
    expect(await one.send()).toMatchObject({ isPublished: true });
    // Nothing of it was written down, and some of it was never sent.
    expect(await tagOf(deposit(threeFiles(), { recordId: id }).send())).toBe("done");
    expect(await tagOf(deposit([...threeFiles(), fileOf("late.zip", 3)], { recordId: id }).send())).toBe(
      "zenodo-published-elsewhere",
    );
  });

  it("a draft is discarded, twice too; a record is not", async () => {
    const { id } = await sent();
    expect(await discardDraft(id, zenodo)).toBeNull();
    expect(await discardDraft(id, zenodo)).toBeNull();
    const { id: kept } = await sent();
    contract.publishByHand(kept);
    expect(await discardDraft(kept, zenodo)).toMatchObject({ isPublished: true, id: kept });
  });
});

it.each<[string, readonly string[] | null | RegExp]>([
  ["", ["https://zenodo.org", "https://sandbox.zenodo.org"]],
  ["none", null],
  ["https://repository.example.org/api", ["https://repository.example.org", "https://repository.example.org"]],
  ["http://127.0.0.1:4000", ["http://127.0.0.1:4000", "http://127.0.0.1:4000"]],
  ["http://repository.example.org", /KARYOLOOP_ZENODO is not right/],
  ["zenodo.org", /KARYOLOOP_ZENODO is not right/],
])("an administrator's %j leads to %j", (given, expected) => {
  const read = () => readEnvironment({ KARYOLOOP_ZENODO: given }).zenodo;
  if (expected instanceof RegExp) expect(read).toThrow(expected);
  else expect(read() && Object.values(read() ?? {}).map(({ origin }) => origin)).toEqual(expected);
});
