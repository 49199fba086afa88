import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import type { SignedInUser } from "../auth/authentication.ts";
import type { Services } from "../services.ts";

/** A WebSocket door. Same origin and a signed-in person are checked before; the rest is the door's own business. */
export interface SocketRoute {
  /** Path prefix, with its trailing slash. */
  readonly prefix: string;
  readonly maxPayloadBytes: number;
  /** Throws HttpRefusal before the upgrade; returns what to do with the open socket. */
  admit(door: {
    readonly services: Services;
    readonly user: SignedInUser;
    readonly request: IncomingMessage;
    /** Path after the prefix. */
    readonly name: string;
  }): Promise<(socket: WebSocket) => void>;
}
