import { ActionIcon, Tooltip } from "@mantine/core";
import { IconArrowsMaximize, IconArrowsMinimize, IconFocusCentered } from "@tabler/icons-react";
import { useSyncExternalStore } from "react";
import type { PaneId, ViewStore } from "../viewer-contract.ts";
import styles from "../volume-viewer.module.css";

/** Fit and maximise, at the corner of a pane. */
export function PaneButtons({ pane, view, onFit }: { pane: PaneId; view: ViewStore; onFit?: () => void }) {
  const isMaximised = useSyncExternalStore(
    view.subscribe,
    () => view.get().maximisedPane === pane,
    () => false,
  );
  const maximiseText = isMaximised ? "Show all panes" : "Maximise this pane";
  return (
    <div className={styles.buttons}>
      <Tooltip label="Fit the whole volume" openDelay={400}>
        <ActionIcon
          size="sm"
          variant="subtle"
          color="gray"
          aria-label="Fit the whole volume"
          onClick={onFit ?? view.fit}
        >
          <IconFocusCentered size={15} stroke={1.75} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={maximiseText} openDelay={400}>
        <ActionIcon
          size="sm"
          variant="subtle"
          color="gray"
          aria-label={maximiseText}
          onClick={() => view.set({ maximisedPane: isMaximised ? null : pane })}
        >
          {isMaximised ? (
            <IconArrowsMinimize size={15} stroke={1.75} />
          ) : (
            <IconArrowsMaximize size={15} stroke={1.75} />
          )}
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
