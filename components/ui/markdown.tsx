import { Anchor, Typography } from "@mantine/core";
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
