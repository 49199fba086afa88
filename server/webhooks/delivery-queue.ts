import { and, asc, eq, lte, notInArray, sql } from "drizzle-orm";
import { RETRY_AFTER_MS } from "../../core/webhook/webhook.ts";
import { webhook, webhookDelivery } from "../../db/schema/index.ts";
import { failureLog } from "../log/failure-log.ts";
import { QueueRunner } from "../queue-runner.ts";
import { atHolder } from "../servers/at-holder.ts";
import { backgroundOperation } from "../servers/operation.ts";
import type { Services } from "../services.ts";
import { privateHostsOf } from "../settings/private-hosts.ts";
import { type Answer, postMessage } from "./post-message.ts";
import { signatureHeaders } from "./sign-message.ts";
import { openWebhookSecret } from "./webhooks.ts";

/** Each is sent within ten seconds, so that nobody waits long for a free one. */
const LANES = 8;
/** However many webhooks lead to one host, it does not take all lanes with its silence. */
const LANES_OF_A_HOST = 2;

/**
 * Sends what waits in the table `webhook_delivery`: to each webhook one message at a time, in their order, to several webhooks at once. One that is
 * not taken waits longer each time, and later ones go before it. A server that stops in the middle sends it again: receivers tell the same message by its id.
 */
interface DeliveryQueue {
  resume(): void;
  nudge(): void;
  close(): Promise<void>;
}

const queues = new WeakMap<Services, DeliveryQueue>();

/** The one queue of a server. */
export function deliveryQueueOf(services: Services): DeliveryQueue {
  let queue = queues.get(services);
  if (!queue) {
    queue = createDeliveryQueue(services);
    queues.set(services, queue);
  }
  return queue;
}

export const nudgeDeliveriesOperation = backgroundOperation("nudge-deliveries", async (services, _input: null) =>
  deliveryQueueOf(services).nudge(),
);

/** Something is to be sent: whoever does it looks; where that cannot be told, it looks by itself after a while. */
export function nudgeDeliveries(services: Services): void {
  atHolder(services, nudgeDeliveriesOperation, "all", null).catch((error) =>
    failureLog.failed("telling the webhooks", error),
  );
}

interface DueMessage {
  readonly delivery: typeof webhookDelivery.$inferSelect;
  readonly hook: typeof webhook.$inferSelect;
}

const hostOf = ({ address }: DueMessage["hook"]): string => URL.parse(address)?.host ?? "";

function createDeliveryQueue(services: Services): DeliveryQueue {
  const { db, events } = services;

  /** Of the first messages that are due of webhooks that are sent nothing now, the oldest. */
  async function next(running: readonly DueMessage[]): Promise<DueMessage | undefined> {
    const busy = running.map(({ hook }) => hook.id);
    const first = await db
      .selectDistinctOn([webhookDelivery.webhookId], { delivery: webhookDelivery, hook: webhook })
      .from(webhookDelivery)
      .innerJoin(webhook, eq(webhook.id, webhookDelivery.webhookId))
      .where(
        and(
          eq(webhookDelivery.state, "waiting"),
          lte(webhookDelivery.dueAt, sql`now()`),
          notInArray(webhookDelivery.webhookId, busy),
        ),
      )
      .orderBy(asc(webhookDelivery.webhookId), asc(webhookDelivery.dueAt), asc(webhookDelivery.id));
    const hosts = running.map(({ hook }) => hostOf(hook));
    return first
      .filter(({ hook }) => hosts.filter((host) => host === hostOf(hook)).length < LANES_OF_A_HOST)
      .sort((one, other) => one.delivery.dueAt.getTime() - other.delivery.dueAt.getTime())[0];
  }

  async function send({ delivery, hook }: DueMessage, signal: AbortSignal): Promise<Answer> {
    const secret = openWebhookSecret(services, hook);
    if (!secret)
      return { status: null, result: "refused", outcome: "its secret cannot be opened: remove it and add it anew" };
    const body = JSON.stringify(delivery.body);
    const message = { id: delivery.id, timestamp: Math.floor(Date.now() / 1000), body };
    const privateHosts = await privateHostsOf(services, "privateWebhookHosts");
    return postMessage(hook.address, { headers: signatureHeaders(secret, message), body }, { privateHosts, signal });
  }

  async function deliver(due: DueMessage, signal: AbortSignal): Promise<void> {
    const { delivery, hook } = due;
    const { status, result, outcome } = await send(due, signal);
    // Stopped in the middle: it is sent again, and this try does not count.
    if (signal.aborted && result !== "delivered") return;
    const waitMs = result === "failed" ? RETRY_AFTER_MS[delivery.attempts] : undefined;
    const state = result === "delivered" ? "delivered" : waitMs === undefined ? "failed" : "waiting";
    await db
      .update(webhookDelivery)
      .set({
        state,
        status,
        outcome,
        attempts: delivery.attempts + 1,
        triedAt: sql`now()`,
        ...(waitMs !== undefined && { dueAt: sql`now() + ${waitMs}::double precision * interval '1 millisecond'` }),
      })
      .where(eq(webhookDelivery.id, delivery.id));
    events.publish({ topic: "webhooks", projectId: hook.projectId });
  }

  const runner = new QueueRunner<DueMessage>({
    name: "sending webhooks",
    lanes: LANES,
    next,
    begin(due) {
      const abort = new AbortController();
      const ended = deliver(due, abort.signal);
      return {
        ended,
        async stop() {
          abort.abort();
          await ended.catch(() => {}); // the queue says so
        },
      };
    },
  });

  return {
    resume() {
      // Nobody nudges when a wait is over.
      runner.lookNowAndThen();
      runner.nudge();
    },
    nudge: () => runner.nudge(),
    close: () => runner.close(),
  };
}
