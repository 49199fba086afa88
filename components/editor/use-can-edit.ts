import { useSyncExternalStore } from "react";
import type { LabelDocument } from "../../core/edit/label-document.ts";

/** Whether the person can edit now: false until the first connection, and whenever the server says so. */
export const useCanEdit = (document: LabelDocument): boolean =>
  useSyncExternalStore(
    (listener) => document.subscribe(listener),
    () => document.canEdit,
    () => false,
  );
