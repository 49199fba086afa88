"use client";
import { Switch } from "@mantine/core";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { Section } from "../../../../components/ui/section.tsx";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useProject } from "../_project/project-context.ts";
import { useUpdateProject } from "../_project/use-update-project.ts";
import { useSavedNote } from "./use-saved-note.ts";

/** Whether anybody sees how much each member does. */
export function PaceSettings() {
  const project = useProject();
  const save = useUpdateProject(useSavedNote());
  return (
    <Section
      title="How much each member does"
      text="Off, nobody sees it, owners neither. On, every member sees for every member: open and finished tasks, proposals judged, and the seconds that one takes. All members are told when you switch it."
    >
      <Switch
        label="Show to all members how much each of them does"
        checked={project.showsPace}
        disabled={save.isPending}
        onChange={(event) => save.mutate({ showsPace: event.currentTarget.checked })}
      />
      {save.error && <ProblemAlert problem={problemOfError(save.error)} />}
    </Section>
  );
}
