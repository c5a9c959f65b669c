/** Attacks by which a client takes one server for another. */
import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import type { Provider } from "oidc-provider";
import * as oidc from "openid-client";
import { attack, identities, worked } from "../support/attack.ts";
import { aygul } from "../support/citizens.ts";
import { portalClient, signIn } from "../support/client.ts";

const { real, weak } = identities();

attack("a code that comes from another server than the one which was asked (mix-up)", {
  source: "RFC 9700 4.4; RFC 9207; ASVS 10.2.2",
  real: async () => ({ identity: await real(), looksAtIssuer: true }),
  // A client that does not know that this server names itself in every answer.
  weak: async () => ({ identity: await real(), looksAtIssuer: false }),
  attempt: async ({ identity, looksAtIssuer }) => {
    const portal = await portalClient(identity);
    const { page, checks } = await signIn(identity, portal, aygul);
    const callback = new URL(page.leavesTo ?? portal.redirectUri);
    callback.searchParams.delete("iss");
    const { supportsPKCE: _method, ...known } = portal.configuration.serverMetadata();
    const metadata = { ...known, authorization_response_iss_parameter_supported: looksAtIssuer };
    const auth = oidc.PrivateKeyJwt({ key: identity.portalKey, kid: "portal" });
    const client = { id_token_signed_response_alg: "ES256" };
    const configuration = new oidc.Configuration(metadata, "portal", client, auth);
    oidc.allowInsecureRequests(configuration);
    const options = portal.dpop ? { DPoP: portal.dpop } : {};
    try {
      await oidc.authorizationCodeGrant(configuration, callback, checks, undefined, options);
      return worked;
    } catch (error) {
      return error instanceof oidc.ClientError ? "refused by the client" : String(error);
    }
  },
  meets: "refused by the client",
});

attack("an answer to a client that comes from somebody else's server, named as that server", {
  source: "RFC 9700 4.4; ASVS 10.5.3",
  real,
  weak: "cannot be shown: the client's library compares the names whenever there is one",
  attempt: async (identity) => {
    const portal = await portalClient(identity);
    const { page, checks } = await signIn(identity, portal, aygul);
    const callback = new URL(page.leavesTo ?? portal.redirectUri);
    callback.searchParams.set("iss", "https://attacker.example");
    try {
      await oidc.authorizationCodeGrant(portal.configuration, callback, checks);
      return worked;
    } catch (error) {
      return error instanceof oidc.ClientError ? "refused by the client" : String(error);
    }
  },
  meets: "refused by the client",
});

/** The metadata as somebody gets them who names another host, for a cache to keep. */
async function tokenEndpointAt(port: number): Promise<string> {
  const headers = { host: "attacker.example", "x-forwarded-host": "attacker.example" };
  const path = "/.well-known/openid-configuration";
  const asking = httpRequest({ host: "localhost", port, path, headers }).end();
  const [answer] = (await once(asking, "response")) as [IncomingMessage];
  const { token_endpoint: endpoint } = (await json(answer)) as { token_endpoint: string };
  return endpoint;
}

attack("metadata with the attacker's host in them, by the header in which a caller names it", {
  source: "RFC 9700 4.13; ASVS 10.5.3",
  real: async () => ({ port: (await real()).config.port, close: () => {} }),
  // The library's provider behind a proxy that passes on what callers say, without our routes in between.
  weak: async () => {
    const made: Provider[] = [];
    await weak({ provider: (provider) => void made.push(provider) })();
    const server = createServer(made[0]?.callback()).listen(0, "localhost");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    return { port, close: () => void server.close() };
  },
  attempt: async ({ port, close }) => {
    const endpoint = await tokenEndpointAt(port);
    close();
    return endpoint.includes("attacker.example") ? worked : "the issuer's own";
  },
  meets: "the issuer's own",
});

attack("a client that registers itself", {
  source: "ASVS 10.4.7",
  real,
  weak: "cannot be shown: identity serves a list of addresses, and that of registration is none of them",
  attempt: async ({ issuer }) => {
    const metadata = { redirect_uris: ["https://attacker.example/callback"], profile: "public", sector: "attacker" };
    const headers = { "content-type": "application/json", accept: "application/json" };
    const answer = await fetch(`${issuer}/reg`, { method: "POST", headers, body: JSON.stringify(metadata) });
    return answer.status === 201 ? worked : String(answer.status);
  },
  meets: "404",
});
