import type { ServerEvent } from "../../server/index.ts";

/** Routers whose answers an event makes stale. Events are hints; the database holds the truth. */
const routersOfTopic: Readonly<Record<ServerEvent["topic"], readonly string[]>> = {
  project: ["project", "nucleusClass"],
  volume: ["volume", "project", "upload"],
  nuclei: ["nucleus"],
  boxes: ["box", "training"],
  training: ["training", "checkpoint", "learningCurve", "project"],
  proposals: ["proposal", "prediction", "queue", "volume"],
  queue: ["queue", "training", "project"],
  members: ["member", "invitation", "project"],
  export: ["export"],
  account: ["account"],
  engine: ["installation", "training"],
  settings: ["installation", "project"],
};

/** tRPC's query key: `[["volume", "list"], { input, type }]`. */
export function isStaleBy(event: ServerEvent, queryKey: readonly unknown[]): boolean {
  const [path, options] = queryKey;
  // The change itself has come with it (nucleus-cache.ts).
  if (event.topic === "nuclei" && (event.patch || event.counts)) return false;
  if (!Array.isArray(path) || !routersOfTopic[event.topic].includes(String(path[0]))) return false;
  const input = (options as { input?: { volumeId?: string } } | undefined)?.input;
  if ("volumeId" in event && input?.volumeId !== undefined) return input.volumeId === event.volumeId;
  return true;
}
