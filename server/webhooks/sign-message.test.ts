import { expect, it } from "vitest";
import { askPython, peerJudge } from "../export/testing/python-judge.ts";
import { createWebhookSecret, signatureHeaders } from "./sign-message.ts";

it("makes the signature of the specification's example", () => {
  // https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/python/tests/test_webhooks.py
  const headers = signatureHeaders("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", {
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    timestamp: 1614265330,
    body: '{"test": 2432232314}',
  });
  expect(headers).toEqual({
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});

it("is taken by the library of Standard Webhooks, and what was changed is not", async (context) => {
  const judge = peerJudge(["standardwebhooks"]);
  if (judge.missing !== undefined) return context.skip(judge.missing);
  const [secret, other] = [createWebhookSecret(), createWebhookSecret()];
  const message = { id: "m1", timestamp: Math.floor(Date.now() / 1000), body: '{"type":"test","name":"été"}' };
  const old = { ...message, timestamp: message.timestamp - 3600 };
  const program = `
import sys, json
from standardwebhooks.webhooks import Webhook
out = []
for secret, headers, body in json.loads(sys.argv[1]):
    try:
        Webhook(secret).verify(body, headers)
        out.append('taken')
    except Exception:
        out.append('refused')
print(json.dumps(out))`;
  const cases = [
    [secret, signatureHeaders(secret, message), message.body],
    [other, signatureHeaders(secret, message), message.body],
    [secret, signatureHeaders(secret, message), message.body.replace("test", "text")],
    [secret, { ...signatureHeaders(secret, message), "webhook-id": "m2" }, message.body],
    [secret, signatureHeaders(secret, old), message.body],
  ];
  expect(await askPython(judge.command, program, [JSON.stringify(cases)])).toEqual([
    "taken",
    "refused",
    "refused",
    "refused",
    "refused",
  ]);
});
