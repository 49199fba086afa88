import { Anchor } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useCallback } from "react";
import type { ServerEvent } from "../../server/index.ts";

/** Says so where this person was named in a comment just now: for the page's stream of events. */
export function useMentions(userId: string): (event: ServerEvent) => void {
  return useCallback(
    (event: ServerEvent) => {
      if (event.topic !== "comments" || !event.mentions?.includes(userId)) return;
      notifications.show({
        id: `mention-${event.threadId}`,
        title: `${event.by} mentioned you`,
        message: <Anchor href={`/volumes/${event.volumeId}#comment=${event.threadId}`}>Read the comment</Anchor>,
        autoClose: 20_000,
      });
    },
    [userId],
  );
}
