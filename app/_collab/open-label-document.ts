import { WebsocketProvider } from "y-websocket";
import { type CollabDocument, createLabelDocument } from "../../core/sync/create-label-document.ts";
import type { LabelDocumentPorts } from "../../core/sync/document-ports.ts";
import { connectAnew, type Link, linkOverProvider } from "../../core/sync/link/link.ts";
import { actsInMemory } from "../../core/sync/unsent/undo-stack.ts";
import { BRICK_SIZE } from "../../core/volume/brick.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { IndexedDbOutbox } from "./indexed-db-outbox.ts";
import { KeptActsStore } from "./kept-acts.ts";
import { createLabelApi } from "./label-api.ts";
import { installOfflinePage } from "./offline-page.ts";
import { presenceColor } from "./presence-color.ts";
import { takeTabLock } from "./tab-lock.ts";

/** The longest pause between two attempts to reach the server. */
const MAX_BACKOFF_MS = 2500;
const SECOND_TAB =
  "This volume is open in another tab of yours. Edit there, or close it: this tab then reloads by itself.";

const schedule: LabelDocumentPorts["schedule"] = (task, delayMs) => {
  const timer = setTimeout(task, delayMs);
  return () => clearTimeout(timer);
};

export interface OpenLabelDocument {
  readonly document: CollabDocument;
  /** What this browser withholds here, in sentences; empty on https and localhost. */
  weaknesses(): string[];
  close(): void;
}

/** Opens the co-edited labels of a volume in this page. Resolves when it is clear which tab owns the unsaved edits. */
export async function openLabelDocument(options: {
  readonly volumeId: string;
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  readonly userId: string;
  readonly userName: string;
}): Promise<OpenLabelDocument> {
  const { volumeId, userId } = options;
  installOfflinePage();
  const lock = await takeTabLock(`outbox:${volumeId}:${userId}`);
  const api = createLabelApi(volumeId);
  const acts = new KeptActsStore(volumeId, userId);
  // Asked for, so that the browser does not clear unsaved edits first when its disk is full; not needed to work.
  void navigator.storage?.persist?.().catch(() => {});

  const ports: LabelDocumentPorts = {
    outbox: lock.owned ? new IndexedDbOutbox(volumeId, userId) : emptyOutbox,
    acts: lock.owned ? acts : actsInMemory(),
    startSession: async (after) => {
      const lease = await api.startSession(after, !lock.owned);
      return lock.owned ? lease : { ...lease, lookOnlyReason: SECOND_TAB };
    },
    openLink(room, doc, awareness, events) {
      const url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/collab`;
      const provider = new WebsocketProvider(url, room, doc, {
        connect: false,
        // Another tab must not relay records around the server.
        disableBc: true,
        awareness,
        maxBackoffTime: MAX_BACKOFF_MS,
      });
      return asksAnew(provider, linkOverProvider(provider, events, schedule));
    },
    fetchBrick: api.fetchBrick,
    fetchOccupied: api.fetchOccupied,
    fetchFacts: api.fetchFacts,
    fetchBlob: api.fetchBlob,
    uploadBlob: api.uploadBlob,
    schedule,
    now: () => new Date(),
  };
  const document = createLabelDocument(
    {
      volumeId,
      shapeZyx: options.shapeZyx,
      voxelSizeZyx: options.voxelSizeZyx,
      brickSize: BRICK_SIZE,
      who: { userId, name: options.userName, color: presenceColor(userId) },
    },
    ports,
  );
  const warn = (event: BeforeUnloadEvent) => {
    if (document.unsavedRecords().length > 0) event.preventDefault();
  };
  addEventListener("beforeunload", warn);
  addEventListener("pagehide", acts.flush);
  let closed = false;
  // Nothing of the person is unsaved in a tab that may only look.
  void lock.free.then(() => closed || location.reload());
  void document.start();

  return {
    document,
    weaknesses: () => weaknessesOf(document, lock.strength),
    close() {
      closed = true;
      removeEventListener("beforeunload", warn);
      removeEventListener("pagehide", acts.flush);
      acts.flush();
      document.close();
      lock.release();
    },
  };
}

/**
 * The browser knows at once of a pulled cable and of one that is back, its socket half a minute later. The server may be
 * this computer, so it is asked anew instead of being given up. A page that is looked at again does not wait out a pause.
 */
function asksAnew(provider: WebsocketProvider, link: Link): Link {
  const onNetwork = () => connectAnew(provider);
  const onVisible = () => {
    if (document.visibilityState !== "visible" || provider.synced || !provider.shouldConnect) return;
    provider.wsUnsuccessfulReconnects = 0;
    provider.connect(); // an attempt under way goes on
  };
  addEventListener("offline", onNetwork);
  addEventListener("online", onNetwork);
  document.addEventListener("visibilitychange", onVisible);
  return {
    send: (bytes) => link.send(bytes),
    close() {
      removeEventListener("offline", onNetwork);
      removeEventListener("online", onNetwork);
      document.removeEventListener("visibilitychange", onVisible);
      link.close();
    },
  };
}

function weaknessesOf(document: CollabDocument, strength: "lock" | "asking"): string[] {
  const out: string[] = [];
  if (document.outboxWeakness)
    out.push(`Edits that are not saved yet would be lost by a reload: ${document.outboxWeakness}.`);
  else if (!globalThis.isSecureContext)
    out.push(
      "This page came over plain http: the browser may throw away edits that are not saved yet when its disk space runs out. Https avoids this.",
    );
  if (strength === "asking") out.push("Over plain http, keep this volume open in one tab only.");
  return out;
}

/** A tab that may only look has nothing to keep, and must not touch what the other tab keeps. */
const emptyOutbox: LabelDocumentPorts["outbox"] = {
  load: async () => [],
  append: async () => {},
  replace: async () => {},
  remove: async () => {},
  loadQuarantine: async () => [],
  quarantine: async () => {},
  clearQuarantine: async () => {},
};
