import { randomBytes } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { newSigningKey, postQuery } from "./city.ts";
import { type KitTown, startKitTown } from "./kit-town.ts";
import { companyCallKey } from "./subgraphs.ts";

const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { ping: String }`;
const resolvers = { Query: { ping: () => "pong" } };

let town: KitTown;
afterEach(() => town.close());

/** Asks without a pause until it is told to stop; gives how often it was answered well, and every other answer. */
function askOn(token: string) {
  let isOver = false;
  const answered = { well: 0, otherwise: [] as unknown[] };
  const flow = async () => {
    while (!isOver) {
      const { data, errors } = await postQuery(town.gatewayUrl, "{ ping }", {
        token,
        headers: { connection: "close" },
      });
      if (data?.ping === "pong") answered.well += 1;
      else answered.otherwise.push(errors);
    }
  };
  const flows = [flow(), flow()];
  return async () => {
    isOver = true;
    await Promise.all(flows);
    return answered;
  };
}

const secret = () => randomBytes(32).toString("base64url");
const pair = {
  own: `ed25519:${Buffer.alloc(32, 5).toString("base64url")}`,
  gateway: "ed25519:bnoc3Smwt4_ROvTFWY_v9O8qlxZuPKby5Pv8zYBQW_E",
};

describe("the keys of signed calls", () => {
  it("of a department change in four steps while calls flow, and none fails", async () => {
    const [old, next] = [secret(), secret()];
    const key = (...keys: string[]) => `hmac-sha256:${keys.join("+")}`;
    town = await startKitTown({ sdl, resolvers, isCompany: false, subgraphKey: key(old), gatewayKey: key(old) });
    const stop = askOn(await town.token());
    await town.replaceSubgraph(key(old, next));
    await town.replaceGateway(key(next, old));
    await town.replaceSubgraph(key(next));
    await town.replaceGateway(key(next));
    const { well, otherwise } = await stop();
    expect(otherwise).toEqual([]);
    expect(well).toBeGreaterThan(10);
    // Whoever still holds the old one alone is nobody any more.
    await town.replaceGateway(key(old));
    const token = await town.token();
    expect((await postQuery(town.gatewayUrl, "{ ping }", { token })).data).toEqual({ ping: null });
  });

  it("of the gateway are known from whichever replica the subgraph asks, when each publishes both", async () => {
    const { own: subgraphKey, gateway: gatewayKey } = companyCallKey;
    const [old, next] = [JSON.stringify(await newSigningKey()), JSON.stringify(await newSigningKey())];
    const ahead = { HUIMIN_SIGNING_KEY: next, HUIMIN_FURTHER_SIGNING_KEY: old };
    const answerOf = async (behind: Readonly<Record<string, string>>) => {
      town = await startKitTown({ sdl, resolvers, isCompany: true, subgraphKey, gatewayKey });
      await town.replaceGateway(gatewayKey, behind);
      const replica = await town.addGateway(gatewayKey, ahead);
      const { data } = await postQuery(replica.url, "{ ping }", { token: await town.token() });
      await replica.close();
      return data;
    };
    expect(await answerOf({ HUIMIN_SIGNING_KEY: old })).toEqual({ ping: null });
    await town.close();
    expect(await answerOf({ HUIMIN_SIGNING_KEY: old, HUIMIN_FURTHER_SIGNING_KEY: next })).toEqual({ ping: "pong" });
  });

  it("of a company change in three, and what the old one signs does not count any more", async () => {
    const old = companyCallKey;
    const both = `${old.gateway}+${pair.gateway.slice("ed25519:".length)}`;
    town = await startKitTown({ sdl, resolvers, isCompany: true, subgraphKey: old.own, gatewayKey: old.gateway });
    const stop = askOn(await town.token());
    await town.replaceGateway(both);
    await town.replaceSubgraph(pair.own);
    await town.replaceGateway(pair.gateway);
    const { well, otherwise } = await stop();
    expect(otherwise).toEqual([]);
    expect(well).toBeGreaterThan(10);
    await town.replaceSubgraph(old.own);
    const token = await town.token();
    expect((await postQuery(town.gatewayUrl, "{ ping }", { token })).data).toEqual({ ping: null });
  });
});
