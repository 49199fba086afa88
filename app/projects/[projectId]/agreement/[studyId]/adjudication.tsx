"use client";
import { Alert, Anchor, Button, Group, Radio, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { ProblemAlert } from "../../../../../components/ui/problem-alert.tsx";
import { Section } from "../../../../../components/ui/section.tsx";
import { type ConsensusMethod, studyActObjection } from "../../../../../core/agreement/blind-study.ts";
import type { ShownStudy } from "../../../../../core/agreement/shown-study.ts";
import { usePerson } from "../../../../_shell/require-person.tsx";
import { problemOfError } from "../../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../../_trpc/trpc.ts";
import { useProject } from "../../_project/project-context.ts";

/** What most agree on becomes proposals, which the adjudicator judges in the ordinary queue. */
export function Adjudication({ study }: { study: ShownStudy }) {
  const { id: projectId, role } = useProject();
  const person = usePerson();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [method, setMethod] = useState<ConsensusMethod>("majority");
  const onSettled = () => queryClient.invalidateQueries({ queryKey: trpc.study.pathKey() });
  const propose = useMutation(trpc.study.propose.mutationOptions({ onSettled }));
  const finish = useMutation(trpc.study.finish.mutationOptions({ onSettled }));
  const objection = studyActObjection("propose", study, { userId: person.id, role });
  const error = propose.error ?? finish.error;
  const queue = (
    <Anchor component={Link} href={`/volumes/${study.volumeId}?open=queue`} size="sm">
      Judge them in the queue
    </Anchor>
  );
  return (
    <Section
      title="Consensus"
      text="What half of the people have, or more, is proposed in the volume, with how many have it."
    >
      {error && <ProblemAlert problem={problemOfError(error)} />}
      {propose.data && (
        <Alert variant="light" color="teal" role="status" title={`${propose.data.nuclei} nuclei are proposed`}>
          {queue}
        </Alert>
      )}
      {objection ? (
        <Text size="sm" c="dimmed">
          {study.state === "adjudicated" ? "The adjudicator is through." : `${study.adjudicator} judges it.`}
        </Text>
      ) : (
        <Stack gap="sm">
          <Radio.Group
            label="How outlines are made of several"
            value={method}
            onChange={(value) => setMethod(value as ConsensusMethod)}
          >
            <Stack gap={4} mt="xs">
              <Radio value="majority" label="Majority: voxels that most of those who have the nucleus drew" />
              <Radio value="staple" label="STAPLE: who agrees more with the others counts more" />
            </Stack>
          </Radio.Group>
          <Group>
            <Button
              loading={propose.isPending}
              onClick={() => propose.mutate({ projectId, studyId: study.id, method })}
            >
              {study.consensus ? "Propose it again" : "Propose the consensus"}
            </Button>
            {study.consensus && (
              <>
                {!propose.data && queue}
                <Button
                  variant="default"
                  loading={finish.isPending}
                  onClick={() => finish.mutate({ projectId, studyId: study.id })}
                >
                  I have judged it
                </Button>
              </>
            )}
          </Group>
        </Stack>
      )}
    </Section>
  );
}
