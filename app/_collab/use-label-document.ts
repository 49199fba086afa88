"use client";
import { useEffect, useState, useSyncExternalStore } from "react";
import type { LabelDocument, Peer, SaveState } from "../../core/edit/label-document.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { type OpenLabelDocument, openLabelDocument } from "./open-label-document.ts";

/** The labels of a volume for as long as the component is there; null while it is being opened. */
export function useLabelDocument(options: {
  readonly volumeId: string;
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  readonly userId: string;
  readonly userName: string;
}): OpenLabelDocument | null {
  const [opened, setOpened] = useState<OpenLabelDocument | null>(null);
  const { volumeId, userId, userName } = options;
  const [z, y, x] = options.shapeZyx;
  const [sizeZ, sizeY, sizeX] = options.voxelSizeZyx;
  useEffect(() => {
    let gone = false;
    let current: OpenLabelDocument | null = null;
    void openLabelDocument({
      volumeId,
      userId,
      userName,
      shapeZyx: [z, y, x],
      voxelSizeZyx: [sizeZ, sizeY, sizeX],
    }).then((handle) => {
      if (gone) return handle.close();
      current = handle;
      setOpened(handle);
    });
    return () => {
      gone = true;
      current?.close();
      setOpened(null);
    };
  }, [volumeId, userId, userName, z, y, x, sizeZ, sizeY, sizeX]);
  return opened;
}

/** Rises whenever anything but voxels changes. */
export const useDocumentRevision = (document: LabelDocument): number =>
  useSyncExternalStore(
    (listener) => document.subscribe(listener),
    () => document.revision,
    () => 0,
  );

export function useSaveState(document: LabelDocument): SaveState {
  useDocumentRevision(document);
  return document.saveState;
}

export const usePeers = (document: LabelDocument): readonly Peer[] =>
  useSyncExternalStore(
    (listener) => document.onPeersChanged(listener),
    () => document.peers(),
    () => noPeers,
  );

const noPeers: readonly Peer[] = [];
