import { writeFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { changeInstallationSettings } from "../../settings/installation-settings.ts";
import { uploadFile } from "../../storage/import-places.ts";
import { startTestServer, type TestPerson, type TestServer } from "../../testing/test-server.ts";
import { createTestClient } from "../../testing/trpc-client.ts";
import { openFolderStore } from "../stores/folder-store.ts";
import { openZipStore } from "../stores/zip-store.ts";
import { poll } from "../testing/poll.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { VALID_SHAPE, validFiles } from "../testing/valid-files.ts";

const folder = temporaryFolder();
const files = new Map<string, Uint8Array>();
let remote: http.Server;
let address: string;
/** Chunks are answered while it is resolved. */
let gate = Promise.resolve();
let server: TestServer;
let ada: TestPerson;
let client: ReturnType<typeof createTestClient>;
let projectId: string;

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada Lovelace");
  client = createTestClient(server.address, ada.cookie);
  projectId = await server.createProject("Embryos", [[ada, "owner"]]);
  const zip = path.join(folder, "a.zip");
  await writeFile(zip, await validFiles["zarr3-gzip"]());
  const store = await openZipStore(zip);
  for (const name of store.names) files.set(`/embryo.ome.zarr/${name}`, (await store.get(`/${name}`))!);
  store.close();
  remote = http.createServer(async (request, response) => {
    const content = files.get(request.url ?? "");
    if (request.url?.includes("/c/")) await gate;
    if (content) response.end(content);
    else response.writeHead(404).end();
  });
  await new Promise<void>((done) => remote.listen(0, "127.0.0.1", done));
  address = `http://127.0.0.1:${(remote.address() as AddressInfo).port}/embryo.ome.zarr`;
});
afterAll(async () => {
  remote.closeAllConnections();
  remote.close();
  await server.close();
});

const stateOf = (uploadId: string) => client.volume.uploadState.query({ projectId, uploadId });

it("fetches from an address that an administrator allows, tells how far it is, stops, goes on, and becomes a volume", async () => {
  await expect(client.volume.fetchAddress.mutate({ projectId, address })).rejects.toThrow(/https/);
  await changeInstallationSettings(server.services.db, { privateImportHosts: "lab.example.org, 127.0.0.1" });
  let open = () => {};
  gate = new Promise((done) => {
    open = done;
  });
  const { uploadId } = await client.volume.fetchAddress.mutate({ projectId, address });
  await poll(async () => ((await stateOf(uploadId)).kind === "working" ? true : null));
  await expect(client.volume.inspectUpload.mutate({ projectId, uploadId })).rejects.toThrow(/bytes have arrived/);
  // Dropped amid its chunks: nothing of it stays, and nothing goes on.
  const dropped = await fetch(`${server.address}/api/projects/${projectId}/uploads/${uploadId}`, {
    method: "DELETE",
    headers: { cookie: ada.cookie },
  });
  expect(dropped.status).toBe(200);
  await expect(stateOf(uploadId)).rejects.toThrow(/no longer there/);
  const place = uploadFile(server.services.environment.dataRoot, uploadId);
  await expect(openFolderStore(place)).rejects.toThrow(/ENOENT/);

  open();
  const again = await client.volume.fetchAddress.mutate({ projectId, address });
  await poll(async () => ((await stateOf(again.uploadId)).kind === "ready" ? true : null));
  const { fileName, contents } = await client.volume.inspectUpload.mutate({ projectId, uploadId: again.uploadId });
  expect([fileName, contents.format, contents.notes]).toEqual(["embryo.ome.zarr", "OME-Zarr", []]);
  const { volumeId } = await client.volume.startImport.mutate({
    projectId,
    name: "embryo",
    specimen: "e",
    image: { uploadId: again.uploadId, image: "0" },
    voxelSizeZyx: null,
  });
  const volume = await poll(async () => {
    const row = await client.volume.byId.query({ volumeId });
    if (row.import?.state === "failed") throw new Error(JSON.stringify(row.import.problem));
    return row.state === "ready" ? row : null;
  });
  expect(volume.shapeZyx).toEqual([...VALID_SHAPE]);
  expect(volume.sourceFiles[0]).toMatchObject({
    fileName: "embryo.ome.zarr",
    header: expect.stringContaining(address),
  });
  expect(volume.sourceFiles[0].sha256).toMatch(/^[0-9a-f]{64}$/);
}, 120_000);
