/** Asks until there is an answer; a test never waits a fixed time. */
export async function poll<T>(ask: () => Promise<T | null | undefined | false>, timeoutMs = 25_000): Promise<T> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > until) throw new Error(`no answer within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
