"use client";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { TrainingPanel } from "../../../../components/training/training-panel.tsx";
import { Problem } from "../../../../core/problem.ts";
import { hasRole } from "../../../../core/roles.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC, useTRPCClient } from "../../../_trpc/trpc.ts";
import { useProject } from "../_project/project-context.ts";

interface Query<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  refetch(): Promise<unknown>;
}

const loaded = <T,>({ data, error, refetch }: Query<T>) => ({
  data,
  problem: error ? new Problem(problemOfError(error)) : null,
  retry: () => void refetch(),
});

/** Says what went wrong where the person looks, and never throws. */
async function told(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    const { what, hint } = problemOfError(error);
    notifications.show({ color: "red", title: what, message: hint ?? "" });
  }
}

/** Training, learning curve and checkpoints of the project on the page; kept fresh by its events. */
export function ProjectTraining() {
  const { id: projectId, role } = useProject();
  const trpc = useTRPC();
  const client = useTRPCClient();
  const state = useQuery(trpc.training.state.queryOptions({ projectId }));
  const checkpoints = useQuery(trpc.checkpoint.list.queryOptions({ projectId }));
  const curve = useQuery(trpc.learningCurve.points.queryOptions({ projectId }));
  const audit = useQuery(trpc.learningCurve.audit.queryOptions({ projectId }));
  const reliability = useQuery(trpc.learningCurve.reliability.queryOptions({ projectId }));
  const training = state.data?.jobs.find((job) => job.kind === "train");
  const metrics = useQuery({
    ...trpc.training.metrics.queryOptions({ projectId, jobId: training?.id ?? "" }),
    enabled: training !== undefined,
  });
  return (
    <TrainingPanel
      state={loaded(state)}
      metrics={metrics.data ?? []}
      checkpoints={loaded(checkpoints)}
      curve={loaded(curve)}
      audit={audit.data}
      reliability={reliability.data}
      canTrain={hasRole(role, "annotator")}
      canChooseCheckpoint={hasRole(role, "reviewer")}
      start={(from) => told(client.training.start.mutate({ projectId, from }).then(() => state.refetch()))}
      cancel={(jobId) => told(client.training.cancel.mutate({ projectId, jobId }).then(() => state.refetch()))}
      keepOut={(specimen, keptOut) =>
        told(client.training.keepSpecimenOut.mutate({ projectId, specimen, keptOut }).then(() => state.refetch()))
      }
      guess={() =>
        told(
          client.checkpoint.guess
            .mutate({ projectId })
            .then(() => Promise.all([state.refetch(), checkpoints.refetch()])),
        )
      }
      makeCurrent={(checkpointId) =>
        told(
          client.checkpoint.makeCurrent
            .mutate({ projectId, checkpointId })
            .then(() => Promise.all([state.refetch(), checkpoints.refetch()])),
        )
      }
    />
  );
}
