import { EventEmitter, on } from "node:events";
import type { ServerEvent } from "../events.ts";
import { projectProcedure, router } from "../trpc.ts";

/** One live stream per page: browsers allow six connections to a server, so all topics share it. */
export const eventRouter = router({
  ofProject: projectProcedure("viewer").subscription(async function* ({ ctx, signal }) {
    const relay = new EventEmitter();
    const unsubscribe = ctx.services.events.subscribe((event) => {
      if (event.topic === "engine" || event.projectId === ctx.projectId) relay.emit("event", event);
    });
    try {
      for await (const [event] of on(relay, "event", { signal })) yield event as ServerEvent;
    } finally {
      unsubscribe();
    }
  }),
});
