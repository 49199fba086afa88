import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigurationError } from "../configuration-error.ts";

/** What a person can do about an address that cannot be had. */
function inWords(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === "EADDRINUSE")
    return new ConfigurationError(`Port ${port} on ${host} is taken: set PORT to another one.`);
  if (error.code === "EACCES")
    return new ConfigurationError(`Port ${port} is for the system's administrator only: set PORT to 1024 or more.`);
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND" || error.code === "EAI_AGAIN")
    return new ConfigurationError(
      `HOST ${host} is no address of this computer: set HOST to 127.0.0.1, or to 0.0.0.0 for all of them.`,
    );
  return error;
}

export function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(inWords(error, host, port)));
    server.listen(port, host, () => resolve(server.address() as AddressInfo));
  });
}
