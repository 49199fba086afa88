import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { BRICK_SIZE, BRICK_VOXELS } from "../../core/volume/brick.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { levelsOf, visitNuclei, volumes } from "./synthetic-nuclei.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

const workers = {
  "chunk.worker.ts": path("../../components/viewer/bricks/chunk.worker.ts"),
  "mesh.worker.ts": path("../../components/viewer/mesh/mesh.worker.ts"),
} as const;

export interface ViewerServer {
  readonly url: string;
  /** Chunks that were asked for, as "level/bz/by/bx". */
  readonly asked: string[];
  /** Answers with 503 while it returns true. */
  failing: (chunk: string) => boolean;
  close(): Promise<void>;
}

/** The viewer on a page of its own, with a synthetic volume as chunks over HTTP. */
export async function serveViewer(): Promise<ViewerServer> {
  const files = await bundle();
  const chunks = new Map<string, Buffer | null>();
  const state = { asked: [] as string[], failing: (_chunk: string): boolean => false };
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const chunk = /^\/chunks\/(small|big)\/(\d+)\/(\d+)\/(\d+)\/(\d+)$/.exec(pathname);
    if (chunk) {
      const name = chunk.slice(2).join("/");
      state.asked.push(name);
      if (state.failing(name)) return void response.writeHead(503).end();
      const [level, bz, by, bx] = chunk.slice(2).map(Number);
      if (!chunks.has(pathname)) chunks.set(pathname, encodeChunk(chunk[1] as "small" | "big", level, [bz, by, bx]));
      const bytes = chunks.get(pathname);
      if (!bytes) return void response.writeHead(404).end();
      return void response.writeHead(200, { "content-type": "application/octet-stream" }).end(bytes);
    }
    const file = files.get(pathname.slice(1) || "index.html");
    response.writeHead(file ? 200 : 404, { "content-type": file?.type ?? "text/plain" }).end(file?.text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

async function bundle(): Promise<Map<string, { type: string; text: string }>> {
  const files = new Map<string, { type: string; text: string }>();
  const options = {
    bundle: true,
    write: false,
    format: "esm",
    jsx: "automatic",
    target: "es2022",
    define: { "process.env.NODE_ENV": '"production"' },
    minify: true,
    logLevel: "warning",
  } as const;
  const page = await build({
    ...options,
    entryPoints: [path("./viewer-page.tsx")],
    outdir: "/",
    splitting: true,
  });
  for (const { path: name, text } of page.outputFiles)
    files.set(name.replace(/^\//, ""), { type: name.endsWith(".css") ? "text/css" : "text/javascript", text });
  for (const [name, entry] of Object.entries(workers)) {
    const { outputFiles } = await build({ ...options, entryPoints: [entry] });
    files.set(name, { type: "text/javascript", text: outputFiles[0].text });
  }
  files.set("index.html", {
    type: "text/html",
    text: `<!doctype html><meta charset="utf-8"><title>viewer</title><link rel="stylesheet" href="/viewer-page.css">
      <style>html,body,#root{margin:0;height:100%}</style><div id="root"></div>
      <script type="module" src="/viewer-page.js"></script>`,
  });
  return files;
}

/** Background 200 with noise, nuclei up to 4200; null where there is nothing, as a store has no such chunk. */
function encodeChunk(name: "small" | "big", level: number, position: Zyx): Buffer | null {
  const volume = volumes[name];
  const { factorZyx, shapeZyx } = levelsOf(volume.shapeZyx)[level];
  const corner = position.map((b) => b * BRICK_SIZE) as unknown as Zyx;
  if (corner.some((v, axis) => v >= shapeZyx[axis])) return null;
  const voxels = new Uint16Array(BRICK_VOXELS);
  const noise = randomBytes(BRICK_VOXELS);
  for (let i = 0; i < voxels.length; i++) voxels[i] = 150 + (noise[i] >> 1);
  visitNuclei(volume, corner, factorZyx, (index, _label, depth) => {
    voxels[index] += 800 + 3200 * Math.sqrt(depth) * (0.8 + noise[index] / 1280);
  });
  return gzipSync(Buffer.from(voxels.buffer), { level: 1 });
}
