import { connect } from "node:net";

export interface RawOutcome {
  /** All that the server said. */
  readonly said: string;
  /** Of the first answer; 0 where there was none. */
  readonly status: number;
  /** Bytes that the server's side took before it closed. */
  readonly taken: number;
}

/**
 * Writes bytes as they are and waits until the server closes or has answered. `goOn` makes more to write, as long as
 * the server takes it; `untilClosed` waits for the close whatever was answered.
 */
export function sendRaw(
  address: string,
  bytes: string | Uint8Array,
  options: { readonly goOn?: () => Uint8Array; readonly untilClosed?: boolean; readonly answers?: number } = {},
): Promise<RawOutcome> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let said = "";
    const end = () => {
      socket.destroy();
      resolve({ said, status: Number(/^HTTP\/1\.1 (\d{3})/.exec(said)?.[1] ?? 0), taken: socket.bytesWritten });
    };
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      said += text;
      const answers = said.split("HTTP/1.1 ").length - 1;
      if (!options.untilClosed && !options.goOn && said.includes("\r\n\r\n") && answers >= (options.answers ?? 1))
        end();
    });
    socket.on("error", end);
    socket.on("close", end);
    const pump = () => {
      while (options.goOn && !socket.destroyed) if (!socket.write(options.goOn())) break;
    };
    socket.on("drain", pump);
    socket.write(bytes);
    pump();
  });
}
