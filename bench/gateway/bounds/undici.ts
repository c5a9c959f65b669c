/** Subgraph fetches over undici, with a pool for each subgraph and `request`, its usual way. */
import { Pool } from "undici";
import type { FetchText } from "./server.ts";

export function undiciFetch(): FetchText {
  const pools = new Map<string, Pool>();
  return async ({ origin, path, body }, authorization) => {
    const pool = pools.get(origin) ?? new Pool(origin, { connections: 64 });
    pools.set(origin, pool);
    const headers = { "content-type": "application/json", authorization };
    const answer = await pool.request({ method: "POST", path, headers, body });
    return await answer.body.text();
  };
}
