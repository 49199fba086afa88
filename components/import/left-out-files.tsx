import { Alert, List, Text } from "@mantine/core";
import type { LeftOutFile } from "../../core/import/folder-plan.ts";

const SHOWN = 12;

/** How the files of a folder were understood, and which of them are not sent. */
export function LeftOutFiles(props: {
  conventions: readonly string[];
  leftOut: readonly LeftOutFile[];
  onClose(): void;
}) {
  const { conventions, leftOut } = props;
  if (conventions.length === 0 && leftOut.length === 0) return null;
  const first = [...leftOut].sort((a, b) => Number(b.missed) - Number(a.missed));
  return (
    <Alert
      color={leftOut.some(({ missed }) => missed) ? "orange" : "blue"}
      variant="light"
      withCloseButton
      closeButtonLabel="Close"
      onClose={props.onClose}
      title={conventions.length > 0 ? "Recognised from names and folders" : "Left out"}
    >
      {conventions.length > 0 && (
        <Text size="sm">{conventions.join("; ")}. Look at each pair below before you import it.</Text>
      )}
      {leftOut.length > 0 && (
        <>
          {conventions.length > 0 && (
            <Text size="sm" mt="xs">
              Left out:
            </Text>
          )}
          <List size="sm" mt={4}>
            {first.slice(0, SHOWN).map(({ file, why }) => (
              <List.Item key={file}>
                {file}: {why}
              </List.Item>
            ))}
            {leftOut.length > SHOWN && <List.Item>and {leftOut.length - SHOWN} more files</List.Item>}
          </List>
        </>
      )}
    </Alert>
  );
}
