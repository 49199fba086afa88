import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import type { SignedInUser } from "../auth/authentication.ts";
import type { Services } from "../services.ts";

/** Another server that is to have the socket. */
export interface PassedOn {
  readonly to: { readonly ownerId: string; readonly address: string };
  /** By which it has it. */
  readonly lease: string;
}

/** A WebSocket route. Same origin and a signed-in person are checked before; the rest is the route's own business. */
export interface SocketRoute {
  /** Path prefix, with its trailing slash. */
  readonly prefix: string;
  readonly maxPayloadBytes: number;
  /** Throws HttpRefusal before the upgrade; returns what to do with the open socket, or who is to have it. */
  admit(attempt: {
    readonly services: Services;
    readonly user: SignedInUser;
    readonly request: IncomingMessage;
    /** Path after the prefix. */
    readonly name: string;
    /** Another server has passed it on: it goes no further. */
    readonly isPassedOn: boolean;
  }): Promise<((socket: WebSocket) => void) | PassedOn>;
}
