import { afterAll, beforeAll, expect, it } from "vitest";
import { phone } from "../auth/testing/phone.ts";
import { startTestServer, TEST_PASSWORD, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";
import { signInToServer } from "./server-session.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

it("a command asks for the code where the account has an authenticator app", async () => {
  const { email, cookie, id } = await server.signUp("Scripter");
  const { account } = createTestClient(server.address, cookie);
  const code = phone((await account.beginApp.mutate()).url);
  await account.confirmApp.mutate({ code: code(-1) });
  const signIn = (askCode: () => Promise<string | null>) =>
    signInToServer(server.address, email, TEST_PASSWORD, askCode);
  await expect(signIn(async () => null)).rejects.toThrow("asks for a code");
  await expect(signIn(async () => "000000")).rejects.toThrow("code is not right");
  expect(await (await signIn(async () => code())).api.account.me.query()).toMatchObject({ id });
});
