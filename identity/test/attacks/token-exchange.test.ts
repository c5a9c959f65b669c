/** Attacks of services that pass tokens on (RFC 8693). */
import { randomUUID } from "node:crypto";
import { attack, identities, newName, outcomeOf } from "../support/attack.ts";
import { aygul } from "../support/citizens.ts";
import { portalClient, redeem, signIn } from "../support/client.ts";
import type { TestIdentity } from "../support/identity.ts";
import { registerResource, registerService, request, tokenExchange } from "../support/registration.ts";

const { real } = identities();

const accessToken = "urn:ietf:params:oauth:token-type:access_token";

/** A citizen's token for the graph, and a resource of its own for this attack. */
async function scene(identity: TestIdentity) {
  const portal = await portalClient(identity);
  const parameters = { scope: "openid citizen:read" };
  const { access_token: token } = await redeem(portal, await signIn(identity, portal, aygul, { parameters }));
  const resource = `https://${randomUUID()}.example/api`;
  await registerResource(identity, { resource, sector: "government", scopes: ["citizen:read", "health:read"] });
  return { token, resource };
}

interface Registration {
  readonly serves: boolean;
  readonly mayGoThere: boolean;
}

/** A service exchanges a token of the graph as its registration lets it. */
async function exchange({ serves, mayGoThere }: Registration, scope = "citizen:read"): Promise<string> {
  const identity = await real();
  const { token, resource } = await scene(identity);
  const service = await registerService(identity, newName(), {
    grant_types: [tokenExchange],
    protected_resources: serves ? [identity.graph] : [],
    token_exchange_audiences: mayGoThere ? [resource] : [],
  });
  const parameters = { subject_token: token, subject_token_type: accessToken, resource, scope };
  return await outcomeOf(request(service, tokenExchange, parameters));
}

attack("a service that exchanges a token which was never given to it", {
  source: "RFC 9700 4.9; RFC 8693 5",
  real: (): Registration => ({ serves: false, mayGoThere: true }),
  // Registered as the server of a resource that is not its own.
  weak: (): Registration => ({ serves: true, mayGoThere: true }),
  attempt: async (registration) => await exchange(registration),
  meets: "invalid_request",
});

attack("a service that takes a citizen's token to a resource where it has no business", {
  source: "RFC 9700 2.3; RFC 8693 5",
  real: (): Registration => ({ serves: true, mayGoThere: false }),
  weak: (): Registration => ({ serves: true, mayGoThere: true }),
  attempt: async (registration) => await exchange(registration),
  meets: "invalid_target",
});

attack("a service that asks for more than the token which it received held", {
  source: "RFC 9700 2.3; ASVS 10.4.11",
  real: (): Registration => ({ serves: true, mayGoThere: true }),
  weak: "cannot be shown: a registration can widen where a token goes, and never what it holds",
  attempt: async (registration) => await exchange(registration, "citizen:read health:read"),
  meets: "invalid_scope",
});
