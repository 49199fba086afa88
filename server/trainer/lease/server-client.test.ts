import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import type { Problem } from "../../../core/problem.ts";
import { ServerClient } from "./server-client.ts";
import { LeaseLost, ServerFailing } from "./server-failures.ts";

const job = { jobId: "00000000-0000-4000-8000-000000000001", leaseToken: 3, jobToken: "the-jobs-token" };
const patience = {
  firstRetryMs: 1,
  longestRetryMs: 4,
  longestAbsenceMs: 60_000,
  maxFailures: 5,
  requestTimeoutMs: 150,
};

interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

/** A server that gives these answers, the last one for ever; `null` never answers. */
async function startScript(answers: readonly (Answer | null)[], longestAbsenceMs = patience.longestAbsenceMs) {
  const heard: IncomingMessage[] = [];
  server = createServer((request, response) => {
    const answer = answers[Math.min(heard.length, answers.length - 1)];
    heard.push(request);
    request.resume();
    if (answer) response.writeHead(answer.status, answer.headers).end(answer.body ?? "{}");
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const client = new ServerClient(`http://127.0.0.1:${port}`, "the-trainers-token", { ...patience, longestAbsenceMs });
  return { client, heard };
}

it("repeats what a server that is away, starting or busy did not take", async () => {
  const away = [502, 503, 504, 408, 425].map((status) => ({ status }));
  const { client, heard } = await startScript([...away, null, { status: 200, body: '{"cancelRequested":true}' }]);
  expect(await client.tell(job, "/metrics", {})).toEqual({ cancelRequested: true });
  expect(heard).toHaveLength(away.length + 2);
});

it("leaves a server alone for as long as it asks", async () => {
  const { client, heard } = await startScript([{ status: 429, headers: { "retry-after": "0.2" } }, { status: 200 }]);
  const began = performance.now();
  await client.tell(job, "/metrics", {});
  expect(performance.now() - began).toBeGreaterThanOrEqual(199);
  expect(heard).toHaveLength(2);
});

it("gives up on a server that goes on failing, with a sentence", async () => {
  const { client, heard } = await startScript([{ status: 500 }]);
  const failure = client.tell(job, "/predicted", {});
  await expect(failure).rejects.toThrow(ServerFailing);
  await expect(failure).rejects.toThrow("answers 500, 5 times in a row");
  expect(heard).toHaveLength(5);
});

it("gives up on a server that stays away", async () => {
  const { client } = await startScript([null], 200);
  await expect(client.tell(job, "/metrics", {})).rejects.toThrow(ServerFailing);
});

it.each([400, 403, 404, 413, 422])("takes %d as final, with the server's own words", async (status) => {
  const problem = {
    tag: "checkpoint-damaged",
    what: "It is\u0007 damaged.",
    where: "weights.bin",
    hint: "Train again.",
  };
  const { client, heard } = await startScript([{ status, body: JSON.stringify(problem) }]);
  const plain = { ...problem, what: "It is  damaged." };
  await expect(client.tell(job, "/trained", {})).rejects.toMatchObject(plain);
  expect(heard).toHaveLength(1);
});

it("takes a proxy's page and a moved server as final, and sends its token nowhere else", async () => {
  const page = await startScript([{ status: 418, body: `<html>${"x".repeat(5000)}` }]);
  const refused = await page.client.tell(job, "/trained", {}).catch((error: Problem) => error);
  expect(refused).toMatchObject({ tag: "server-refused", where: "/trained" });
  expect((refused as Problem).what.length).toBeLessThan(500);
  server?.close();
  const moved = await startScript([{ status: 308, headers: { location: "http://elsewhere.example/" } }]);
  await expect(moved.client.tell(job, "/trained", {})).rejects.toMatchObject({ tag: "server-refused" });
  expect(moved.heard).toHaveLength(1);
});

it.each([401, 409])("stops at once at %d of a job's route", async (status) => {
  const { client, heard } = await startScript([{ status }]);
  await expect(client.tell(job, "/metrics", {})).rejects.toThrow(LeaseLost);
  expect(heard).toHaveLength(1);
});

it("claims with its own token and says everything else with the job's", async () => {
  const { client, heard } = await startScript([{ status: 401 }, { status: 200 }, { status: 404 }, { status: 200 }]);
  const request = { trainer: "t", engine: "wasm", words: "", leaseSeconds: 60 } as const;
  await expect(client.claim(request)).rejects.toMatchObject({ hint: expect.stringContaining("taken back") });
  await client.tell(job, "/metrics", {});
  expect(await client.readBlob(job, "volumes/1")).toBeUndefined();
  await client.writeFile(job, "best/model.json", new Uint8Array(2));
  const tokens = heard.map(({ headers }) => headers.authorization);
  expect(tokens).toEqual(["Bearer the-trainers-token", ...Array(3).fill("Bearer the-jobs-token")]);
});
