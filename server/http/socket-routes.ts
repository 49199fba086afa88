import { collabSocketRoute } from "../collab/routes/collab-socket.ts";
import type { SocketRoute } from "../entrance/socket-route.ts";

/** Every WebSocket route of the server. */
export const socketRoutes: readonly SocketRoute[] = [collabSocketRoute];
