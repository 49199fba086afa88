"use client";
import { Alert, Button, Code, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconDownload, IconKey } from "@tabler/icons-react";

function download(codes: readonly string[]): void {
  const text = `Recovery codes for Karyoloop at ${window.location.origin}\nEach works once in place of a code of the app.\n\n${codes.join("\n")}\n`;
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "karyoloop-recovery-codes.txt";
  link.click();
  URL.revokeObjectURL(url);
}

/** Shown this once: the server keeps nothing of them that could be read. */
export function RecoveryCodes({ codes, onClose }: { codes: readonly string[]; onClose(): void }) {
  return (
    <Alert color="green" icon={<IconKey aria-hidden />} title="The app is on. Keep these recovery codes.">
      <Stack gap="sm">
        <Text size="sm">
          Each signs you in once where the phone is not at hand. They are shown this once: print them, or keep them in a
          password manager.
        </Text>
        <SimpleGrid cols={{ base: 2, sm: 5 }} spacing="xs">
          {codes.map((code) => (
            <Code key={code}>{code}</Code>
          ))}
        </SimpleGrid>
        <Group>
          <Button
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={() => download(codes)}
          >
            Download
          </Button>
          <Button onClick={onClose}>I have kept them</Button>
        </Group>
      </Stack>
    </Alert>
  );
}
