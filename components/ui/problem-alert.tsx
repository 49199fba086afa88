import { Alert, Button, Code, Group, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ProblemFields } from "../../core/problem.ts";

/** An error in words: what, where, what to do. Announced to screen readers as it appears. */
export function ProblemAlert({ problem, onRetry }: { problem: ProblemFields; onRetry?: () => void }) {
  return (
    <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title={problem.what} role="alert">
      {problem.where && <Text size="sm">{problem.where}</Text>}
      {problem.hint && <Text size="sm">{problem.hint}</Text>}
      {problem.requestId && (
        <Text size="sm">
          Request <Code>{problem.requestId}</Code>
        </Text>
      )}
      {onRetry && (
        <Group mt="xs">
          <Button size="xs" variant="light" color="red" onClick={onRetry}>
            Try again
          </Button>
        </Group>
      )}
    </Alert>
  );
}
