import { ActionIcon, Button, Group, Text, Tooltip } from "@mantine/core";
import { IconChevronLeft, IconChevronRight, IconHistory } from "@tabler/icons-react";
import { momentWords } from "../../ui/moment-words.ts";
import styles from "../editor.module.css";
import type { PastView } from "../editor-contract.ts";

/** Says over the panes that they show labels as they were, steps through the acts, and leads back to now. */
export function PastBanner({ past, onNow }: { past: PastView; onNow(): void }) {
  return (
    <div className={styles.past} role="status" data-testid="past-banner">
      <IconHistory size={18} aria-hidden />
      <div style={{ minWidth: 0 }}>
        <Text size="sm" fw={600} style={{ whiteSpace: "nowrap" }}>
          As of {momentWords(past.atMs)}
        </Text>
        <Text size="xs" truncate title={past.words}>
          {past.words}
        </Text>
      </div>
      <Group gap={4} wrap="nowrap">
        <Step text="One act back" icon={<IconChevronLeft size={16} aria-hidden />} step={past.earlier} />
        <Step text="One act on" icon={<IconChevronRight size={16} aria-hidden />} step={past.later} />
        <Button size="compact-sm" onClick={onNow}>
          Back to now
        </Button>
      </Group>
    </div>
  );
}

function Step({ text, icon, step }: { text: string; icon: React.ReactNode; step: (() => void) | null }) {
  return (
    <Tooltip label={text}>
      <ActionIcon size="md" variant="default" aria-label={text} disabled={!step} onClick={() => step?.()}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
