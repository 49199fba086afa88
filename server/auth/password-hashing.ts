import { AsyncLocalStorage } from "node:async_hooks";
import { Problem } from "../../core/problem.ts";
import { hashPassword, verifyPassword } from "./password-hash.ts";

/**
 * scrypt takes 128 MiB and a thread of libuv's four for about half a second. Two at once leave threads for files, and who waits
 * is bounded: each network has a lane of its own and lanes take turns, so that one that is full delays no other.
 */
const AT_ONCE = 2;
const WAITING_PER_LANE = 24;
const WAITING_IN_ALL = 240;
const TRY_AGAIN_SECONDS = 3;

const lane = new AsyncLocalStorage<string>();

/** Passwords that `work` hashes wait in the lane of this network. */
export const hashingFor = <T>(network: string, work: () => T): T => lane.run(network, work);

export interface PasswordHashing {
  hash(password: string): Promise<string>;
  verify(passwordHash: string, password: string): Promise<boolean>;
  /** Hashes begun so far: what an attack costs. */
  readonly begun: number;
}

const busy = () =>
  new Problem({
    tag: "busy",
    what: "Too many people are signing in at this moment.",
    hint: `Try again in ${TRY_AGAIN_SECONDS} seconds.`,
    waitSeconds: TRY_AGAIN_SECONDS,
  });

export function createPasswordHashing(
  scrypt = { hash: (password: string) => hashPassword(password), verify: verifyPassword },
): PasswordHashing {
  const lanes = new Map<string, (() => void)[]>();
  let running = 0;
  let waiting = 0;
  let begun = 0;

  /** The place passes to the next lane's first, or gets free. */
  const leavePlace = (): void => {
    const [first] = lanes;
    if (!first) {
      running--;
      return;
    }
    const [name, [start, ...rest]] = first;
    lanes.delete(name);
    if (rest.length > 0) lanes.set(name, rest); // behind the others
    waiting--;
    start();
  };
  const takePlace = async (): Promise<void> => {
    if (running < AT_ONCE) {
      running++;
      return;
    }
    const name = lane.getStore() ?? "";
    const inLane = lanes.get(name) ?? [];
    if (inLane.length >= WAITING_PER_LANE || waiting >= WAITING_IN_ALL) throw busy();
    waiting++;
    await new Promise<void>((resolve) => lanes.set(name, [...inLane, resolve]));
  };
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    await takePlace();
    begun++;
    try {
      return await work();
    } finally {
      leavePlace();
    }
  };
  return {
    hash: (password) => inTurn(() => scrypt.hash(password)),
    verify: (passwordHash, password) => inTurn(() => scrypt.verify(passwordHash, password)),
    get begun() {
      return begun;
    },
  };
}

/** Of this process: all passwords go through it. */
export const passwordHashing = createPasswordHashing();
