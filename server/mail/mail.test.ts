import { expect, it } from "vitest";
import { checkMail } from "../doctor/check-mail.ts";
import { readEnvironment } from "../env.ts";
import { startSmtpReceiver } from "./testing/smtp-receiver.ts";

const well = {
  SMTP_HOST: "mail.example.org",
  MAIL_FROM: "kl@example.org",
  KARYOLOOP_URL: "https://nuclei.example.org",
};

it("no mails by default; a half-made set-up, and a password readable on the way, keep the server from starting", () => {
  expect(readEnvironment({}).mail).toBeNull();
  const read = (more: Record<string, string | undefined>) => readEnvironment({ ...well, ...more }).mail;
  expect(read({})).toEqual({
    host: "mail.example.org",
    port: 587,
    security: "starttls",
    from: "kl@example.org",
    login: null,
  });
  expect(read({ SMTP_SECURITY: "tls", SMTP_USER: "u", SMTP_PASSWORD: "p" })).toMatchObject({
    port: 465,
    login: { user: "u", password: "p" },
  });
  const login = { SMTP_USER: "u", SMTP_PASSWORD: "p" };
  expect(read({ SMTP_SECURITY: "none", SMTP_HOST: "127.0.0.1", SMTP_PORT: "2525", ...login })?.port).toBe(2525);
  for (const wrong of [
    { MAIL_FROM: undefined },
    { KARYOLOOP_URL: undefined },
    { SMTP_HOST: undefined },
    { MAIL_FROM: "nobody" },
    { SMTP_USER: "u" },
    { SMTP_PORT: "70000" },
    { SMTP_SECURITY: "none", ...login },
  ])
    expect(() => read(wrong), JSON.stringify(wrong)).toThrow();
});

it("the doctor tries the server: a right login, a wrong one, no encryption where it is asked for, nobody there", async () => {
  const receiver = await startSmtpReceiver({ user: "u", password: "right" });
  const { port } = receiver;
  const at = (security: "none" | "starttls", password: string) =>
    checkMail({ mail: { host: "127.0.0.1", port, security, from: "kl@example.org", login: { user: "u", password } } });
  const [right] = await at("none", "right");
  expect(right).toMatchObject({ check: "mail", verdict: "ok" });
  expect(await at("none", "wrong")).toMatchObject([
    { verdict: "broken", hint: expect.stringContaining("SMTP_PASSWORD") },
  ]);
  expect(await at("starttls", "right")).toMatchObject([
    { verdict: "broken", hint: expect.stringContaining("SMTP_SECURITY") },
  ]);
  await receiver.close();
  expect(await at("none", "right")).toMatchObject([{ verdict: "broken", hint: expect.stringContaining("SMTP_HOST") }]);
  expect(await checkMail({ mail: null })).toMatchObject([{ verdict: "ok" }]);
  expect(receiver.mails).toEqual([]);
});
