import { Button, Group, Loader, Progress, Stack, Text } from "@mantine/core";
import { IconWifiOff } from "@tabler/icons-react";
import { isFinalRefusal } from "../../core/import/other-formats.ts";
import type { ProblemFields } from "../../core/problem.ts";
import { ProblemAlert } from "../ui/problem-alert.tsx";
import { byteSize } from "./byte-size.ts";

export type UploadStage =
  | { readonly kind: "uploading"; readonly sentBytes: number; readonly connected: boolean }
  /** Without a phase it is looked into; else the server makes it ready for that. */
  | { readonly kind: "reading"; readonly phase?: string; readonly percent?: number | null }
  | { readonly kind: "failed"; readonly problem: ProblemFields };

const phaseWords = (phase: string, percent: number | null): string =>
  `${phase}${percent === null ? "" : ` (${percent} %)`}…`;

/** A file on its way: how far it is, or why it went no further. */
export function UploadRow(props: {
  fileName: string;
  sizeBytes: number;
  stage: UploadStage;
  onCancel(): void;
  onRetry(): void;
}) {
  const { fileName, sizeBytes, stage } = props;
  const percent = stage.kind === "uploading" ? (100 * stage.sentBytes) / sizeBytes : 100;
  return (
    <Stack gap={6}>
      <Group justify="space-between" wrap="nowrap">
        <div style={{ minWidth: 0 }}>
          <Text fw={600} truncate>
            {fileName}
          </Text>
          <Text size="xs" c="dimmed" role="status">
            {stage.kind === "uploading" &&
              `${byteSize(stage.sentBytes)} of ${byteSize(sizeBytes)} sent${stage.connected ? "" : " — the server does not answer, trying again"}`}
            {stage.kind === "reading" &&
              (stage.phase ? phaseWords(stage.phase, stage.percent ?? null) : "Looking into the file…")}
            {stage.kind === "failed" && byteSize(sizeBytes)}
          </Text>
        </div>
        <Group gap="xs" wrap="nowrap">
          {stage.kind === "reading" && <Loader size="xs" />}
          {stage.kind === "uploading" && !stage.connected && (
            <IconWifiOff size={18} aria-label="the server does not answer" />
          )}
          <Button size="xs" variant="default" onClick={props.onCancel}>
            {stage.kind === "failed" ? "Remove" : "Cancel"}
          </Button>
        </Group>
      </Group>
      {stage.kind === "uploading" && <Progress value={percent} aria-label={`Upload of ${fileName}`} />}
      {stage.kind === "failed" && (
        <ProblemAlert problem={stage.problem} onRetry={isFinalRefusal(stage.problem.tag) ? undefined : props.onRetry} />
      )}
    </Stack>
  );
}
