import { Stack, Text } from "@mantine/core";
import { auditWords, gainWords } from "./stopping-words.ts";
import type { AuditSample, CurvePoint } from "./training-contract.ts";

/** Is it good enough: what random questions say of the open proposals, and what the last trainings brought. */
export function WhenToStop({ points, audit }: { points: readonly CurvePoint[]; audit: AuditSample }) {
  const gain = gainWords(points);
  return (
    <Stack gap={4} role="group" aria-label="When to stop">
      <Text size="sm" fw={600}>
        Is it good enough?
      </Text>
      <Text size="sm">{auditWords(audit)}</Text>
      {gain && <Text size="sm">{gain}</Text>}
    </Stack>
  );
}
