import { collabSocketRoute } from "../collab/collab-socket.ts";
import type { SocketRoute } from "./socket-route.ts";

/** Every WebSocket door of the server. */
export const socketRoutes: readonly SocketRoute[] = [collabSocketRoute];
