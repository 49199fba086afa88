"use client";
import { Button, Code, Text } from "@mantine/core";
import { CenteredPage } from "./_shell/centered-page.tsx";

/** A fault of ours on a page: in words, with the way on. Labels are not in the page's hands: they are saved or kept. */
export default function PageFailed({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <CenteredPage title="This page failed">
      <Text size="sm">
        That is a fault of the program, not yours. What you labelled is saved, or kept on this computer until it is.
      </Text>
      <Button onClick={reset}>Show the page again</Button>
      <Button component="a" href="/projects" variant="default">
        To your projects
      </Button>
      <Text size="xs" c="dimmed">
        If it comes back, tell whoever runs this server:
      </Text>
      <Code block style={{ whiteSpace: "pre-wrap" }}>
        {error.digest ?? error.message}
      </Code>
    </CenteredPage>
  );
}
