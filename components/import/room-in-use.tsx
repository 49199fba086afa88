import { Group, Progress, Text } from "@mantine/core";
import { byteSize } from "./byte-size.ts";

export interface ShownRoom {
  readonly usedBytes: number;
  /** Null = no bound. */
  readonly quotaBytes: number | null;
}

/** Above this share the next volume may not fit any more. */
const NEARLY_FULL = 0.9;

/** How much is in use of the room on the server, of a person and of a project. */
export function RoomInUse({ rooms }: { rooms: readonly (readonly [name: string, room: ShownRoom])[] }) {
  return (
    <Group gap="xl" data-testid="room-in-use">
      {rooms.map(([name, { usedBytes, quotaBytes }]) => {
        const share = quotaBytes ? usedBytes / quotaBytes : 0;
        return (
          <div key={name}>
            <Text size="xs" c={share > NEARLY_FULL ? "orange" : "dimmed"}>
              {name}: {byteSize(usedBytes)}
              {quotaBytes === null ? " in use" : ` of ${byteSize(quotaBytes)} in use`}
            </Text>
            {quotaBytes !== null && (
              <Progress
                value={Math.min(100, 100 * share)}
                color={share > NEARLY_FULL ? "orange" : "teal"}
                size="xs"
                mt={4}
                aria-label={`${name}: room in use`}
              />
            )}
          </div>
        );
      })}
    </Group>
  );
}
