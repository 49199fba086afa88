"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { TaskActs } from "../../components/tasks/task-contract.ts";
import type { ProblemFields } from "../../core/problem.ts";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC } from "../_trpc/trpc.ts";

/** What is done with tasks, over the API, and what the last one of these failed of. */
export function useTaskActs(): TaskActs & { readonly problem: ProblemFields | null } {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const onSettled = () => queryClient.invalidateQueries({ queryKey: trpc.task.pathKey() });
  const finish = useMutation(trpc.task.finish.mutationOptions({ onSettled }));
  const reopen = useMutation(trpc.task.reopen.mutationOptions({ onSettled }));
  const withdraw = useMutation(trpc.task.withdraw.mutationOptions({ onSettled }));
  const transfer = useMutation(trpc.task.transfer.mutationOptions({ onSettled }));
  const all = [finish, reopen, withdraw, transfer];
  const failed = all.filter(({ error }) => error).sort((a, b) => b.submittedAt - a.submittedAt)[0];
  const newest = Math.max(...all.map(({ submittedAt }) => submittedAt));
  return {
    isBusy: all.some(({ isPending }) => isPending),
    problem: failed && failed.submittedAt === newest ? problemOfError(failed.error) : null,
    finish: ({ volumeId, id: taskId }) => finish.mutate({ volumeId, taskId }),
    reopen: ({ volumeId, id: taskId }) => reopen.mutate({ volumeId, taskId }),
    withdraw: ({ volumeId, id: taskId }) => withdraw.mutate({ volumeId, taskId }),
    transfer: ({ volumeId, id: taskId }, assigneeId) => transfer.mutate({ volumeId, taskId, assigneeId }),
  };
}
