import { Badge, Group, Stack, Switch, Text } from "@mantine/core";
import { useState } from "react";
import type { SpecimenSide } from "./training-contract.ts";

interface SpecimenSplitProps {
  readonly specimens: readonly SpecimenSide[];
  readonly canChange: boolean;
  keepOut(specimen: string, keptOut: boolean): Promise<void>;
}

/** Which specimens are trained on. With one specimen there is nothing to divide: validation boxes do the measuring. */
export function SpecimenSplit({ specimens, canChange, keepOut }: SpecimenSplitProps) {
  const [busy, setBusy] = useState<string | null>(null);
  if (specimens.length < 2 && !specimens.some(({ keptOut }) => keptOut)) return null;
  return (
    <Stack gap={6}>
      <Text size="sm" fw={500}>
        Specimens kept out of training
      </Text>
      <Text size="xs" c="dimmed">
        The model never sees them while it learns; it is measured in their fully labelled boxes.
      </Text>
      {specimens.map(({ specimen, volumes, keptOut }) => (
        <Group key={specimen} gap="sm" wrap="nowrap">
          <Switch
            size="xs"
            checked={keptOut}
            disabled={!canChange || busy !== null}
            label={specimen}
            onChange={(event) => {
              setBusy(specimen);
              void keepOut(specimen, event.currentTarget.checked).finally(() => setBusy(null));
            }}
          />
          <Badge size="sm" variant="light" color="gray" tt="none">
            {volumes} {volumes === 1 ? "volume" : "volumes"}, {keptOut ? "kept out" : "trained on"}
          </Badge>
        </Group>
      ))}
    </Stack>
  );
}
