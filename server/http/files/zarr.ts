import { createHash } from "node:crypto";
import { Problem } from "../../../core/problem.ts";
import { BRICK_VOXELS } from "../../../core/volume/brick.ts";
import { bytesPerPixel } from "../../../core/volume/voxel-space.ts";
import { HttpRefusal, type HttpRoute, type RouteRequest } from "../../entrance/route.ts";
import { objectionToGzip } from "../../label-images/gzip-objection.ts";

/**
 * Images and proposals of a volume as OME-Zarr, for the viewer and for napari, Neuroglancer or zarr by URL:
 * `/zarr/<volumeId>/image.ome.zarr/…`, `/zarr/<volumeId>/channels/<index>.ome.zarr/…` and
 * `/zarr/<volumeId>/predictions/<id>/labels.ome.zarr/…`. Whatever lies below `channels` once the volume is ready belongs to it,
 * and has its shape and type: no row is asked for.
 */
const SERVED =
  /^(image\.ome\.zarr\/(labels\/[\w-]+\/)?|channels\/\d{1,5}\.ome\.zarr\/|predictions\/[0-9a-f-]{36}\/labels\.ome\.zarr\/)(\d{1,2}\/)?(zarr\.json|c\/\d{1,4}\/\d{1,4}\/\d{1,4})$/;
const LABELS_INDEX = /^image\.ome\.zarr\/labels\/zarr\.json$/;

const isLabels = (path: string): boolean => path.startsWith("predictions/") || path.includes("/labels/");

/** Chunks of an image are written once; its folder is named by an id that is never used again. */
const FOR_EVER = "private, max-age=31536000, immutable";
const ASK_AGAIN = "private, no-cache";

export async function serveZarr({ services, parameters, volume, request, response }: RouteRequest): Promise<void> {
  const { volumeId, "*": path } = parameters;
  const notThere = new HttpRefusal(404, "There is no such part of the image.");
  if (!SERVED.test(path) && !LABELS_INDEX.test(path)) throw notThere;
  if (volume?.state !== "ready") throw notThere;
  // A layer of a study shows the image of the study's volume, and of that nothing else.
  const isOwn = volume.imageOf === null || path.startsWith("predictions/");
  if (!isOwn && isLabels(path)) throw notThere;
  const bytes = await services.blobs.get(`volumes/${isOwn ? volumeId : volume.imageOf}/${path}`);
  const json = path.endsWith(".json");
  const imported = path.includes("/labels/");
  const lasting = json || imported ? ASK_AGAIN : FOR_EVER;
  if (!bytes) {
    // Most chunks of labels and of masked images are empty: not asking again saves half the requests.
    response.writeHead(404, { "cache-control": lasting, "content-length": 0 });
    response.end();
    return;
  }
  // What cannot get better is no failure of the server: whoever asks would repeat it for ever.
  const width = isLabels(path) ? 4 : bytesPerPixel[volume.pixelType];
  const objection = json ? null : objectionToGzip(bytes, BRICK_VOXELS * width);
  if (objection)
    throw new Problem({
      tag: "chunk-damaged",
      what: `A stored chunk of the image is damaged: ${objection}.`,
      where: path,
      hint: "Restore it from a backup of the server's data, or import the volume again.",
    });
  const etag = `"${createHash("sha1").update(bytes).digest("base64url")}"`;
  response.setHeader("etag", etag);
  response.setHeader("cache-control", lasting);
  if (request.headers["if-none-match"] === etag) {
    response.writeHead(304);
    response.end();
    return;
  }
  response.writeHead(200, {
    "content-type": json ? "application/json" : "application/octet-stream",
    "content-length": bytes.length,
  });
  response.end(request.method === "HEAD" ? undefined : bytes);
}

const route = (method: "GET" | "HEAD"): HttpRoute => ({
  method,
  path: "/zarr/:volumeId/*",
  access: { kind: "volume", role: "viewer" },
  maxBodyBytes: 0,
  handle: serveZarr,
});

export const zarrRoutes: readonly HttpRoute[] = [route("GET"), route("HEAD")];
