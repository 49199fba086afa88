import { createHash } from "node:crypto";
import { HttpRefusal, type RouteRequest } from "../../entrance/route.ts";

/** `zarr.json` and chunks of one level of an image; anything else is not there. */
export const ARRAY_PART = /^(?:zarr\.json|(\d{1,2})\/(?:zarr\.json|c\/(\d{1,4})\/(\d{1,4})\/(\d{1,4})))$/;

export const noPart = () => new HttpRefusal(404, "There is no such part of the image.");

/** A part of a Zarr as a reader asks for it: asked again each time, and not sent again while it is the same. Null: a chunk of zeros. */
export function sendPart({ request, response }: RouteRequest, part: Uint8Array | object | null): void {
  response.setHeader("cache-control", "private, no-cache");
  if (part === null) {
    // Not a Problem: readers take a chunk that is not there for one of zeros, and there are thousands.
    response.writeHead(404, { "content-length": 0 }).end();
    return;
  }
  const isBytes = part instanceof Uint8Array;
  const bytes = isBytes ? part : Buffer.from(JSON.stringify(part));
  const etag = `"${createHash("sha1").update(bytes).digest("base64url")}"`;
  response.setHeader("etag", etag);
  if (request.headers["if-none-match"] === etag) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, {
    "content-type": isBytes ? "application/octet-stream" : "application/json",
    "content-length": bytes.length,
  });
  response.end(request.method === "HEAD" ? undefined : bytes);
}
