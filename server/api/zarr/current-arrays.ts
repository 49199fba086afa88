import { labelGroup, levelArray } from "../../../core/ome-zarr/multiscales.ts";
import { brickGridZyx, brickKeyOf } from "../../../core/volume/brick.ts";
import type { PixelType } from "../../../core/volume/voxel-space.ts";
import { PersonTurns } from "../../collab/routes/person-turns.ts";
import type { HttpRoute, RouteRequest } from "../../entrance/route.ts";
import type { ApiRoute, EndpointDoc } from "../endpoint.ts";
import { knownChunk, labelsChunk, proposalsChunk } from "./current-chunks.ts";
import { ARRAY_PART, noPart, sendPart } from "./send-part.ts";
import { readByFacts, type VolumeFacts, volumeFacts } from "./volume-facts.ts";

/** Of a person: each is made when it is asked for. */
const turns = new PersonTurns(4, 512);

const ZARR_MEDIA = ["application/json", "application/octet-stream"];

/** GET and HEAD of the parts of one OME-Zarr image below a volume or a project. */
export const arrayRoutes = (
  path: string,
  of: "volume" | "project",
  doc: Pick<EndpointDoc, "id" | "summary" | "more">,
  handle: HttpRoute["handle"],
): ApiRoute[] =>
  (["GET", "HEAD"] as const).map((method) => ({
    method,
    path: `/api/v1${path}/*`,
    access: { kind: "token", of, role: "viewer" },
    maxBodyBytes: 0,
    doc: {
      ...doc,
      id: method === "GET" ? doc.id : `${doc.id}Head`,
      group: "Arrays",
      rest: "A part of the OME-Zarr: `zarr.json`, `0/zarr.json`, `0/c/<z>/<y>/<x>`",
      answer: { status: 200, media: ZARR_MEDIA },
      statuses: [304, 422],
    },
    handle,
  }));

const groupOf = (name: string, { shapeZyx, voxelSizeZyx }: VolumeFacts): object => {
  const group = labelGroup({
    name,
    levels: [{ shapeZyx, factorZyx: [1, 1, 1] }],
    voxelSizeZyx,
    colors: [],
    properties: [],
    sourceImage: "../image.ome.zarr",
  });
  // Which labels there are changes with every stroke: the resource `nuclei` says it, and viewers choose their colours.
  const { ome, ...others } = group.attributes as Record<string, object>;
  const { "image-label": label, ...rest } = ome as Record<string, object>;
  const { colors: _, ...said } = label as Record<string, unknown>;
  return { ...group, attributes: { ...others, ome: { ...rest, "image-label": said } } };
};

type ReadChunk = (route: RouteRequest, facts: VolumeFacts, key: number, name: string) => Promise<Uint8Array | null>;

/** An image of one level that is made of the current state, chunk by chunk. */
const madeImage =
  (name: string, pixelType: PixelType, readChunk: ReadChunk): HttpRoute["handle"] =>
  async (route) => {
    const { services, volume, parameters, user } = route;
    const part = ARRAY_PART.exec(parameters["*"]);
    if (!part || volume?.state !== "ready") throw noPart();
    const facts = await volumeFacts(services, parameters.volumeId);
    if (!facts) throw noPart();
    const [path, level, ...position] = part;
    if (path === "zarr.json") return sendPart(route, groupOf(name, facts));
    if (level !== "0") throw noPart();
    if (path === "0/zarr.json") return sendPart(route, levelArray(facts.shapeZyx, pixelType));
    const [bz, by, bx] = position.map(Number);
    const [nz, ny, nx] = brickGridZyx(facts.shapeZyx);
    if (bz >= nz || by >= ny || bx >= nx) throw noPart();
    const key = brickKeyOf(bz, by, bx);
    const chunk = await turns.take(user?.id ?? "", () =>
      readByFacts(services, parameters.volumeId, (now) => readChunk(route, now, key, path)),
    );
    sendPart(route, chunk);
  };

/** The current prediction as it is stored, all levels, without what people have judged. */
const proposals: HttpRoute["handle"] = async (route) => {
  const { services, volume, parameters, user } = route;
  const part = ARRAY_PART.exec(parameters["*"]);
  if (!part || volume?.state !== "ready") throw noPart();
  const facts = await volumeFacts(services, parameters.volumeId);
  const prefix = facts?.proposals?.currentPrefix;
  if (!facts || !prefix) return madeImage("proposals", "uint32", async () => null)(route);
  if (!part[0].endsWith(".json"))
    return sendPart(
      route,
      await turns.take(user?.id ?? "", () =>
        readByFacts(services, parameters.volumeId, (now) => proposalsChunk(services, now, part[0])),
      ),
    );
  const stored = await services.blobs.get(prefix + part[0]);
  if (!stored) throw noPart();
  sendPart(route, JSON.parse(Buffer.from(stored).toString()));
};

export const currentArrayRoutes = (serveStored: HttpRoute["handle"]): readonly ApiRoute[] => [
  ...arrayRoutes(
    "/volumes/:volumeId/image.ome.zarr",
    "volume",
    { id: "readImage", summary: "The image of a volume as OME-Zarr 0.5" },
    (route) =>
      serveStored({ ...route, parameters: { ...route.parameters, "*": `image.ome.zarr/${route.parameters["*"]}` } }),
  ),
  ...arrayRoutes(
    "/volumes/:volumeId/labels.ome.zarr",
    "volume",
    {
      id: "readLabels",
      summary: "The labels of a volume as they are now, as OME-Zarr 0.5",
      more: "One level, as it is in the moment in which a chunk is asked for. Merged nuclei have one value.",
    },
    madeImage("labels", "uint32", ({ services, parameters }, facts, key) =>
      labelsChunk(services, parameters.volumeId, facts, key),
    ),
  ),
  ...arrayRoutes(
    "/volumes/:volumeId/known.ome.zarr",
    "volume",
    {
      id: "readKnown",
      summary: "What is known of each voxel now, as OME-Zarr 0.5",
      more: "0: unknown, 1: background, 2: a nucleus. Unlabelled is not background.",
    },
    madeImage("known", "uint8", ({ services, parameters }, facts, key) =>
      knownChunk(services, parameters.volumeId, facts, key),
    ),
  ),
  ...arrayRoutes(
    "/volumes/:volumeId/proposals.ome.zarr",
    "volume",
    { id: "readProposals", summary: "The proposals that nobody has judged yet, as OME-Zarr 0.5" },
    proposals,
  ),
];
