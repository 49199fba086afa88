import { Code, Spoiler, Stack, Text } from "@mantine/core";
import type { SourceFile } from "../../core/import/source-file.ts";
import { byteSize } from "./byte-size.ts";

/** The files that a volume came from, as they were: name, size, checksum, and what they say of themselves. */
export function SourceFiles({ files }: { files: readonly SourceFile[] }) {
  if (files.length === 0) return null;
  return (
    <details>
      <Text component="summary" size="sm" c="dimmed" style={{ cursor: "pointer" }}>
        From {files.map(({ fileName }) => fileName).join(" and ")}
      </Text>
      <Stack gap="xs" mt="xs">
        {files.map((file) => (
          <div key={`${file.part} ${file.sha256}`}>
            <Text size="sm">
              {file.part === "image" ? "Image" : "Labels"}: {file.fileName}
              {file.image ? `, ${file.image}, channel ${file.channel + 1}, time ${file.time + 1}` : ""}
              {file.bytes > 0 ? `, ${byteSize(file.bytes)}` : ""}
            </Text>
            <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
              SHA-256 {file.sha256}
            </Text>
            {file.header && (
              <Spoiler maxHeight={90} showLabel="Show the whole header" hideLabel="Less">
                <Code block style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
                  {file.header}
                </Code>
              </Spoiler>
            )}
          </div>
        ))}
      </Stack>
    </details>
  );
}
