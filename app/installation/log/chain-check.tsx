"use client";
import { Alert, Button, Group, Text } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { ProblemAlert } from "../../../components/ui/problem-alert.tsx";
import { problemOfError } from "../../_trpc/problem-of-error.ts";
import { useTRPCClient } from "../../_trpc/trpc.ts";

/** Has the server look through the chain of hashes. */
export function ChainCheck() {
  const client = useTRPCClient();
  const check = useMutation({ mutationFn: () => client.audit.verify.query() });
  return (
    <>
      <Group gap="sm">
        <Button size="xs" variant="default" loading={check.isPending} onClick={() => check.mutate()}>
          Check that nothing was changed
        </Button>
        <Text size="xs" c="dimmed">
          Each row carries a hash over itself and the row before it.
        </Text>
      </Group>
      {check.error && <ProblemAlert problem={problemOfError(check.error)} />}
      {check.data?.whole === true && (
        <Alert
          color="teal"
          icon={<IconCheck aria-hidden />}
          title={`All ${check.data.rows} rows are as they were written`}
        >
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            The chain ends at row {check.data.end.position} with {check.data.end.hash}. Noted in another place, this
            shows later that nobody made the whole chain anew.
          </Text>
        </Alert>
      )}
      {check.data?.whole === false && (
        <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title="The log was changed" role="alert">
          <Text size="sm">
            At row {check.data.position}: {check.data.what} Compare with an earlier export or a backup.
          </Text>
        </Alert>
      )}
    </>
  );
}
