import { createHash } from "node:crypto";
import { composeMail } from "../../core/notifications/mail-text.ts";
import { tellNotification } from "../../core/notifications/notification.ts";
import { logOf } from "../log/log.ts";
import { QueueRunner } from "../queue-runner.ts";
import type { Services } from "../services.ts";
import { endBatch, type MailBatch, readBatch, takeDueBatch } from "./mail-batches.ts";
import { isRefused, type MailTransport, openMailTransport } from "./mail-transport.ts";

/**
 * Mails what people have not read, where the installation has a mail server: from the table `notification`, one mail at a time, beside
 * the requests. What cannot be sent is tried again, less and less often, for a day.
 */
export interface MailQueue {
  resume(): void;
  nudge(): void;
  /** Resolves when all that was due has been tried. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

const queues = new WeakMap<Services, MailQueue>();

/** The one queue of a server. */
export function mailQueueOf(services: Services): MailQueue {
  let queue = queues.get(services);
  if (!queue) {
    queue = createMailQueue(services);
    queues.set(services, queue);
  }
  return queue;
}

function createMailQueue(services: Services): MailQueue {
  const { mail } = services.environment;
  if (!mail) return { resume() {}, nudge() {}, async idle() {}, async close() {} };
  const transport = openMailTransport(mail);
  const runner = new QueueRunner<MailBatch>({
    name: "sending mails",
    next: () => takeDueBatch(services.db),
    begin(batch) {
      const ended = sendBatch(services, transport, batch);
      // A mail on its way is waited for: broken off, nobody knew whether it has arrived.
      return { ended, stop: () => ended.catch(() => {}) };
    },
  });
  return {
    resume() {
      runner.lookNowAndThen();
      runner.nudge();
    },
    nudge: () => runner.nudge(),
    idle: () => runner.idle(),
    async close() {
      await runner.close();
      transport.close();
    },
  };
}

async function sendBatch({ db, publicUrl }: Services, transport: MailTransport, batch: MailBatch): Promise<void> {
  const read = await readBatch(db, batch);
  if (!read) {
    await endBatch(db, batch, false);
    return;
  }
  const { name, email, told } = read;
  const mail = composeMail({ name, told: told.map(tellNotification), address: publicUrl() });
  try {
    await transport.send({ ...mail, to: email, id: idOf(batch) });
  } catch (error) {
    // Addresses stay out of the log, and so does what the server says of them.
    const { code = "unknown", responseCode = "" } = error as { code?: string; responseCode?: number };
    const refused = isRefused(error);
    logOf("mail").warn(
      `A mail was not taken (${[code, responseCode].filter(Boolean).join(" ")}), try ${batch.tries}${refused ? "; its address is refused" : ""}.`,
    );
    if (refused) await endBatch(db, batch, false);
    return;
  }
  await endBatch(db, batch, true);
}

/** The same for the same mail: who gets it twice sees one. */
const idOf = ({ ids }: MailBatch): string =>
  createHash("sha256")
    .update([...ids].sort().join())
    .digest("hex")
    .slice(0, 32);
