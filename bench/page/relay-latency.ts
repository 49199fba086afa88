import type { BrowserContext, Page } from "@playwright/test";

declare global {
  interface Window {
    relay: { socket: WebSocket; next: Promise<number>; arm(): void };
  }
}

function connect(address: string): Promise<void> {
  const socket = new WebSocket(address);
  const relay: Window["relay"] = {
    socket,
    next: Promise.resolve(0),
    arm() {
      relay.next = new Promise((tell) => {
        socket.onmessage = ({ data }) =>
          requestAnimationFrame(() => {
            const context = document.querySelector("canvas")?.getContext("2d");
            context?.fillRect(0, 0, 20, 20);
            const channel = new MessageChannel();
            channel.port1.onmessage = () => tell(performance.timeOrigin + performance.now() - Number(data));
            channel.port2.postMessage(null);
          });
      });
    },
  };
  window.relay = relay;
  return new Promise((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error("no socket"));
  });
}

async function openPage(context: BrowserContext, address: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(address);
  await page.evaluate(connect, address.replace("http", "ws"));
  return page;
}

/** Page to plain WebSocket relay to page, and a rectangle painted there: what no product can be faster than. */
export async function measureRelay(
  from: BrowserContext,
  to: BrowserContext,
  address: string,
  count: number,
): Promise<number[]> {
  const sender = await openPage(from, address);
  const receiver = await openPage(to, address);
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    await receiver.evaluate(() => window.relay.arm());
    await sender.evaluate(() => window.relay.socket.send(String(performance.timeOrigin + performance.now())));
    times.push(await receiver.evaluate(() => window.relay.next));
  }
  await Promise.all([sender.close(), receiver.close()]);
  return times;
}
