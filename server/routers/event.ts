import { EventEmitter, on } from "node:events";
import { TRPCError } from "@trpc/server";
import type { ServerEvent } from "../events.ts";
import { projectProcedure, router } from "../trpc.ts";

const streamEnds = (reason: "signed-out" | "no-member") =>
  reason === "signed-out"
    ? new TRPCError({ code: "UNAUTHORIZED", message: "Sign in first." })
    : new TRPCError({ code: "NOT_FOUND", message: "You are no longer a member of this project." });

/** One live stream per page: browsers allow six connections to a server, so all topics share it. */
export const eventRouter = router({
  ofProject: projectProcedure("viewer").subscription(async function* ({ ctx, signal }) {
    const relay = new EventEmitter();
    const unsubscribe = ctx.services.events.subscribe((event) => {
      if (event.topic === "engine" || ("projectId" in event && event.projectId === ctx.projectId))
        relay.emit("event", event);
    });
    const release = ctx.services.openLines.hold({
      userId: ctx.user.id,
      sessionId: ctx.user.sessionId,
      needs: { projectId: ctx.projectId, role: "viewer" },
      end: (reason) => void relay.emit("error", streamEnds(reason)),
    });
    try {
      for await (const [event] of on(relay, "event", { signal })) yield event as ServerEvent;
    } finally {
      release();
      unsubscribe();
    }
  }),
});
