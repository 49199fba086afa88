import { readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import {
  type SendableFile,
  UPLOAD_DROPPED,
  type UploadProgress,
  type UploadTarget,
  uploadFile,
} from "../../../core/import/upload-file.ts";
import { upload } from "../../../db/schema/index.ts";
import * as places from "../../storage/import-places.ts";
import { startTestServer, type TestPerson, type TestServer } from "../../testing/test-server.ts";
import { type FaultyProxy, startFaultyProxy } from "../testing/faulty-proxy.ts";
import { UPLOAD_PIECE_BYTES as PIECE } from "./upload-store.ts";

let server: TestServer;
let ada: TestPerson;
let projectId: string;
let proxy: FaultyProxy;

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada Lovelace");
  projectId = await server.createProject("Embryos", [[ada, "owner"]]);
  proxy = await startFaultyProxy(server.address);
});
afterAll(async () => {
  await proxy.close();
  await server.close();
});
beforeEach(() => {
  proxy.seen.length = 0;
});

const bytes = Uint8Array.from({ length: 2 * PIECE + 1_000_003 }, (_, i) => (i * 31) >> 5);
const target = (): UploadTarget => ({
  projectId,
  address: proxy.address,
  fetch: (url, init) => fetch(url, { ...init, headers: { ...init?.headers, cookie: ada.cookie } }),
});
/** As a page sees it after each choice: another object with the same name, size, time and content. */
const chosen = (name: string): SendableFile => new File([bytes], name, { lastModified: 1_700_000_000_000 });

function send(name: string, onProgress: (progress: UploadProgress) => void = () => {}, signal?: AbortSignal) {
  return uploadFile(target(), chosen(name), onProgress, signal ?? new AbortController().signal);
}

const arrived = (uploadId: string) => readFile(places.uploadFile(server.dataRoot, uploadId));
const rows = () => server.services.db.select().from(upload);
const folders = () => readdir(path.join(server.dataRoot, "uploads"));

it.each([
  ["the connection is cut amid a piece", "PUT", ["none", "cut-request"]],
  ["the answer to a piece is lost", "PUT", ["lose-answer", "none", "lose-answer"]],
  ["half of an answer arrives", "PUT", ["cut-answer"]],
  ["the server is being restarted", "PUT", ["none", { status: 503 }, { status: 500 }, { status: 502 }]],
  ["the first answer never comes", "POST", ["lose-answer", { status: 503 }]],
] as const)(
  "goes on when %s, and every byte is there once",
  async (what, method, faults) => {
    proxy.plan(method, faults);
    const progress: UploadProgress[] = [];
    const uploadId = await send(`${what}.tif`, (one) => progress.push(one));
    expect(bytes.length).toBe((await arrived(uploadId)).length);
    expect(Buffer.compare(await arrived(uploadId), bytes)).toBe(0);
    const broken = faults.filter((fault) => fault !== "none").length;
    expect(progress.filter(({ connected }) => !connected)).toHaveLength(broken);
    expect(progress.at(-1)).toEqual({ uploadId, sentBytes: bytes.length, connected: true });
    const sent = progress.map(({ sentBytes }) => sentBytes);
    expect([...sent].sort((a, b) => a - b)).toEqual(sent);
    expect((await rows()).filter(({ fileName }) => fileName === `${what}.tif`)).toHaveLength(1);
  },
  60_000,
);

it("stops at a piece that is refused, in the server's words", async () => {
  const growing = chosen("growing.tif");
  // The file is longer than it was said to be: a microscope still writes it.
  const file: SendableFile = {
    name: growing.name,
    size: growing.size,
    lastModified: growing.lastModified,
    slice: (start, end) => growing.slice(start, end === growing.size ? end : end + 1),
  };
  await expect(uploadFile(target(), file, () => {}, new AbortController().signal)).rejects.toMatchObject({
    what: expect.stringContaining("At most"),
  });
  expect(proxy.seen.filter((one) => one.startsWith("PUT"))).toEqual(["PUT 0"]);
  proxy.plan("PUT", [{ status: 413 }]);
  await expect(send("refused.tif")).rejects.toMatchObject({
    tag: "upload-refused",
    what: expect.stringMatching(/413/),
  });
});

it("goes on where a closed tab stopped, when the same file is chosen again", async () => {
  const closedTab = new AbortController();
  await expect(
    send(
      "again.tif",
      ({ sentBytes }) => {
        if (sentBytes === PIECE) closedTab.abort();
      },
      closedTab.signal,
    ),
  ).rejects.toThrow();
  proxy.seen.length = 0;
  const progress: UploadProgress[] = [];
  const uploadId = await send("again.tif", (one) => progress.push(one));
  expect(proxy.seen).toEqual(["POST", `PUT ${PIECE}`, `PUT ${2 * PIECE}`]);
  expect(progress[0].sentBytes).toBe(PIECE);
  expect(Buffer.compare(await arrived(uploadId), bytes)).toBe(0);
});

it("begins anew where the server has lost the pieces", async () => {
  const closedTab = new AbortController();
  const stop = ({ sentBytes }: UploadProgress) => void (sentBytes === PIECE && closedTab.abort());
  await expect(send("lost.tif", stop, closedTab.signal)).rejects.toThrow();
  const row = (await rows()).find(({ fileName }) => fileName === "lost.tif");
  await rm(places.uploadFolder(server.dataRoot, row?.id ?? ""), { recursive: true });
  const uploadId = await send("lost.tif");
  expect(uploadId).toBe(row?.id);
  expect(Buffer.compare(await arrived(uploadId), bytes)).toBe(0);
});

it.each([
  ["before the first answer", -1, "POST"],
  ["amid a piece", 0, "PUT"],
  ["between two pieces", PIECE, null],
  ["while the connection is broken", PIECE, "broken"],
] as const)(
  "cancelled %s, leaves neither row nor piece",
  async (what, at, amid) => {
    const cancelled = new AbortController();
    const name = `cancelled ${what}.tif`;
    if (amid === "broken") proxy.plan("PUT", ["none", { status: 503 }, { status: 503 }, { status: 503 }]);
    const sending: UploadTarget = {
      ...target(),
      fetch: (url, init) => {
        const answer = target().fetch(url, init);
        if (init?.method === amid) cancelled.abort(UPLOAD_DROPPED);
        return answer;
      },
    };
    const before = await folders();
    await expect(
      uploadFile(
        sending,
        chosen(name),
        ({ sentBytes, connected }) => {
          if (sentBytes === at && amid === (connected ? null : "broken")) cancelled.abort(UPLOAD_DROPPED);
        },
        cancelled.signal,
      ),
    ).rejects.toBe(UPLOAD_DROPPED);
    expect(proxy.seen.at(-1)).toBe("DELETE");
    expect((await rows()).filter(({ fileName }) => fileName === name)).toEqual([]);
    expect(await folders()).toEqual(before);
  },
  60_000,
);
