import { Text } from "@mantine/core";
import type { PublicationTarget } from "../../core/publication/missing-fields.ts";

/** Beside an empty field: who asks for it. */
export function MissingNote({ targets }: { targets: readonly PublicationTarget[] | undefined }) {
  if (!targets) return null;
  return (
    <Text span size="xs" c="var(--warning-text)">
      {" "}
      missing for {targets.join(", ")}
    </Text>
  );
}
