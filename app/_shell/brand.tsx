import { Group, Text } from "@mantine/core";

/** A nucleus inside a turning loop. */
export function Brand({ size = 22 }: { size?: number }) {
  return (
    <Group gap={8} wrap="nowrap">
      <svg width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden="true" focusable="false">
        <path
          d="M20.5 9.2A9 9 0 1 0 21 12"
          stroke="var(--mantine-primary-color-filled)"
          strokeWidth="2.2"
          strokeLinecap="round"
        />
        <path d="M21.6 4.6v5h-5" stroke="var(--mantine-primary-color-filled)" strokeWidth="2.2" strokeLinecap="round" />
        <ellipse cx="11.6" cy="12.4" rx="4.4" ry="3.4" fill="var(--mantine-primary-color-filled)" />
      </svg>
      <Text fw={650} component="span">
        Karyoloop
      </Text>
    </Group>
  );
}
