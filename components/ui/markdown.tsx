import { Anchor, Title, Typography } from "@mantine/core";
import Markdown from "react-markdown";

/**
 * Text of a project's members. HTML in it is shown as text, addresses other than http(s), mailto and anchors are
 * dropped (both by react-markdown), and images are left out: they would tell another server who reads this.
 */
export function MarkdownText({ text }: { text: string }) {
  return (
    <Typography>
      <Markdown
        disallowedElements={["img"]}
        components={{
          // The text stands below the headings of a page and is not louder than they are.
          h1: ({ children }) => (
            <Title order={3} size="h4">
              {children}
            </Title>
          ),
          h2: ({ children }) => (
            <Title order={4} size="h5">
              {children}
            </Title>
          ),
          h3: ({ children }) => (
            <Title order={5} size="h6">
              {children}
            </Title>
          ),
          a: ({ href, children }) => (
            <Anchor href={href} target="_blank" rel="noopener noreferrer nofollow">
              {children}
            </Anchor>
          ),
        }}
      >
        {text}
      </Markdown>
    </Typography>
  );
}
