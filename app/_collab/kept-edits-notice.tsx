"use client";
import { Alert, Button, Text } from "@mantine/core";
import { IconDeviceFloppy } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { saveKeptEdits } from "./download-edits.ts";
import { editCount, type KeptEdits, readKeptEdits } from "./kept-edits.ts";

const LOOK_EVERY_MS = 3000;

const whatToDo = {
  "signed-out":
    "The session has ended. Sign in again as the same person, in this browser, and open the volume: they are then sent by themselves.",
  "no-access":
    "You have no access to this volume any more. An owner of the project can add you again, on the page People: when you then open the volume in this browser, they are sent by themselves. Until then do not clear the data of this site.",
  "not-open":
    "They are sent by themselves as soon as the volume is open in this browser again. Where you have no access any more, an owner of the project can add you again. Until then do not clear the data of this site.",
} as const;

/**
 * Edits that this browser keeps while their author cannot send them: the session has ended, the project has let the person
 * go, or the page was closed. They are named, can be saved as a file, and it is said what brings them back. Nothing where
 * nothing is kept.
 */
export function KeptEditsNotice(props: {
  why: keyof typeof whatToDo;
  /** Only of this volume. */
  volumeId?: string;
  userId?: string;
}) {
  const { why, volumeId, userId } = props;
  const [kept, setKept] = useState<readonly KeptEdits[]>([]);
  useEffect(() => {
    let over = false;
    const look = async () => {
      const found = await readKeptEdits();
      if (over) return;
      // What was refused has been shown in the volume; it is kept, and is no reason to go there again.
      const isTold = ({ unsaved }: KeptEdits) => why !== "not-open" || unsaved.length > 0;
      const isAsked = (one: KeptEdits) =>
        (!volumeId || one.volumeId === volumeId) && (!userId || one.userId === userId);
      setKept(found.filter((one) => isAsked(one) && isTold(one)));
    };
    void look();
    const timer = setInterval(() => void look(), LOOK_EVERY_MS);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [why, volumeId, userId]);
  const edits = kept.reduce((sum, one) => sum + editCount(one), 0);
  if (edits === 0) return null;
  const they = edits === 1 ? "1 edit is" : `${edits} edits are`;
  return (
    <Alert
      color="yellow"
      icon={<IconDeviceFloppy aria-hidden />}
      title={`${they} kept in this browser and not saved on the server`}
      data-testid="kept-edits"
    >
      <Text size="sm">
        {whatToDo[why]} They can also be saved as a file: an owner of the project brings it in on the project's page, at
        the volume, and the edits are yours there as if this browser had sent them.
      </Text>
      {kept.map((one) => (
        <Button
          key={`${one.volumeId} ${one.userId}`}
          mt="xs"
          mr="xs"
          size="compact-sm"
          variant="default"
          onClick={() => saveKeptEdits(one)}
        >
          Save {kept.length > 1 ? `those of volume ${one.volumeId.slice(0, 8)}` : "them"} as a file
        </Button>
      ))}
    </Alert>
  );
}
