"use client";
import { Button, Group, NumberInput, Radio, Stack } from "@mantine/core";
import { useState } from "react";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { Section } from "../../../../components/ui/section.tsx";
import type { ReviewScope } from "../../../../core/review/review-rule.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useProject } from "../_project/project-context.ts";
import { useUpdateProject } from "../_project/use-update-project.ts";
import { useSavedNote } from "./use-saved-note.ts";

const choices: readonly { readonly value: ReviewScope; readonly label: string; readonly description: string }[] = [
  { value: "none", label: "Nobody looks again", description: "One person's word is enough" },
  { value: "all", label: "Every accepted nucleus", description: "The surest, and twice the work" },
  { value: "share", label: "A share of them", description: "Drawn at random, and always the same ones" },
  {
    value: "corrected",
    label: "Those that people corrected or drew",
    description: "What the model proposed and somebody accepted as it was is left out",
  },
  { value: "newcomers", label: "Those of new members", description: "Whatever they make in their first days here" },
];

/** Which nuclei a second person is asked about. */
export function ReviewSettings() {
  const project = useProject();
  const [scope, setScope] = useState<ReviewScope>(project.reviewScope);
  const [share, setShare] = useState<number | string>(project.reviewSharePercent);
  const [days, setDays] = useState<number | string>(project.newcomerDays);
  const save = useUpdateProject(useSavedNote());
  return (
    <Section
      title="Second look"
      text="Which accepted nuclei are looked at by another person than those who drew, corrected or accepted them. Who looks approves, sends back with a comment, or corrects; then somebody else looks."
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate({ reviewScope: scope, reviewSharePercent: Number(share), newcomerDays: Number(days) });
        }}
      >
        <Stack>
          <Radio.Group value={scope} onChange={(value) => setScope(value as ReviewScope)} aria-label="Second look">
            <Stack gap="xs">
              {choices.map((choice) => (
                <Radio key={choice.value} {...choice} />
              ))}
            </Stack>
          </Radio.Group>
          {scope === "share" && (
            <NumberInput
              label="Share, in percent"
              maw={220}
              required
              min={1}
              max={100}
              allowDecimal={false}
              value={share}
              onChange={setShare}
            />
          )}
          {scope === "newcomers" && (
            <NumberInput
              label="New for so many days"
              maw={220}
              required
              min={1}
              max={365}
              allowDecimal={false}
              value={days}
              onChange={setDays}
            />
          )}
          {save.error && <ProblemAlert problem={problemOfError(save.error)} />}
          <Group>
            <Button type="submit" loading={save.isPending} disabled={share === "" || days === ""}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
