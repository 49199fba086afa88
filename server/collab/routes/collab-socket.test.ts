import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { WebSocket } from "ws";
import { encodeMessage } from "../../../core/sync/link/messages.ts";
import { RoomTable } from "../testing/room-table.ts";
import { serveSocket } from "./collab-socket.ts";

beforeEach(
  () =>
    void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] }),
);
afterEach(() => void vi.useRealTimers());

/** What `ws` gives a route. */
class FakeSocket extends EventEmitter {
  binaryType = "";
  bufferedAmount = 0;
  isPaused = false;
  pings = 0;
  readonly ends: string[] = [];
  send(): void {}
  ping(): void {
    this.pings++;
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
  close(code: number): void {
    this.ends.push(String(code));
    this.emit("close");
  }
  terminate(): void {
    this.ends.push("terminated");
    this.emit("close");
  }
}

async function open() {
  const { room } = await RoomTable.open();
  const socket = new FakeSocket();
  serveSocket(socket as unknown as WebSocket, room, { userId: "u", name: "Dr u", role: "annotator" });
  const say = () =>
    socket.emit("message", Buffer.from(encodeMessage({ type: "hello", session: 1, outboxSessions: [] })));
  return { room, socket, say };
}

it("a socket that never says anything is closed", async () => {
  const { room, socket } = await open();
  vi.advanceTimersByTime(29_000);
  expect(socket.ends).toEqual([]);
  vi.advanceTimersByTime(2000);
  expect([socket.ends, room.connections.size]).toEqual([["1008"], 0]);
});

it("one that answers pings stays, one that does not goes, and one that takes in much slowly stays", async () => {
  const [alive, cut, slow] = [await open(), await open(), await open()];
  for (const { say } of [alive, cut, slow]) say();
  for (let second = 0; second < 300; second += 10) {
    slow.socket.bufferedAmount = 1_000_000 - second * 100;
    vi.advanceTimersByTime(10_000);
    alive.socket.emit("pong");
  }
  expect([alive.socket.ends, cut.socket.ends, slow.socket.ends]).toEqual([[], ["terminated"], []]);
  expect(alive.socket.pings).toBe(30);
});

it("frames that come faster than anybody works wait in their sender's line", async () => {
  const { socket, say } = await open();
  for (let i = 0; i < 499; i++) say();
  expect(socket.isPaused).toBe(false);
  say();
  expect(socket.isPaused).toBe(true);
  vi.advanceTimersByTime(300);
  expect([socket.isPaused, socket.ends]).toEqual([false, []]);
});
