/**
 * One tab per volume and person owns the outbox (R20); others may only look. Web Locks where the browser has them; over
 * plain http from another computer it withholds them, and tabs then ask each other over a BroadcastChannel.
 */
export interface TabLock {
  /** False: another tab has it. */
  readonly owned: boolean;
  /** Web Locks or asking: the second cannot see a tab that is frozen. */
  readonly strength: "lock" | "asking";
  /** Resolves when the tab that has it is gone; never for the owner. */
  readonly free: Promise<void>;
  release(): void;
}

/** A page that is being replaced by its own reload may hold the lock a moment longer. */
const PATIENCE_MS = 800;
const POLL_MS = 100;
const ANSWER_MS = 300;
const WATCH_MS = 3000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function takeTabLock(name: string): Promise<TabLock> {
  const locks = (globalThis.navigator as Navigator | undefined)?.locks as LockManager | undefined;
  return locks ? takeWebLock(locks, name) : takeByAsking(name);
}

async function takeWebLock(locks: LockManager, name: string): Promise<TabLock> {
  for (const until = performance.now() + PATIENCE_MS; ; await pause(POLL_MS)) {
    const release = await tryWebLock(locks, name);
    if (release) return { owned: true, strength: "lock", free: new Promise(() => {}), release };
    if (performance.now() > until) break;
  }
  const waiting = new AbortController();
  const free = new Promise<void>((resolve) => {
    locks.request(name, { signal: waiting.signal }, () => resolve()).catch(() => {}); // aborted: the page goes away
  });
  return { owned: false, strength: "lock", free, release: () => waiting.abort() };
}

function tryWebLock(locks: LockManager, name: string): Promise<(() => void) | null> {
  return new Promise((resolve, reject) => {
    locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (!lock) {
          resolve(null);
          return undefined;
        }
        return new Promise<void>((release) => resolve(() => release()));
      })
      .catch(reject);
  });
}

async function takeByAsking(name: string): Promise<TabLock> {
  const channel = new BroadcastChannel(name);
  const me = `${Date.now()}-${Math.random()}`;
  let owns = false;
  let contends = true;
  let answered = () => {};
  channel.onmessage = ({ data }: MessageEvent<{ whose: string } | { mine: string }>) => {
    // Two that asked at once: the smaller name gets it. Both sides decide it, as the one that came first asked before the
    // other could hear. Who only looks on stays silent.
    if ("whose" in data && (owns || (contends && data.whose > me))) channel.postMessage({ mine: data.whose });
    if ("whose" in data && contends && !owns && data.whose < me) answered();
    if ("mine" in data && data.mine === me) answered();
  };
  const isTaken = async (): Promise<boolean> => {
    let taken = false;
    answered = () => {
      taken = true;
    };
    channel.postMessage({ whose: me });
    await pause(ANSWER_MS);
    return taken;
  };
  for (const until = performance.now() + PATIENCE_MS; ; ) {
    if (!(await isTaken())) {
      owns = true;
      return { owned: true, strength: "asking", free: new Promise(() => {}), release: () => channel.close() };
    }
    if (performance.now() > until) break;
  }
  contends = false;
  let watching = true;
  const free = (async () => {
    while (watching) {
      await pause(WATCH_MS);
      if (watching && !(await isTaken())) return;
    }
    await new Promise(() => {});
  })();
  return {
    owned: false,
    strength: "asking",
    free,
    release() {
      watching = false;
      channel.close();
    },
  };
}
