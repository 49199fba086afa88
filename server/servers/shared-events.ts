import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import superjson from "superjson";
import type { ServerEvent, ServerEvents } from "../events.ts";
import { failureLog } from "../log/failure-log.ts";
import { waitingEvents } from "../waiting-events.ts";

const CHANNEL = "karyoloop_events";
/** PostgreSQL takes less than 8000 bytes. */
const MAX_PAYLOAD_BYTES = 7_900;
const RETRY_MS = 500;

/** What is too large to be told becomes a hint: whoever shows it asks again. */
export function payloadOf(from: string, event: ServerEvent): string {
  const payload = superjson.stringify({ from, event });
  if (Buffer.byteLength(payload) <= MAX_PAYLOAD_BYTES) return payload;
  return superjson.stringify({ from, event: hintOf(event) });
}

function hintOf(event: ServerEvent): ServerEvent {
  if (event.topic === "nuclei") {
    const { patch: _patch, ...hint } = event;
    return hint;
  }
  if (event.topic === "training") return { topic: "training", projectId: event.projectId };
  return event;
}

/**
 * Events of one server reach the pages of all: each is told here at once and to the others by NOTIFY. Those that wait for the
 * database are merged as for a slow page. When the line to the database was cut, events may have been missed: pages are told so.
 */
export async function shareEvents(
  local: ServerEvents,
  config: pg.ClientConfig,
  serverId: string,
): Promise<{ readonly events: ServerEvents; close(): Promise<void> }> {
  const closing = new AbortController();
  const waiting = waitingEvents(closing.signal);
  let listener: pg.Client | null = null;

  const listen = async (): Promise<void> => {
    const client = new pg.Client({ ...config, application_name: "karyoloop-events", keepAlive: true });
    client.on("error", () => {});
    client.on("end", () => {
      if (listener === client && !closing.signal.aborted) void listenAgain();
    });
    client.on("notification", ({ payload }) => {
      const { from, event } = superjson.parse<{ from: string; event: ServerEvent }>(payload ?? "");
      if (from !== serverId) local.publish(event);
    });
    await client.connect();
    await client.query(`listen ${CHANNEL}`);
    listener = client;
  };
  const listenAgain = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      try {
        await listen();
        local.missed();
        return;
      } catch {
        await sleep(RETRY_MS);
      }
    }
  };
  const tellOthers = async (): Promise<void> => {
    for await (const event of waiting.all()) {
      const payload = payloadOf(serverId, event);
      for (let isTold = false; !isTold && !closing.signal.aborted; ) {
        try {
          await listener?.query("select pg_notify($1, $2)", [CHANNEL, payload]);
          isTold = true;
        } catch {
          await sleep(RETRY_MS);
        }
      }
    }
  };

  await listen();
  const telling = tellOthers().catch((error) => failureLog.failed("telling other servers", error));
  return {
    events: {
      publish(event) {
        local.publish(event);
        waiting.add(event);
      },
      missed: local.missed,
      subscribe: local.subscribe,
    },
    async close() {
      closing.abort();
      await listener?.end().catch(() => {});
      await telling;
    },
  };
}
