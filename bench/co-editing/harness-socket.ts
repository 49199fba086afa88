/**
 * A WebSocket whose frames wait until the harness delivers them: the real y-websocket provider on one end, the real
 * room on the other. Order within a connection is kept, as TCP does; between connections it is the harness's choice.
 */
export class HarnessSocket {
  readonly OPEN = 1;
  readyState = 0;
  binaryType = "arraybuffer";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: Uint8Array }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  /** Frames on their way to the server. */
  readonly up: Uint8Array[] = [];
  /** Frames and the close on their way to the browser. */
  readonly down: ({ frame: Uint8Array } | { close: { code: number; reason: string } })[] = [];
  readonly #onClosedHere: (socket: HarnessSocket) => void;

  constructor(onClosedHere: (socket: HarnessSocket) => void) {
    this.#onClosedHere = onClosedHere;
  }

  send(data: Uint8Array | ArrayBuffer): void {
    if (this.readyState === 1) this.up.push(new Uint8Array(data instanceof ArrayBuffer ? data : data.slice()));
  }

  /** The browser closes; what it sent before may still arrive. */
  close(): void {
    if (this.readyState >= 2) return;
    this.readyState = 3;
    this.#onClosedHere(this);
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  /** Hands the next thing from the server to the browser. */
  deliverDown(): void {
    const next = this.down.shift();
    if (!next || this.readyState !== 1) return;
    if ("frame" in next) this.onmessage?.({ data: next.frame });
    else this.drop(next.close.code, next.close.reason);
  }

  /** The line is cut. */
  drop(code = 1006, reason = ""): void {
    if (this.readyState >= 2) return;
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }
}
