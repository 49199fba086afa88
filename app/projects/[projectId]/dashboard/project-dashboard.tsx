"use client";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Dashboard } from "../../../../components/dashboard/dashboard.tsx";
import { Problem } from "../../../../core/problem.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProject } from "../_project/project-context.ts";

/** Strokes of others are told to the lists that they change; these figures are asked for again. */
const AGAIN_MS = 60_000;
/** While something is counted or measured. */
const SOON_MS = 3000;

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

/** Each figure over the API, by itself. */
export function ProjectDashboard() {
  const { id: projectId } = useProject();
  const trpc = useTRPC();
  const course = useQuery(
    trpc.dashboard.course.queryOptions(
      { projectId },
      {
        refetchOnMount: "always",
        refetchInterval: ({ state }) => (state.data && state.data.uncounted > 0 ? SOON_MS : AGAIN_MS),
      },
    ),
  );
  const queue = useQuery(trpc.dashboard.queue.queryOptions({ projectId }, { refetchOnMount: "always" }));
  const reviews = useQuery(
    trpc.nucleus.counts.queryOptions({ projectId }, { staleTime: 30_000, refetchOnMount: "always" }),
  );
  const audit = useQuery(trpc.learningCurve.audit.queryOptions({ projectId }));
  const curve = useQuery(trpc.learningCurve.points.queryOptions({ projectId }));
  const disk = useQuery(
    trpc.dashboard.disk.queryOptions(
      { projectId },
      { refetchInterval: ({ state }) => (state.data?.measuring ? SOON_MS : false) },
    ),
  );
  const vigilance = useQuery(trpc.dashboard.vigilance.queryOptions({ projectId }));
  const classes = useQuery(trpc.nucleusClass.list.queryOptions({ projectId }));
  const classColors = useMemo(
    () => new Map((classes.data ?? []).map(({ name, color }) => [name, color])),
    [classes.data],
  );
  return (
    <Dashboard
      course={loaded(course)}
      queue={loaded(queue)}
      reviews={loaded(reviews)}
      audit={loaded(audit)}
      curve={loaded(curve)}
      disk={loaded(disk)}
      vigilance={loaded(vigilance)}
      classColors={classColors}
      today={new Date().toISOString().slice(0, 10)}
    />
  );
}
