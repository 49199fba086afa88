import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { writtenAnswer } from "../../core/contract/api-transformer.ts";
import type { SignedInUser } from "../auth/authentication.ts";
import type { NucleiEvent, ServerEvent } from "../events.ts";
import type { Services } from "../services.ts";
import { projectProcedure, router, signedInProcedure } from "../trpc.ts";
import { waitingEvents } from "../waiting-events.ts";

/** Tabs with a project; what is more is no person. */
const STREAMS_PER_PERSON = 48;
const openStreams = new WeakMap<Services, Map<string, number>>();

function countStream(services: Services, userId: string): () => void {
  const open = openStreams.get(services) ?? new Map<string, number>();
  openStreams.set(services, open);
  const before = open.get(userId) ?? 0;
  if (before >= STREAMS_PER_PERSON)
    throw new TRPCError({
      code: "TOO_MANY_REQUESTS",
      message: "You have this open in too many tabs: close some of them.",
    });
  open.set(userId, before + 1);
  return () => {
    const left = (open.get(userId) ?? 1) - 1;
    if (left > 0) open.set(userId, left);
    else open.delete(userId);
  };
}

const streamEnds = (reason: "signed-out" | "no-member") =>
  reason === "signed-out"
    ? new TRPCError({ code: "UNAUTHORIZED", message: "Sign in first." })
    : new TRPCError({ code: "NOT_FOUND", message: "You are no longer a member of this project." });

const streamBroke = () =>
  new TRPCError({ code: "SERVICE_UNAVAILABLE", message: "Some changes may not have been told. It goes on by itself." });

type Signed = { readonly services: Services; readonly user: SignedInUser };

const ofAll = (event: ServerEvent): boolean => event.topic === "engine" || event.topic === "settings";

/** What concerns one person, whatever page they have open. */
const isOf = (userId: string, event: ServerEvent): boolean =>
  (event.topic === "notifications" && event.userId === userId) ||
  ((event.topic === "tasks" || event.topic === "studies") && event.userIds.includes(userId));

/** What changed in a list goes to every page that shows it, a few times a second: it is written once for all of them. */
const written = new WeakMap<ServerEvent, string>();

function asSent(event: ServerEvent): ServerEvent {
  if (event.topic !== "nuclei" || !event.patch) return event;
  const text = written.get(event) ?? JSON.stringify(event);
  written.set(event, text);
  return writtenAnswer(text);
}

/** Ends with an error where the session, or the membership that it `needs`, has ended. */
async function* relay(
  { services, user }: Signed,
  wanted: (event: ServerEvent) => boolean,
  needs: { projectId: string; role: "viewer" } | null,
  signal: AbortSignal | undefined,
): AsyncGenerator<ServerEvent> {
  const end = countStream(services, user.id);
  const waiting = waitingEvents(signal);
  const unsubscribe = services.events.subscribe(
    (event) => {
      if (wanted(event)) waiting.add(event);
    },
    // A page whose stream broke asks for everything that it shows.
    () => waiting.fail(streamBroke()),
  );
  const release = services.openLines.hold({
    userId: user.id,
    sessionId: user.sessionId,
    needs,
    end: (reason) => waiting.fail(streamEnds(reason)),
  });
  try {
    for await (const event of waiting.all()) yield asSent(event);
  } finally {
    release();
    unsubscribe();
    end();
  }
}

/**
 * Labels change many times a second. A page with the labels of one volume hears of those and is spared how many there are; a
 * page that shows none hears only that: what a stroke costs depends on who looks at it, not on who has the project open.
 */
const tellsOfLabels = ({ volumeId, patch, counts }: NucleiEvent, shown: string | undefined): boolean =>
  shown === undefined ? !patch : volumeId === shown && !counts;

/** One live stream per page: browsers allow six connections to a server, so all topics share it. */
export const eventRouter = router({
  /** `volumeId`: the volume whose labels the page shows. */
  ofProject: projectProcedure("viewer")
    .input(z.object({ volumeId: z.uuid().optional() }))
    .subscription(({ ctx, input, signal }) =>
      relay(
        ctx,
        (event) =>
          ofAll(event) ||
          isOf(ctx.user.id, event) ||
          ("projectId" in event &&
            event.projectId === ctx.projectId &&
            (event.topic !== "nuclei" || tellsOfLabels(event, input.volumeId))),
        { projectId: ctx.projectId, role: "viewer" },
        signal,
      ),
    ),

  /** For pages that show no project: what concerns everybody, and this person. */
  ofInstallation: signedInProcedure.subscription(({ ctx, signal }) =>
    relay(ctx, (event) => ofAll(event) || isOf(ctx.user.id, event), null, signal),
  ),
});
