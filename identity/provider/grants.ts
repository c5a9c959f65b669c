/** What a client has been granted, and who must be asked. */
import { type Grant, interactionPolicy, type KoaContextWithOIDC } from "oidc-provider";
import { isCityClient } from "./clients.ts";
import { graphScopes } from "./scopes.ts";
import { addStepUp } from "./step-up.ts";

/**
 * The grant of the client that asks: the one the citizen gave in this session. A client of the city has
 * one without asking, for it is the city that signs her in.
 *
 * @param resource the graph
 */
export async function loadGrant(context: KoaContextWithOIDC, resource: string): Promise<Grant | undefined> {
  const { client, session, result, provider } = context.oidc;
  if (!client || !session?.accountId) return undefined;
  const grantId = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
  const given = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  if (given || !isCityClient(client)) return given;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope("openid");
  grant.addResourceScope(resource, graphScopes);
  await grant.save();
  return grant;
}

/** When the citizen is shown a page: the library's rules, with four exceptions. */
export function createInteractionPolicy(): interactionPolicy.DefaultPolicy {
  const { base, Check } = interactionPolicy;
  const policy = base();
  const prompt = policy.get("login");
  const login = prompt?.checks;
  const native = policy.get("consent")?.checks.get("native_client_prompt");
  if (!prompt || !login || !native) throw new Error("oidc-provider has no check native_client_prompt any more");
  // A session may outlive its account; whoever sits there then signs in again.
  login.add(
    new Check("account_gone", "the account has been removed", "login_required", ({ oidc }) =>
      Boolean(oidc.session?.accountId && !oidc.account),
    ),
  );
  addStepUp(prompt);
  // Any program may pose as a native client, so each sign-in of one asks (RFC 8252, 8.6): the city's own for the
  // password, which its CLI sends anyway, all others for consent.
  login.add(
    new Check("native_client_session", "a session does not answer for a native client", "login_required", ({ oidc }) =>
      Boolean(oidc.client?.applicationType === "native" && isCityClient(oidc.client) && !oidc.result?.login),
    ),
  );
  const asks = native.check;
  native.check = (context) => (context.oidc.client && isCityClient(context.oidc.client) ? false : asks(context));
  return policy;
}
