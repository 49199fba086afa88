import { setTimeout as sleep } from "node:timers/promises";
import type { Services } from "../services.ts";
import { askServer } from "./ask-server.ts";
import { HeldElsewhere } from "./leases.ts";
import type { Operation } from "./operation.ts";

/** Longer than a killed server's leases last, the locks of one that stands still included. */
const PATIENCE_MS = 15_000;
const LOOK_AGAIN_MS = 150;

/**
 * Does the work here where this server is alone or holds the lease (or takes it by doing the work), else at its holder. An
 * operation may be begun again at the next holder when the first one goes: it has to bear that. Throws HeldElsewhere when
 * no holder was found for long.
 */
export async function atHolder<I, O>(
  services: Services,
  operation: Operation<I, O>,
  subject: string,
  input: I,
): Promise<O> {
  const { cluster } = services;
  if (!cluster) return operation.run(services, subject, input);
  const name = operation.leaseOf(subject);
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      const holder = await cluster.leases.holder(name);
      if (holder?.isMine || (!holder && operation.takesLease)) return await operation.run(services, subject, input);
      if (!holder) throw new HeldElsewhere(name);
      return (await askServer(cluster, holder, operation, subject, input)) as O;
    } catch (error) {
      if (!(error instanceof HeldElsewhere) || performance.now() > until) throw error;
      cluster.leases.forget(name);
      await sleep(LOOK_AGAIN_MS);
    }
  }
}
