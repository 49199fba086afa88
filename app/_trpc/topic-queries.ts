import type { ServerEvent } from "../../server/index.ts";

/** Routers whose answers an event makes stale. Events are hints; the database holds the truth. */
const routersOfTopic: Readonly<Record<ServerEvent["topic"], readonly string[]>> = {
  project: ["project", "nucleusClass", "review", "dashboard"],
  volume: ["volume", "project", "upload", "publication", "dashboard"],
  nuclei: ["nucleus"],
  boxes: ["box", "training"],
  training: ["training", "checkpoint", "learningCurve", "project"],
  proposals: ["proposal", "prediction", "queue", "volume", "dashboard"],
  queue: ["queue"],
  review: ["review"],
  comments: ["comment"],
  members: ["member", "invitation", "project", "comment"],
  export: ["export"],
  publication: ["publication"],
  deposit: ["zenodo"],
  webhooks: ["webhook"],
  tasks: ["task"],
  studies: ["study"],
  notifications: ["notification", "task"],
  account: ["account"],
  engine: ["installation", "training"],
  settings: ["installation", "project"],
};

/** A decision also counts towards the next training, in what was audited, and in the project's progress and its dashboard. */
const routersOfDecision = [...routersOfTopic.queue, "training", "learningCurve", "project", "dashboard"];

const routersOf = (event: ServerEvent): readonly string[] =>
  event.topic === "queue" && event.decided ? routersOfDecision : routersOfTopic[event.topic];

/** The change itself has come with it (nucleus-cache.ts, training-cache.ts). */
const bringsChange = (event: ServerEvent): boolean =>
  (event.topic === "nuclei" && Boolean(event.patch || event.counts)) ||
  (event.topic === "training" && Boolean(event.progress || event.metrics));

/** The list of proposals is patched (proposal-cache.ts); the others of its router do not change with a decision. */
const isPatched = (event: ServerEvent, router: unknown): boolean =>
  event.topic === "proposals" && event.settled !== undefined && router === "proposal";

/** tRPC's query key: `[["volume", "list"], { input, type }]`. */
export function isStaleBy(event: ServerEvent, queryKey: readonly unknown[]): boolean {
  const [path, options] = queryKey;
  if (bringsChange(event)) return false;
  if (!Array.isArray(path) || !routersOf(event).includes(String(path[0])) || isPatched(event, path[0])) return false;
  const input = (options as { input?: { volumeId?: string; label?: number } } | undefined)?.input;
  // Who looks at what is patched (review-cache.ts); what was said is of one nucleus.
  if (event.topic === "review") return input?.volumeId === event.volumeId && input.label === event.label;
  if ("volumeId" in event && input?.volumeId !== undefined) return input.volumeId === event.volumeId;
  return true;
}
