"use client";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { FileWithPath } from "../../../../components/import/dropped-files.ts";
import type { ArrivedFile } from "../../../../components/import/import-draft.ts";
import type { UploadStage } from "../../../../components/import/upload-row.tsx";
import { packSlices } from "../../../../core/import/pack-slices.ts";
import { dropUpload, UPLOAD_DROPPED, type UploadTarget, uploadFile } from "../../../../core/import/upload-file.ts";
import { untilReady } from "../../../../core/import/upload-state.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPCClient } from "../../../_trpc/trpc.ts";

/** A file that was chosen on this page: on its way, read, or refused. */
export interface ChosenFile {
  readonly key: number;
  readonly file: File;
  readonly path: string;
  /** Where the server fetches it from; the file is empty then. */
  readonly address?: string;
  readonly stage: UploadStage | { readonly kind: "arrived"; readonly arrived: ArrivedFile };
}

/** More would only share the same line. */
const AT_ONCE = 2;

/** Uploads and inspects chosen files, two at a time. Leaving the page stops them; the same file chosen again goes on. */
export function useUploads(projectId: string) {
  const client = useTRPCClient();
  const [files, setFiles] = useState<readonly ChosenFile[]>([]);
  const aborts = useRef(new Map<number, AbortController>());
  const waiting = useRef<ChosenFile[]>([]);
  const busy = useRef(0);
  const serial = useRef(0);
  const uploads = useRef(new Map<number, string>());
  const target = useMemo(
    (): UploadTarget => ({ projectId, address: "", fetch: (url, init) => fetch(url, init) }),
    [projectId],
  );

  const setStage = useCallback((key: number, stage: ChosenFile["stage"]) => {
    setFiles((all) => all.map((one) => (one.key === key ? { ...one, stage } : one)));
  }, []);

  /** Waits for what the server does to an upload by itself. */
  const untilRead = useCallback(
    (key: number, uploadId: string, signal: AbortSignal) =>
      untilReady(
        () => client.volume.uploadState.query({ projectId, uploadId }),
        ({ phase, percent }) => setStage(key, { kind: "reading", phase, percent }),
        signal,
      ),
    [client, projectId, setStage],
  );

  const send = useCallback(
    async (key: number, file: File, signal: AbortSignal) => {
      const { converter } = await client.volume.importWays.query({ projectId });
      const uploadId = await uploadFile(
        { ...target, converts: converter !== null },
        file,
        ({ uploadId, sentBytes, connected }) => {
          if (uploadId) uploads.current.set(key, uploadId);
          setStage(key, { kind: "uploading", sentBytes, connected });
        },
        signal,
      );
      if (converter) {
        setStage(key, { kind: "reading" });
        await client.volume.prepareUpload.mutate({ projectId, uploadId });
        await untilRead(key, uploadId, signal);
      }
      return uploadId;
    },
    [client, projectId, setStage, target, untilRead],
  );

  const fetchThere = useCallback(
    async (key: number, address: string, signal: AbortSignal) => {
      setStage(key, { kind: "reading", phase: "Asking for it" });
      const { uploadId } = await client.volume.fetchAddress.mutate({ projectId, address });
      uploads.current.set(key, uploadId);
      if (signal.reason === UPLOAD_DROPPED) void dropUpload(target, uploadId);
      await untilRead(key, uploadId, signal);
      return uploadId;
    },
    [client, projectId, setStage, target, untilRead],
  );

  const sendOne = useCallback(
    async ({ key, file, path, address }: ChosenFile) => {
      const abort = new AbortController();
      aborts.current.set(key, abort);
      try {
        const uploadId = await (address ? fetchThere(key, address, abort.signal) : send(key, file, abort.signal));
        setStage(key, { kind: "reading" });
        const { contents, fileName } = await client.volume.inspectUpload.mutate(
          { projectId, uploadId },
          { signal: abort.signal },
        );
        setStage(key, { kind: "arrived", arrived: { uploadId, fileName, path, contents } });
      } catch (error) {
        if (!abort.signal.aborted) setStage(key, { kind: "failed", problem: problemOfError(error) });
      } finally {
        aborts.current.delete(key);
      }
    },
    [client, fetchThere, projectId, send, setStage],
  );

  const sendNext = useCallback(() => {
    while (busy.current < AT_ONCE) {
      const next = waiting.current.shift();
      if (!next) return;
      busy.current++;
      void sendOne(next).finally(() => {
        busy.current--;
        sendNext();
      });
    }
  }, [sendOne]);

  const enqueue = useCallback(
    (chosen: readonly ChosenFile[]) => {
      waiting.current.push(...chosen);
      sendNext();
    },
    [sendNext],
  );

  useEffect(
    () => () => {
      waiting.current = [];
      for (const abort of aborts.current.values()) abort.abort();
    },
    [],
  );

  return {
    files,
    async add(chosen: readonly FileWithPath[]) {
      const added = (await packSlicesOfFolders(chosen)).map(
        ({ file, path }): ChosenFile => ({
          key: serial.current++,
          file,
          path,
          stage: { kind: "uploading", sentBytes: 0, connected: true },
        }),
      );
      setFiles((all) => [...all, ...added]);
      enqueue(added);
    },
    addAddress(address: string) {
      const name = address.split(/[?#]/)[0].split("/").filter(Boolean).at(-1) ?? address;
      const added: ChosenFile = {
        key: serial.current++,
        file: new File([], name),
        path: name,
        address,
        stage: { kind: "reading", phase: "Waiting" },
      };
      setFiles((all) => [...all, added]);
      enqueue([added]);
    },
    retry(key: number) {
      const again = files.find((one) => one.key === key);
      if (!again) return;
      setStage(key, again.address ? { kind: "reading" } : { kind: "uploading", sentBytes: 0, connected: true });
      enqueue([again]);
    },
    /** Takes a file off the page; `drop` also removes what has arrived of it on the server. */
    remove(key: number, drop: boolean) {
      waiting.current = waiting.current.filter((one) => one.key !== key);
      // While it is being sent, the sender drops it: a piece may still be on its way.
      aborts.current.get(key)?.abort(drop ? UPLOAD_DROPPED : undefined);
      setFiles((all) => all.filter((one) => one.key !== key));
      const uploadId = uploads.current.get(key);
      if (drop && uploadId) void dropUpload(target, uploadId);
    },
  };
}

/** Each folder by itself: slices of two folders may have the same names. */
async function packSlicesOfFolders(chosen: readonly FileWithPath[]): Promise<FileWithPath[]> {
  const folders = new Map<string, FileWithPath[]>();
  for (const one of chosen) {
    const folder = one.path.slice(0, one.path.lastIndexOf("/") + 1);
    folders.set(folder, [...(folders.get(folder) ?? []), one]);
  }
  const packed: FileWithPath[] = [];
  for (const [folder, within] of folders) {
    const files = within.map(({ file }) => file);
    // Slices that cannot be read are told one by one when they are sent.
    for (const file of await packSlices(files).catch(() => files)) packed.push({ file, path: folder + file.name });
  }
  return packed;
}
