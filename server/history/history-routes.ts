import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { PersonTurns } from "../collab/routes/person-turns.ts";
import { HttpRefusal, type HttpRoute, type RouteRequest } from "../entrance/route.ts";
import { encodedFactsThen, type LabelsThen, labelsThen } from "./labels-then.ts";

const zip = promisify(gzip);

/** Of a person: each is made anew from the history. */
const turns = new PersonTurns(3, 256);

const wholeNumber = (text: string): number => {
  const number = Number(text);
  if (!/^\d{1,15}$/.test(text) || !Number.isSafeInteger(number)) throw new HttpRefusal(404, "There is no such moment.");
  return number;
};

/** Bytes as of a moment; a moment never changes, but a restored backup counts its moments anew. */
async function send(
  { services, parameters: { volumeId, position }, user, response }: RouteRequest,
  make: (labels: LabelsThen) => Promise<Uint8Array | null>,
): Promise<void> {
  await turns.take(user?.id ?? "", async () => {
    const bytes = await make(await labelsThen(services, volumeId, wholeNumber(position)));
    response.setHeader("cache-control", "private, max-age=300");
    if (!bytes) {
      response.writeHead(404, { "content-length": 0 }).end();
      return;
    }
    const gzipped = await zip(bytes, { level: 1 });
    response.writeHead(200, { "content-type": "application/octet-stream", "content-length": gzipped.length });
    response.end(gzipped);
  });
}

/** Labels as they were: gzip of 64³ uint32 like a chunk of a label image, 404 where all was background. */
const getBrickThen: HttpRoute = {
  method: "GET",
  path: "/api/volumes/:volumeId/history/:position/bricks/:key",
  access: { kind: "volume", role: "viewer" },
  maxBodyBytes: 0,
  handle: (request) =>
    send(request, async (labels) => {
      const voxels = await labels.readBrick(wholeNumber(request.parameters.key));
      return voxels && new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength);
    }),
};

/** Fields and merges as they were: gzip of what `encodeFacts` writes. */
const getFactsThen: HttpRoute = {
  method: "GET",
  path: "/api/volumes/:volumeId/history/:position/facts",
  access: { kind: "volume", role: "viewer" },
  maxBodyBytes: 0,
  handle: (request) => send(request, encodedFactsThen),
};

export const historyRoutes: readonly HttpRoute[] = [getBrickThen, getFactsThen];
