import { Button, Group } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { type AuditQuestion, exportQuery } from "./audit-filter.tsx";

/** What is shown, as files; `address` is the route that answers. */
export function ExportLinks({ address, question }: { address: string; question: AuditQuestion }) {
  return (
    <Group gap="xs" wrap="nowrap">
      {(["csv", "jsonl"] as const).map((format) => (
        <Button
          key={format}
          component="a"
          href={`${address}?${exportQuery(question, format)}`}
          download
          size="xs"
          variant="default"
          leftSection={<IconDownload size={14} />}
        >
          {format === "csv" ? "CSV" : "JSON Lines"}
        </Button>
      ))}
    </Group>
  );
}
