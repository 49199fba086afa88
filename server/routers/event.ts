import { EventEmitter, on } from "node:events";
import type { ServerEvent, ServerEvents } from "../events.ts";
import { projectProcedure, router, signedInProcedure } from "../trpc.ts";

const ofAll = (event: ServerEvent): boolean => event.topic === "engine" || event.topic === "settings";

async function* relay(events: ServerEvents, wanted: (event: ServerEvent) => boolean, signal: AbortSignal | undefined) {
  const relayed = new EventEmitter();
  const unsubscribe = events.subscribe((event) => {
    if (wanted(event)) relayed.emit("event", event);
  });
  try {
    for await (const [event] of on(relayed, "event", { signal })) yield event as ServerEvent;
  } finally {
    unsubscribe();
  }
}

/** One live stream per page: browsers allow six connections to a server, so all topics share it. */
export const eventRouter = router({
  ofProject: projectProcedure("viewer").subscription(({ ctx, signal }) =>
    relay(
      ctx.services.events,
      (event) => ofAll(event) || ("projectId" in event && event.projectId === ctx.projectId),
      signal,
    ),
  ),

  /** For pages that show no project: what concerns everybody. */
  ofInstallation: signedInProcedure.subscription(({ ctx, signal }) => relay(ctx.services.events, ofAll, signal)),
});
