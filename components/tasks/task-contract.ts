import type { Role } from "../../core/roles.ts";
import type { TaskStanding } from "../../core/tasks/task.ts";
import type { VoxelBox } from "../../core/volume/voxel-space.ts";

/** A task as lists show it. */
export interface ShownTask extends TaskStanding {
  readonly id: string;
  readonly goal: string;
  readonly box: VoxelBox | null;
  readonly projectId: string;
  readonly projectName: string;
  readonly volumeId: string;
  readonly volumeName: string;
  /** Of the reader, in its project. */
  readonly role: Role;
  readonly assignee: string | null;
  readonly givenBy: string;
  readonly doneAt: Date | null;
  readonly doneBy: string | null;
}

export interface TaskActs {
  readonly isBusy: boolean;
  finish(task: ShownTask): void;
  reopen(task: ShownTask): void;
  withdraw(task: ShownTask): void;
  /** Null: whoever wants takes it. */
  transfer(task: ShownTask, assigneeId: string | null): void;
}

/** A member who can have tasks. */
export interface Labeller {
  readonly userId: string;
  readonly name: string;
}

export const taskHref = ({ volumeId, id }: Pick<ShownTask, "volumeId" | "id">): string =>
  `/volumes/${volumeId}#task=${id}`;
