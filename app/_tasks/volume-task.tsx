"use client";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import type { EditorApi } from "../../components/editor/editor-contract.ts";
import { TaskChip } from "../../components/tasks/task-chip.tsx";
import type { ShownTask } from "../../components/tasks/task-contract.ts";
import { taskObjection } from "../../core/tasks/task.ts";
import { wholeBox, type Zyx } from "../../core/volume/voxel-space.ts";
import { useReadAbout } from "../_notifications/use-read-about.ts";
import { useTRPC } from "../_trpc/trpc.ts";
import { useTaskActs } from "./use-task-acts.ts";

const taskOfHash = (): string | null => /[#&]task=([0-9a-f-]{36})(&|$)/.exec(window.location.hash)?.[1] ?? null;

export interface VolumeTask {
  readonly task: ShownTask | null;
  /** The address names it: somebody came for it. */
  readonly isNamed: boolean;
  attach(api: EditorApi): () => void;
  show(): void;
}

/**
 * The task that the address names, else the first open one that is this person's in the volume. An address with a task opens the editor
 * at its box.
 */
export function useVolumeTask(volumeId: string, shapeZyx: Zyx, userId: string): VolumeTask {
  const trpc = useTRPC();
  const tasks = useQuery(trpc.task.ofVolume.queryOptions({ volumeId }));
  const [named, setNamed] = useState(taskOfHash);
  const [api, setApi] = useState<EditorApi | null>(null);
  const shownFor = useRef<string | null>(null);
  useEffect(() => {
    const follow = () => setNamed((before) => taskOfHash() ?? before);
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  const task =
    tasks.data?.find(({ id }) => id === named) ??
    tasks.data?.find(({ assigneeId, state }) => assigneeId === userId && state === "open") ??
    null;
  const show = useCallback(() => {
    if (task) api?.flyToBox(task.box ?? wholeBox(shapeZyx));
  }, [api, task, shapeZyx]);
  useEffect(() => {
    if (!api || !task?.box || task.id !== named || shownFor.current === named) return;
    shownFor.current = named;
    api.flyToBox(task.box);
  }, [api, task, named]);
  const attach = useCallback((opened: EditorApi) => {
    setApi(opened);
    return () => setApi(null);
  }, []);
  return { task, isNamed: task !== null && task.id === named, attach, show };
}

export function VolumeTaskChip({ of: { task, isNamed, show }, userId }: { of: VolumeTask; userId: string }) {
  const acts = useTaskActs();
  useReadAbout(isNamed && task ? task.id : null);
  if (!task) return null;
  return (
    <TaskChip
      task={task}
      isBusy={acts.isBusy}
      problem={acts.problem}
      mayFinish={taskObjection("finish", task, { userId, role: task.role }) === null}
      onShow={show}
      onDone={() => acts.finish(task)}
    />
  );
}
