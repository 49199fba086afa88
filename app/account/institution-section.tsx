"use client";
import { Anchor, Button, Code, Group, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { Section } from "../../components/ui/section.tsx";
import { goToInstitution, institutionProblem } from "../_shell/session-requests.ts";
import { useTRPCClient } from "../_trpc/trpc.ts";
import { shownProblem, useConfirmed } from "./confirm-person.tsx";

export function InstitutionSection(props: {
  institution: { readonly name: string; readonly origin: string };
  identity: { readonly subject: string } | null;
}) {
  const { institution, identity } = props;
  const client = useTRPCClient();
  const confirmed = useConfirmed();
  const queryClient = useQueryClient();
  const error = useSearchParams().get("error");
  const link = useMutation({ mutationFn: () => confirmed(() => goToInstitution("link", "/account")) });
  const unlink = useMutation({
    mutationFn: () => confirmed(() => client.account.unlinkInstitution.mutate()),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [["account"]] }),
  });
  const problem = shownProblem(link.error ?? unlink.error) ?? institutionProblem(error, institution.name);
  const here = institution.origin === window.location.origin;
  return (
    <Section
      title={institution.name}
      text={`Linked, your account of ${institution.name} signs you in here. Nobody but you can link it.`}
    >
      {problem && <ProblemAlert problem={problem} />}
      {identity ? (
        <Group justify="space-between">
          <Text size="sm">
            Linked with <Code>{identity.subject}</Code>
          </Text>
          <Button variant="default" loading={unlink.isPending} onClick={() => unlink.mutate()}>
            Unlink
          </Button>
        </Group>
      ) : here ? (
        <Group>
          <Button loading={link.isPending || link.isSuccess} onClick={() => link.mutate()}>
            Link {institution.name}
          </Button>
        </Group>
      ) : (
        <Text size="sm">
          Link it at{" "}
          <Anchor href={`${institution.origin}/account`} size="sm" underline="always">
            {institution.origin}
          </Anchor>
          , the address that {institution.name} knows.
        </Text>
      )}
    </Section>
  );
}
