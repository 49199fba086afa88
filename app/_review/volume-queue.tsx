"use client";
import { useQuery } from "@tanstack/react-query";
import type { Review } from "../../components/review/open-review.ts";
import { QueuePanel } from "../../components/review/queue-panel.tsx";
import { Problem } from "../../core/problem.ts";
import { hasRole, type Role } from "../../core/roles.ts";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC, useTRPCClient } from "../_trpc/trpc.ts";
import { AllProposals } from "./all-proposals.tsx";

interface VolumeQueueProps {
  readonly review: Review;
  readonly projectId: string;
  readonly volumeId: string;
  readonly userId: string;
  readonly role: Role;
}

/** The shared queue of a volume, for the editor's panel. */
export function VolumeQueue({ review, projectId, volumeId, userId, role }: VolumeQueueProps) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const facts = useQuery(trpc.queue.state.queryOptions({ volumeId }));
  const training = useQuery(trpc.training.activity.queryOptions({ projectId }));
  return (
    <QueuePanel
      review={review}
      problemOf={problemOfError}
      facts={{
        data: facts.data,
        problem: facts.error ? new Problem(problemOfError(facts.error)) : null,
        retry: () => void facts.refetch(),
      }}
      userId={userId}
      canDecide={hasRole(role, "annotator")}
      training={{
        running: training.data?.job?.kind === "train",
        async start() {
          try {
            await client.training.start.mutate({ projectId });
            review.api.notify({ tone: "info", text: "The labels are frozen and the training waits for a trainer." });
          } catch (error) {
            const { what, hint } = problemOfError(error);
            review.api.notify({ tone: "warning", text: [what, hint].filter(Boolean).join(" ") });
          }
        },
      }}
      volumeHref={(id) => `/volumes/${id}`}
      trainingHref={`/projects/${projectId}`}
      renderAll={(firstKind) => (
        <AllProposals
          key={firstKind}
          review={review}
          volumeId={volumeId}
          canDecide={hasRole(role, "annotator")}
          firstKind={firstKind}
        />
      )}
    />
  );
}
