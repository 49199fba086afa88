import nodemailer from "nodemailer";
import type { MailText } from "../../core/notifications/mail-text.ts";
import type { MailSettings } from "./mail-settings.ts";

const ANSWER_WITHIN_MS = 20_000;

export interface MailTransport {
  /** Rejects where the server does not take it: `isRefused` tells whether it ever will. `id` names the mail, for readers who get it twice. */
  send(mail: MailText & { readonly to: string; readonly id: string }): Promise<void>;
  /** Whether the server answers, encrypts as it is asked to, and takes the login. */
  tryOut(): Promise<void>;
  close(): void;
}

/** Connects for each mail: a handful a day need no pool. */
export function openMailTransport({ host, port, security, from, login }: MailSettings): MailTransport {
  const transport = nodemailer.createTransport({
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    auth: login ? { user: login.user, pass: login.password } : undefined,
    connectionTimeout: ANSWER_WITHIN_MS,
    greetingTimeout: ANSWER_WITHIN_MS,
    socketTimeout: ANSWER_WITHIN_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, id, subject, text }) {
      await transport.sendMail({
        from: { name: "Karyoloop", address: from },
        // As parts, never as a line that is split at commas.
        to: { name: "", address: to },
        subject,
        text,
        messageId: `<${id}@${from.split("@").at(-1)}>`,
        // Nobody answers it, and no program should.
        headers: { "Auto-Submitted": "auto-generated" },
      });
    },
    async tryOut() {
      await transport.verify();
    },
    close: () => transport.close(),
  };
}

/** The server has said that it does not take mails to this address, now or later. */
export function isRefused(error: unknown): boolean {
  const { responseCode = 0, command } = error as { responseCode?: number; command?: string };
  return responseCode >= 500 && command === "RCPT TO";
}
