import { ActionIcon, CopyButton, Group, Stack, Text, TextInput } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

/** A link or token that is shown once. Without a clipboard (plain http) the selected text can be copied by hand. */
export function SecretLink({ label, value, hint }: { label: string; value: string; hint: string }) {
  const clipboard = typeof navigator !== "undefined" && "clipboard" in navigator;
  return (
    <Stack gap={4}>
      <Group align="flex-end" gap="xs" wrap="nowrap">
        <TextInput
          label={label}
          value={value}
          readOnly
          flex={1}
          onFocus={(event) => event.currentTarget.select()}
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        />
        {clipboard && (
          <CopyButton value={value}>
            {({ copied, copy }) => (
              <ActionIcon size={36} variant="default" onClick={copy} aria-label={copied ? "Copied" : `Copy: ${label}`}>
                {copied ? <IconCheck size={18} /> : <IconCopy size={18} />}
              </ActionIcon>
            )}
          </CopyButton>
        )}
      </Group>
      <Text size="xs" c="dimmed">
        {hint}
      </Text>
    </Stack>
  );
}
