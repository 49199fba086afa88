import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Header names in lower case; folded lines joined. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decoded where it is quoted-printable or base64. */
  readonly text: string;
}

/** A mail server of RFC 5321, as far as a sender needs one: it keeps what it is given, and refuses as it is told to. */
export interface SmtpReceiver {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  /** Says `answer`, such as `451 later`, to the next `RCPT TO` in place of taking it. */
  refuseNext(answer: string): void;
  /** Resolves when so many mails have come since the start, or so many were refused. */
  took(count: number): Promise<void>;
  refused(count: number): Promise<void>;
  close(): Promise<void>;
}

export async function startSmtpReceiver(login?: { user: string; password: string }): Promise<SmtpReceiver> {
  const mails: ReceivedMail[] = [];
  const answers: string[] = [];
  let refusals = 0;
  const waiting = new Set<() => void>();
  const changed = () => {
    for (const check of [...waiting]) check();
  };
  const until = (isSo: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!isSo()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    talk(socket, {
      login,
      refusal: () => answers.shift(),
      onRefused() {
        refusals++;
        changed();
      },
      onMail(mail) {
        mails.push(mail);
        changed();
      },
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    mails,
    refuseNext: (answer) => void answers.push(answer),
    took: (count) => until(() => mails.length >= count),
    refused: (count) => until(() => refusals >= count),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

interface Talk {
  readonly login: { user: string; password: string } | undefined;
  refusal(): string | undefined;
  onRefused(): void;
  onMail(mail: ReceivedMail): void;
}

function talk(socket: Socket, { login, refusal, onRefused, onMail }: Talk): void {
  const say = (line: string) => void socket.write(`${line}\r\n`);
  let from = "";
  let to: string[] = [];
  let data: string[] | null = null;
  let rest = "";
  say("220 receiver.test ESMTP");
  socket.on("data", (bytes) => {
    const lines = (rest + bytes.toString("latin1")).split("\r\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  });
  const take = (line: string): void => {
    if (data) {
      if (line !== ".") {
        data.push(line.replace(/^\./, ""));
        return;
      }
      onMail({ from, to, ...parse(data) });
      data = null;
      say("250 taken");
      return;
    }
    const verb = line.slice(0, 4).toUpperCase();
    const address = /<([^>]*)>/.exec(line)?.[1] ?? "";
    if (verb === "EHLO") say(login ? "250-receiver.test\r\n250 AUTH PLAIN" : "250 receiver.test");
    else if (verb === "AUTH") {
      const [, user, password] = Buffer.from(line.split(" ")[2] ?? "", "base64")
        .toString()
        .split("\0");
      say(user === login?.user && password === login?.password ? "235 in" : "535 wrong login");
    } else if (verb === "MAIL") {
      from = address;
      to = [];
      say("250 ok");
    } else if (verb === "RCPT") {
      const refused = refusal();
      say(refused ?? "250 ok");
      if (refused) onRefused();
      else to.push(address);
    } else if (verb === "DATA") {
      data = [];
      say("354 go on");
    } else if (verb === "QUIT") {
      say("221 bye");
      socket.end();
    } else say(verb === "RSET" || verb === "NOOP" ? "250 ok" : "502 unknown");
  };
}

function parse(lines: readonly string[]): Pick<ReceivedMail, "headers" | "text"> {
  const end = lines.indexOf("");
  const head = lines
    .slice(0, end)
    .join("\r\n")
    .replace(/\r\n[ \t]+/g, " ");
  const headers = Object.fromEntries(
    head.split("\r\n").map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const body = lines.slice(end + 1).join("\n");
  return { headers, text: decode(body, headers["content-transfer-encoding"] ?? "7bit") };
}

function decode(body: string, encoding: string): string {
  if (encoding === "base64") return Buffer.from(body, "base64").toString();
  if (encoding !== "quoted-printable") return Buffer.from(body, "latin1").toString();
  const bytes = body
    .replace(/=\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString();
}
