import type {
  BrickChange,
  EditAct,
  LabelDocument,
  LabelValue,
  NucleusFields,
  Presence,
  ShiftedAct,
  Unsubscribe,
} from "../edit/label-document.ts";
import { Problem } from "../problem.ts";
import { BRICK_SIZE, type BrickKey, backgroundBrick } from "../volume/brick.ts";
import type { VoxelBox, Zyx } from "../volume/voxel-space.ts";
import { BrickLoader, type BrickPorts } from "./brick-loader.ts";
import { BaseOccupancy } from "./document/base-occupancy.ts";
import type { LabelDocumentPorts } from "./document-ports.ts";
import { decodeFacts, noFacts } from "./fold/base-facts.ts";
import { partsOf } from "./fold/base-state.ts";
import { LabelSession } from "./label-session.ts";
import { fetchPatiently } from "./link/fetch-patiently.ts";
import { PresenceHub } from "./link/presence-hub.ts";
import { brickExtent, gridPositionZyx, type LabelGrid } from "./record/label-grid.ts";
import { type PlanLimits, planRecord } from "./record/plan-act.ts";
import { type LocalBox, type RecordId, RecordKind } from "./record/record.ts";
import { undoBody } from "./record/record-codec.ts";
import type { OutboxRow, QuarantinedEdit } from "./unsent/outbox.ts";
import { type UndoableAct, UndoStack } from "./unsent/undo-stack.ts";

/** A LabelDocument with what only its page needs: the end, the quarantine, and what is weaker than it should be. */
export interface CollabDocument extends LabelDocument {
  /** Loads the outbox and connects; resolves when the first attempt to get a session is over. */
  start(): Promise<void>;
  close(): void;
  /** Edits that the server refused, with the reason; kept on this computer until cleared. */
  quarantined(): Promise<QuarantinedEdit[]>;
  clearQuarantine(): Promise<void>;
  dismissRefusal(): void;
  /** Records that are not durable at the server yet, oldest first: for an export by hand. */
  unsavedRecords(): readonly OutboxRow[];
  /** Why unsaved edits would not survive a reload on this computer; null while they do. */
  readonly outboxWeakness: string | null;
}

export interface LabelDocumentOptions {
  readonly volumeId: string;
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  /** 64 in the product. */
  readonly brickSize: number;
  readonly who: Partial<Presence>;
  readonly maxLoadedBricks?: number;
  /** Smaller in tests, so that small volumes meet records that are split and blobs. */
  readonly planLimits?: PlanLimits;
}

const BLOB_RETRY_MS = 2000;
const DAY_MS = 86_400_000;

const CLOSED_TO_EDITS = { tag: "read-only", what: "This volume cannot be edited now." } as const;

export function createLabelDocument(options: LabelDocumentOptions, ports: LabelDocumentPorts): CollabDocument {
  const grid: LabelGrid = { shapeZyx: options.shapeZyx, brickSize: options.brickSize };
  const background = options.brickSize === BRICK_SIZE ? backgroundBrick : new Uint32Array(options.brickSize ** 3);
  const listeners = new Set<() => void>();
  const brickListeners = new Set<(changes: readonly BrickChange[]) => void>();
  const undoStack = new UndoStack(ports.acts);
  const presence = new PresenceHub(options.who, ports.schedule);
  let revision = 0;
  let voxelsQueued = false;
  let retrying = false;
  let isFollowing = false;
  let factsRevision = 0;
  let nucleiRevision = 0;

  const session = new LabelSession(options.volumeId, grid, ports, {
    onVoxels: () => queueVoxels(),
    onState: () => notify(),
    onOutbox(rows) {
      for (const { blob } of rows) if (blob) bricks.knowBlob(blob.sha256, blob.bytes);
    },
    onReplica(next, previous) {
      const isSameBase = next.rev === previous.rev;
      bricks.moveTo(next.fold, previous.fold, isSameBase);
      next.fold.facts.setBase(previous.fold.facts.base);
      next.fold.facts.isBaseKnown = isSameBase && previous.fold.facts.isBaseKnown;
      presence.attach(next.awareness);
    },
    onRefused: (id) => undoStack.forget(id),
  });
  const fold = () => session.replica.fold;
  const rev = (): number => session.replica.rev;
  const occupancy = new BaseOccupancy({
    doc: () => session.replica.doc,
    rev,
    fetchOccupied: (asOf) => fetchPatiently(() => ports.fetchOccupied(asOf), ports.schedule),
  });
  const patientPorts: BrickPorts = {
    // What the base does not have is asked for by nobody: a volume without one is read without a connection too.
    async fetchBrick(key, asOf, signal) {
      await session.hasBase;
      await occupancy.know();
      if (occupancy.isEmpty(key)) return null;
      return fetchPatiently(() => ports.fetchBrick(key, asOf, signal), ports.schedule, signal);
    },
    fetchBlob: (sha256) => ports.fetchBlob(sha256),
    isBaseEmpty: (key) => occupancy.isEmpty(key),
  };
  void session.hasBase.then((hasBase) => {
    if (!hasBase) occupancy.startEmpty();
  });
  const bricks = new BrickLoader(patientPorts, fold, rev, options.maxLoadedBricks);
  presence.attach(session.replica.awareness);

  function notify(): void {
    revision++;
    for (const listener of [...listeners]) listener();
  }

  function toVolumeBox(key: BrickKey, local: LocalBox): VoxelBox {
    const [bz, by, bx] = gridPositionZyx(key);
    const [z, y, x] = [bz * grid.brickSize, by * grid.brickSize, bx * grid.brickSize];
    return {
      minZyx: [z + local.z0, y + local.y0, x + local.x0],
      maxZyx: [z + local.z1, y + local.y1, x + local.x1],
    };
  }

  function flushVoxels(): void {
    voxelsQueued = false;
    bricks.paintFirst(fold().bricks.changedKeys());
    const changes = fold().bricks.takeChanges();
    if (changes.size > 0) {
      bricks.letGo();
      const told = [...changes].map(([key, box]): BrickChange => ({ key, box: box && toVolumeBox(key, box) }));
      for (const listener of [...brickListeners]) listener(told);
    }
    if (fold().isWaitingForBlobs && fold().missingBlobs(fold().bricks.loadedKeys()).size > 0)
      void bricks.loadBlobs(fold().bricks.loadedKeys()).then(queueVoxels, retryVoxels);
    if (!isFollowing && (fold().bricks.awaitingKeys().length > 0 || !fold().facts.isBaseKnown)) void followServer();
    if (fold().facts.revision !== factsRevision) {
      factsRevision = fold().facts.revision;
      nucleiRevision++;
      notify();
    }
  }

  /** The base has moved in a way that the page could not follow by itself: it is fetched as of the new rev. */
  async function followServer(): Promise<void> {
    isFollowing = true;
    try {
      await Promise.all([bricks.refresh(queueVoxels), loadFacts()]);
      queueVoxels();
    } catch {
      retryVoxels();
    } finally {
      isFollowing = false;
    }
  }

  async function loadFacts(): Promise<void> {
    while (!fold().facts.isBaseKnown) {
      const { fold: asked, rev } = session.replica;
      const bytes = await ports.fetchFacts(rev);
      if (asked !== fold() || rev !== session.replica.rev) continue;
      asked.facts.setBase(bytes ? decodeFacts(bytes) : noFacts);
      asked.facts.isBaseKnown = true;
    }
  }

  /** The network was away: what is missing is looked at again. */
  function retryVoxels(): void {
    if (retrying) return;
    retrying = true;
    ports.schedule(() => {
      retrying = false;
      queueVoxels();
    }, BLOB_RETRY_MS);
  }

  async function loadBricks(keys: readonly BrickKey[], signal?: AbortSignal): Promise<void> {
    try {
      await bricks.load(keys, queueVoxels, signal);
    } catch (error) {
      const wasGivenUp = error instanceof Error && error.name === "AbortError";
      if (!wasGivenUp || signal?.aborted) throw error;
      // Somebody else's wish for the same brick was given up, and its request with it.
      return loadBricks(keys, signal);
    }
  }

  function queueVoxels(): void {
    if (voxelsQueued) return;
    voxelsQueued = true;
    queueMicrotask(flushVoxels);
  }

  function assertEditable(): void {
    const { saveState } = session;
    if (!session.canEdit)
      throw new Problem({ ...CLOSED_TO_EDITS, hint: saveState.kind === "read-only" ? saveState.reason : undefined });
  }

  function mark(isUndo: boolean, act: UndoableAct | null): ShiftedAct | null {
    if (!act) return null;
    const kind = isUndo === (act.takesBack ?? false) ? RecordKind.redo : RecordKind.undo;
    const planned = act.ids.map((id) => ({ kind, body: undoBody(...partsOf(id)) }));
    session.write(planned);
    flushVoxels();
    return { name: act.name, ...(act.proposals && { proposals: act.proposals }) };
  }

  /** The server could not undo them any more, and a person must not wait for it in vain. */
  function dropForgotten(): void {
    const { historyDays } = session;
    if (historyDays === null) return;
    const dropped = undoStack.dropBefore(ports.now().getTime() - historyDays * DAY_MS);
    if (dropped && undoStack.undoDepth + undoStack.redoDepth === 0)
      throw new Problem({
        tag: "too-long-ago",
        what: `What you did here is more than ${historyDays} days old: so long the history is kept, and nothing older can be undone.`,
        hint: "Paint over it, or delete the nucleus.",
      });
  }

  const isUndone = (id: RecordId): boolean | undefined => {
    const live = fold().get(id);
    if (live) return live.undone;
    const marker = fold().lastMarker(id);
    return marker && marker === "undo";
  };

  return {
    shapeZyx: options.shapeZyx,
    voxelSizeZyx: options.voxelSizeZyx,
    get canEdit() {
      return session.canEdit;
    },
    readBrick(key) {
      const voxels = fold().bricks.read(key);
      if (voxels === undefined) return bricks.isBackground(key) ? background : undefined;
      bricks.touch(key);
      return voxels ?? background;
    },
    keepLoaded: (holder, keys) => bricks.kept.keep(holder, keys),
    async loadBricks(keys, signal) {
      const outside = keys.find((key) => !brickExtent(grid, key));
      if (outside !== undefined)
        throw new Problem({
          tag: "no-such-brick",
          what: "There is no such part of the volume.",
          where: `brick ${outside}`,
        });
      await loadBricks(keys, signal);
    },
    onBricksChanged(listener): Unsubscribe {
      brickListeners.add(listener);
      return () => brickListeners.delete(listener);
    },
    newLabel(): LabelValue {
      assertEditable();
      const label = session.leases.take();
      session.askForLabels();
      if (label === null)
        throw new Problem({
          tag: "labels-used-up",
          what: "This page has no label numbers left.",
          hint: "More come as soon as the server can be reached; existing nuclei can be painted meanwhile.",
        });
      return label;
    },
    async commit(act: EditAct) {
      assertEditable();
      const planned = act.records.flatMap((record) => planRecord(record, grid, options.planLimits));
      if (planned.length === 0) return;
      for (const { blob } of planned) if (blob) bricks.knowBlob(blob.sha256, blob.bytes);
      const { ids, kept } = session.write(planned);
      undoStack.push({
        name: act.name,
        ...(act.proposals && { proposals: act.proposals }),
        ids,
        at: ports.now().getTime(),
      });
      flushVoxels();
      notify();
      await kept;
    },
    undo() {
      assertEditable();
      dropForgotten();
      return mark(true, undoStack.undo(isUndone));
    },
    redo() {
      assertEditable();
      dropForgotten();
      return mark(false, undoStack.redo(isUndone));
    },
    takeBack(name, ids) {
      assertEditable();
      if (ids.length === 0) return;
      const act = { name, ids: [...ids], takesBack: true, at: ports.now().getTime() } as const;
      undoStack.push(act);
      mark(false, act);
      notify();
    },
    get undoDepth() {
      return undoStack.undoDepth;
    },
    get redoDepth() {
      return undoStack.redoDepth;
    },
    fieldsOf: (label): NucleusFields => fold().facts.fieldsOf(label),
    canonicalLabel: (label) => fold().facts.partition.canonical(label),
    membersOf: (label) => fold().facts.partition.members(label),
    mergeEdgesOf: (label) => [...fold().facts.liveEdges()].filter(([a, b]) => a === label || b === label),
    get saveState() {
      return session.saveState;
    },
    subscribe(listener): Unsubscribe {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get revision() {
      return revision;
    },
    get nucleiRevision() {
      return nucleiRevision;
    },
    setPresence: (change) => presence.set(change),
    peers: () => presence.peers(),
    onPeersChanged: (listener) => presence.onChange(listener),
    start: () => session.start(),
    close: () => session.close(),
    quarantined: () => session.outbox.quarantined(),
    clearQuarantine: () => session.outbox.clearQuarantine(),
    dismissRefusal: () => session.dismissRefusal(),
    unsavedRecords: () => session.outbox.rows,
    get outboxWeakness() {
      return session.outbox.weakness;
    },
  };
}
