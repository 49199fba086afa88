import { Button, Group, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import type { ProblemFields } from "../../core/problem.ts";
import { GOAL_MAX_LENGTH } from "../../core/tasks/task.ts";
import { boxShape, type VoxelBox } from "../../core/volume/voxel-space.ts";
import { ProblemAlert } from "../ui/problem-alert.tsx";
import type { Labeller } from "./task-contract.ts";
import { today } from "./task-words.ts";

export interface TaskToGive {
  readonly volumeId: string;
  readonly box: VoxelBox | null;
  readonly goal: string;
  readonly due: string | null;
  readonly assigneeId: string | null;
}

interface GiveTaskFormProps {
  readonly volumes: readonly { readonly id: string; readonly name: string }[];
  readonly volumeId: string;
  /** Of the volume that is chosen. */
  readonly boxes: readonly { readonly id: string; readonly kind: string; readonly box: VoxelBox }[];
  readonly labellers: readonly Labeller[];
  readonly isPending: boolean;
  readonly problem: ProblemFields | null;
  onVolume(volumeId: string): void;
  /** Resolves when it is given; the form is empty then. */
  onGive(task: TaskToGive): Promise<void>;
}

const boxWords = ({ kind, box }: GiveTaskFormProps["boxes"][number]): string =>
  `${kind === "validation" ? "Validation box" : "Box"} at z ${box.minZyx[0]}, y ${box.minZyx[1]}, x ${box.minZyx[2]}, ${boxShape(box).join(" × ")} voxels`;

export function GiveTaskForm(props: GiveTaskFormProps) {
  const { volumes, volumeId, boxes, labellers, problem } = props;
  const [boxId, setBoxId] = useState("");
  const [goal, setGoal] = useState("");
  const [due, setDue] = useState("");
  const [assigneeId, setAssigneeId] = useState("");
  const errorOf = (field: string) => (problem?.where === field ? problem.what : undefined);
  const isShownAtField = ["goal", "due", "assigneeId"].some(errorOf);
  return (
    <form
      aria-label="Give a task"
      onSubmit={(event) => {
        event.preventDefault();
        const box = boxes.find(({ id }) => id === boxId)?.box ?? null;
        void props
          .onGive({ volumeId, box, goal, due: due || null, assigneeId: assigneeId || null })
          .then(() => setGoal(""))
          .catch(() => {}); // the form says so
      }}
    >
      <Stack gap="sm">
        <TextInput
          label="What is to be done"
          placeholder="All nuclei of the inner cell mass, mitotic ones with their class"
          required
          maxLength={GOAL_MAX_LENGTH}
          value={goal}
          error={errorOf("goal")}
          onChange={(event) => setGoal(event.currentTarget.value)}
        />
        <Group align="flex-start" grow>
          <NativeSelect
            label="Volume"
            value={volumeId}
            data={volumes.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(event) => {
              setBoxId("");
              props.onVolume(event.currentTarget.value);
            }}
          />
          <NativeSelect
            label="Where"
            description={boxes.length === 0 ? "Boxes are drawn in the editor" : undefined}
            value={boxId}
            data={[
              { value: "", label: "The whole volume" },
              ...boxes.map((one) => ({ value: one.id, label: boxWords(one) })),
            ]}
            onChange={(event) => setBoxId(event.currentTarget.value)}
          />
        </Group>
        <Group align="flex-start" grow>
          <NativeSelect
            label="Who"
            value={assigneeId}
            error={errorOf("assigneeId")}
            data={[
              { value: "", label: "Whoever takes it" },
              ...labellers.map(({ userId, name }) => ({ value: userId, label: name })),
            ]}
            onChange={(event) => setAssigneeId(event.currentTarget.value)}
          />
          <TextInput
            label="Due on"
            type="date"
            min={today()}
            value={due}
            error={errorOf("due")}
            onChange={(event) => setDue(event.currentTarget.value)}
          />
        </Group>
        {problem && !isShownAtField && <ProblemAlert problem={problem} />}
        <Group>
          <Button type="submit" loading={props.isPending} disabled={volumeId === ""}>
            Give the task
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
