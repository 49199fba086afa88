import { COLLEAGUE_HOST, type RunningProduct } from "./running-server.ts";

export const COLLEAGUE_HOST_RULE = `--host-resolver-rules=MAP ${COLLEAGUE_HOST} 127.0.0.1`;

/** The product (started with host 0.0.0.0) by that name. */
export function seenByColleague(product: RunningProduct): RunningProduct {
  const rename = (address: string) => {
    const url = new URL(address);
    url.hostname = COLLEAGUE_HOST;
    return url.href.replace(/\/$/, "");
  };
  return {
    ...product,
    address: rename(product.address),
    firstAccountLink: product.firstAccountLink && rename(product.firstAccountLink),
  };
}
