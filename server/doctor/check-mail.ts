import type { Environment } from "../env.ts";
import { openMailTransport } from "../mail/mail-transport.ts";
import { broken, type Finding, look, ok } from "./finding.ts";

/** Whether the mail server answers as it is asked to; no mail is sent. */
export async function checkMail({ mail }: Pick<Environment, "mail">): Promise<Finding[]> {
  if (!mail) return [ok("mail", "No mails are sent: SMTP_HOST is not set.")];
  const { host, port, security } = mail;
  const transport = openMailTransport(mail);
  try {
    await transport.tryOut();
  } catch (error) {
    return [broken("mail", `The mail server ${host}:${port} does not take mails: ${wordsOf(error)}`, hintOf(error))];
  } finally {
    transport.close();
  }
  if (security === "none" && !["localhost", "127.0.0.1", "::1"].includes(host))
    return [
      look(
        "mail",
        `Mails go to ${host} readable for everybody on the way.`,
        "Set SMTP_SECURITY to starttls or tls, which the server has to offer.",
      ),
    ];
  return [ok("mail", `The mail server ${host}:${port} takes mails${security === "none" ? "" : ", encrypted"}.`)];
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message.slice(0, 200) : "unknown");

function hintOf(error: unknown): string {
  const { code } = error as { code?: string };
  if (code === "EAUTH") return "Look at SMTP_USER and SMTP_PASSWORD: the server does not take them.";
  if (code === "ETLS")
    return "Look at SMTP_SECURITY: the server does not encrypt in this way, or its certificate is not trusted.";
  return "Look at SMTP_HOST, SMTP_PORT and SMTP_SECURITY, and whether a firewall is in between.";
}
