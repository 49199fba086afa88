import { Badge, Group, Text, Tooltip } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { fieldWords, publicationTargets } from "../../core/publication/missing-fields.ts";
import type { MissingFields } from "./fields-props.ts";

/** Of each target whether all that it asks for is said, and what is not. */
export function TargetReadiness({ missing }: { missing: MissingFields }) {
  return (
    <Group gap="xs" role="list" aria-label="What repositories ask for">
      {publicationTargets.map((target) => {
        const fields = [...missing].flatMap(([field, targets]) =>
          targets.includes(target) ? [fieldWords[field]] : [],
        );
        const isReady = fields.length === 0;
        return (
          <Tooltip
            key={target}
            label={isReady ? "All that it asks for is there." : `Missing: ${fields.join(", ")}.`}
            multiline
            maw={360}
          >
            <Badge
              role="listitem"
              tabIndex={0}
              variant="light"
              tt="none"
              color={isReady ? "teal" : "gray"}
              leftSection={isReady ? <IconCheck size={12} aria-hidden /> : undefined}
            >
              {target}: {isReady ? "all said" : `${fields.length} missing`}
            </Badge>
          </Tooltip>
        );
      })}
      {missing.size === 0 && (
        <Text size="sm" c="dimmed">
          Nothing is missing.
        </Text>
      )}
    </Group>
  );
}
