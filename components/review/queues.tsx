import { Button, Group, SegmentedControl } from "@mantine/core";
import { IconBook, IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { type ReactNode, useId, useState } from "react";
import { MarkdownText } from "../ui/markdown.tsx";
import styles from "./proposal-list.module.css";

type ShownQueue = "proposals" | "second-look";

export interface QueuesProps {
  readonly shown: ShownQueue;
  /** How many nuclei wait for a second person, and were sent back; null where the project asks for none and none was looked at. */
  readonly secondLook: { readonly waiting: number; readonly sentBack: number } | null;
  /** What the project's owners wrote down for those who label; empty: nothing. */
  readonly guidelines: string;
  onShow(queue: ShownQueue): void;
  readonly children: ReactNode;
}

/** The two queues of a volume, of what a model proposed and of what people accepted, and what was agreed on beside them. */
export function Queues({ shown, secondLook, guidelines, onShow, children }: QueuesProps) {
  const [isOpen, setOpen] = useState(false);
  const textId = useId();
  return (
    <div className={styles.queueBody}>
      {(secondLook || guidelines !== "") && (
        <Group className={styles.ways} gap={6} wrap="nowrap">
          {secondLook && (
            <SegmentedControl
              size="xs"
              fullWidth
              flex={1}
              aria-label="Which queue"
              data={[
                { value: "proposals", label: "Proposals" },
                { value: "second-look", label: secondLookWords(secondLook) },
              ]}
              value={shown}
              onChange={(value) => onShow(value as ShownQueue)}
            />
          )}
          {guidelines !== "" && (
            <Button
              size="compact-xs"
              variant="subtle"
              color="gray"
              leftSection={<IconBook size={14} aria-hidden />}
              rightSection={
                isOpen ? <IconChevronUp size={12} aria-hidden /> : <IconChevronDown size={12} aria-hidden />
              }
              aria-expanded={isOpen}
              aria-controls={textId}
              onClick={() => setOpen(!isOpen)}
            >
              Guidelines
            </Button>
          )}
        </Group>
      )}
      {isOpen && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
        <section id={textId} className={styles.guidelines} aria-label="Guidelines" tabIndex={0}>
          <MarkdownText text={guidelines} />
        </section>
      )}
      <div className={styles.queueRest}>{children}</div>
    </div>
  );
}

const secondLookWords = ({ waiting, sentBack }: { readonly waiting: number; readonly sentBack: number }): string => {
  const counts = [waiting > 0 && waiting.toLocaleString("en-US"), sentBack > 0 && `${sentBack} back`].filter(Boolean);
  return counts.length > 0 ? `Second look (${counts.join(" · ")})` : "Second look";
};
