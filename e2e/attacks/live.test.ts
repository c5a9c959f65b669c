/** Attacks of a citizen on what goes on: subscriptions, answers in parts, and sockets. */
import { setTimeout as delay } from "node:timers/promises";
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import { attack, worked } from "./support/attack.ts";
import { endSession } from "./support/security-events.ts";
import { askOnSocket, listen, partsOf } from "./support/streams.ts";
import { somebody, type Town, towns, undemanding, unnamed } from "./support/town.ts";

const { real, weak } = towns();
const deaf = { against: "a gateway that hears of no revocation", real, weak: weak({ gateway: {} }) };
const unproven = {
  against: "a gateway that asks for no proof of possession",
  real,
  weak: weak({ gateway: { admission: () => ({ checkPossession: async () => {} }) } }),
};

/** `worked` when a text holds what she is after, else the code in it. */
function ending(text: string, secret: string): string {
  return text.includes(secret) ? worked : (/"code":"(\w+)"/.exec(text)?.[1] ?? text);
}

/** What she hears first. */
async function hears(town: Town, query: string, secret: string): Promise<string> {
  for await (const text of listen(town, query, await town.token(somebody()))) return ending(text, secret);
  return "nothing";
}

attack("she subscribes to a field above her level", {
  against: "a supergraph and subgraphs without @assurance",
  real,
  weak: weak({ sdl: undemanding }),
  attempt: (town) => hears(town, "subscription { dripped { secret } }", "the leak"),
  meets: "INSUFFICIENT_USER_AUTHENTICATION",
});

attack("she subscribes to another's events", {
  against: "a gateway that knows no citizen IDs and opens no sealed ones",
  real,
  weak: weak({ sdl: unnamed, gateway: {} }),
  attempt: async (town) => {
    const of = town.forms("government").seal(somebody());
    return await hears(town, `subscription { dripped(of: "${of}") { note } }`, "a drip");
  },
  meets: "FORBIDDEN",
});

attack("she goes on listening after she was signed out everywhere", {
  ...deaf,
  attempt: async (town) => {
    const sid = crypto.randomUUID();
    let heard = 0;
    for await (const text of listen(town, "subscription { dripped { note } }", await town.token(somebody(), { sid }))) {
      if (!text.includes("a drip")) return ending(text, "a drip");
      if (heard === 0) await endSession(town, sid);
      heard += 1;
      // Two seconds of drips: twice what a revocation may take.
      if (heard === 40) return worked;
    }
    return "the end";
  },
  meets: "TOKEN_INVALID",
});

attack("she waits for a part of an answer that comes after she was signed out everywhere", {
  ...deaf,
  attempt: async (town) => {
    const sid = crypto.randomUUID();
    const token = await town.token(somebody(), { sid });
    const released = Promise.withResolvers<void>();
    town.companies.water.forge((_request, response) => {
      void released.promise.then(() =>
        response.setHeader("content-type", "application/json").end('{"data":{"_entities":[{"due":4711}]}}'),
      );
    });
    try {
      const parts = await partsOf(town, "{ me { name ... @defer { due } } }", token);
      let text = "";
      while (!text.includes('"hasNext":true')) text += (await parts.read()).value ?? "";
      await endSession(town, sid);
      for (let tries = 0; tries < 20 && !(await town.ask("{ me { name } }", { token })).errors; tries += 1)
        await delay(50);
      released.resolve();
      for (let part = await parts.read(); !part.done; part = await parts.read()) text += part.value;
      return ending(text, "4711");
    } finally {
      town.companies.water.forge(undefined);
    }
  },
  meets: "TOKEN_INVALID",
});

/** A copied token that is bound to a key which the thief does not have. */
async function copied(town: Town): Promise<string> {
  const { publicKey } = await generateKeyPair("ES256");
  return await town.token(somebody(), { cnf: { jkt: await calculateJwkThumbprint(await exportJWK(publicKey)) } });
}

attack("a thief opens a socket with her token and without its key", {
  ...unproven,
  attempt: async (town) => {
    const authorization = `DPoP ${await copied(town)}`;
    return ending(await askOnSocket(town, "{ me { name } }", { authorization }), "Name of");
  },
  meets: "DPOP_PROOF_INVALID",
});

attack("a thief hides her token in the handshake of a socket", {
  ...unproven,
  attempt: async (town) => {
    const authorization = `DPoP ${await copied(town)}`;
    return ending(await askOnSocket(town, "{ me { name } }", {}, { authorization }), "Name of");
  },
  meets: "DPOP_PROOF_INVALID",
});

attack("a page of somebody else's opens a socket from her browser", {
  against: "a gateway that lets pages of any origin connect",
  real,
  weak: weak({ gateway: {} }),
  attempt: async (town) => {
    const authorization = `Bearer ${await town.token(somebody())}`;
    const origin = "https://shop.example";
    return ending(await askOnSocket(town, "{ me { name } }", { authorization }, { origin }), "Name of");
  },
  meets: "status 403",
});
