"use client";
import { Alert, Button, FileButton, Group, List, Modal, Progress, Stack, Text } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { Problem } from "../../../../core/problem.ts";
import { type KeptEditsFile, keptActs, MAX_KEPT_EDITS_BYTES } from "../../../../core/sync/unsent/kept-edits-file.ts";
import { createLabelApi } from "../../../_collab/label-api.ts";
import { objectionTo, sendKeptEdits } from "../../../_collab/send-kept-edits.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPCClient } from "../../../_trpc/trpc.ts";
import type { ShownVolume } from "./shown-volume.ts";

/** An owner brings in what somebody's browser kept and saved as a file, because its person could not send it. */
export function BringInEdits({ volume, onClose }: { volume: ShownVolume; onClose(): void }) {
  const client = useTRPCClient();
  const [share, setShare] = useState(0);
  const read = useMutation({ mutationFn: (chosen: File) => readFile(chosen, volume.id) });
  const send = useMutation({
    mutationFn: (file: KeptEditsFile) =>
      sendKeptEdits(file, receiverOf(volume.id, client), setShare).catch((error) => {
        throw new Problem(problemOfError(error), { cause: error });
      }),
  });
  const file = read.data;
  const choose = (chosen: File | null) => {
    if (!chosen) return;
    send.reset();
    setShare(0);
    read.mutate(chosen);
  };
  return (
    <Modal opened onClose={onClose} title={`Bring kept edits into ${volume.name}`} size="lg">
      <Stack>
        <Text size="sm">
          A browser keeps what its person painted until the server has it. Where it cannot be sent any more, because the
          person has left the project, say, they can save it as a file. Its edits become theirs here, in the order in
          which they were made; what is here already stays as it is.
        </Text>
        {read.error && <ProblemAlert problem={problemOfError(read.error)} />}
        {file && <WhatIsInside file={file} />}
        {send.isPending && <Progress value={100 * share} aria-label="Edits brought in" />}
        {send.error && <ProblemAlert problem={problemOfError(send.error)} />}
        {send.data && (
          <Alert color="green" icon={<IconCheck aria-hidden />} title={`Edits of ${send.data.madeBy}`} role="status">
            {send.data.broughtIn === 0
              ? "All of them were in the volume already: nothing has changed."
              : `${recordsOf(send.data.broughtIn)} in the volume now${send.data.alreadyThere > 0 ? `, ${recordsOf(send.data.alreadyThere)} in it already` : ""}.`}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {send.data ? "Done" : "Cancel"}
          </Button>
          <FileButton accept=".json,application/json" onChange={choose}>
            {(props) => (
              <Button
                {...props}
                variant={file ? "default" : "filled"}
                loading={read.isPending}
                disabled={send.isPending}
              >
                {file ? "Choose another file" : "Choose the file"}
              </Button>
            )}
          </FileButton>
          {file && !send.data && file.edits.length > 0 && (
            <Button loading={send.isPending} onClick={() => send.mutate(file)}>
              {send.error ? "Try again" : "Bring them in"}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

const recordsOf = (count: number): string => (count === 1 ? "1 record is" : `${count} records are`);

function WhatIsInside({ file }: { file: KeptEditsFile }) {
  const acts = keptActs(file.edits);
  return (
    <Stack gap="xs">
      <Text size="sm">
        The file was saved on {file.savedAt.toLocaleString()} and holds <b>{acts === 1 ? "1 edit" : `${acts} edits`}</b>{" "}
        that the server may not have.
      </Text>
      {file.refused.length > 0 && (
        <>
          <Text size="sm">
            {file.refused.length === 1 ? "One more was" : `${file.refused.length} more were`} refused by the server, and
            cannot be brought in:
          </Text>
          <List size="sm">
            {[...new Set(file.refused.map(({ reason }) => reason))].slice(0, 5).map((reason) => (
              <List.Item key={reason}>{reason}</List.Item>
            ))}
          </List>
        </>
      )}
    </Stack>
  );
}

/** Few ever need it. Where zod may write functions it tries to at once, which the policy of our pages refuses. */
async function loadReader() {
  (await import("zod")).config({ jitless: true });
  return (await import("../../../../core/sync/unsent/read-kept-edits.ts")).decodeKeptEdits;
}

async function readFile(chosen: File, volumeId: string): Promise<KeptEditsFile> {
  if (chosen.size > MAX_KEPT_EDITS_BYTES)
    throw new Problem({
      tag: "kept-edits-too-large",
      what: "This file is too large for one of kept edits.",
      where: `${chosen.name}: ${Math.ceil(chosen.size / 2 ** 20)} MB, at most ${MAX_KEPT_EDITS_BYTES / 2 ** 20} MB`,
    });
  const decodeKeptEdits = await loadReader();
  const file = decodeKeptEdits(await chosen.text());
  const objection = objectionTo(file, volumeId);
  if (objection) throw objection;
  return file;
}

function receiverOf(volumeId: string, client: ReturnType<typeof useTRPCClient>): Parameters<typeof sendKeptEdits>[1] {
  const { uploadBlob } = createLabelApi(volumeId);
  const throwingProblems = <T,>(call: Promise<T>): Promise<T> =>
    call.catch((error) => {
      throw new Problem(problemOfError(error), { cause: error });
    });
  return {
    uploadBlob,
    sendPiece: (fileSha256, piece) =>
      throwingProblems(client.volume.bringInEdits.mutate({ volumeId, fileSha256, piece })),
    wait: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
  };
}
