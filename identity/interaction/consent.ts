/** Consent: what a client that is not the city's own may read. */
import type { FastifyReply } from "fastify";
import { errors, type Grant } from "oidc-provider";
import { z } from "zod";
import { actingForOf, mayCarry } from "../delegation/acting-grant.ts";
import { principalName } from "../delegation/acting-right.ts";
import { consentPage } from "../pages/consent.ts";
import { scopeOfClaim } from "../provider/claims.ts";
import { addOIDCClaims, addOIDCScopes, addResourceScopes } from "../provider/grants.ts";
import { graphScopes, oidcScopes } from "../provider/scopes.ts";
import { finishTurn, formAction, type Interaction, type Turn } from "./turn.ts";

const explained: ReadonlySet<string> = new Set([...oidcScopes, ...graphScopes]);

export async function showConsent(turn: Turn): Promise<FastifyReply> {
  const { parts, interaction, view, reply } = turn;
  const client = await parts.provider().Client.find(String(interaction.params.client_id));
  if (!client) throw new errors.InvalidClient("the client is gone");
  const actingFor = actingForOf(await grantBefore(turn));
  const scopes = askedFor(interaction).filter((scope) => explained.has(scope) && mayCarry(actingFor, scope));
  const person = actingFor ? await principalName(parts.stores.database, actingFor) : null;
  const request = { client: client.clientName ?? client.clientId, scopes, person };
  return reply.send(consentPage(view, formAction(turn), request));
}

/** The scopes of the request, and those whose claims it asks for one by one. */
function askedFor({ params, prompt }: Interaction): string[] {
  const { missingOIDCClaims } = missing.parse(prompt.details);
  const ofClaims = missingOIDCClaims.flatMap((claim) => scopeOfClaim(claim) ?? []);
  return [...new Set([...String(params.scope ?? "").split(" "), ...ofClaims])];
}

const allowance = z.object({ action: z.literal("allow") });

/** Grants what was missing once she has allowed it. */
export async function answerConsent(turn: Turn): Promise<FastifyReply> {
  if (!allowance.safeParse(turn.request.body).success) return await showConsent(turn);
  const grant = await grantOf(turn);
  grantMissing(grant, turn.interaction);
  return await finishTurn(turn, { consent: { grantId: await grant.save() } });
}

async function grantBefore({ parts, interaction }: Turn): Promise<Grant | undefined> {
  return interaction.grantId === undefined ? undefined : await parts.provider().Grant.find(interaction.grantId);
}

async function grantOf(turn: Turn): Promise<Grant> {
  const known = await grantBefore(turn);
  if (known) return known;
  const { parts, interaction } = turn;
  // A grant that was there and is gone is not made anew: it may have been for somebody whom she acts for no more.
  if (interaction.grantId !== undefined) throw new errors.SessionNotFound("the grant has ended");
  const { session, params } = interaction;
  if (!session) throw new errors.SessionNotFound("nobody is signed in");
  return new (parts.provider().Grant)({ accountId: session.accountId, clientId: String(params.client_id) });
}

const missing = z.object({
  missingOIDCScope: z.array(z.string()).default([]),
  missingOIDCClaims: z.array(z.string()).default([]),
  missingResourceScopes: z.record(z.string(), z.array(z.string())).default({}),
});

function grantMissing(grant: Grant, { prompt }: Interaction): void {
  const { missingOIDCScope, missingOIDCClaims, missingResourceScopes } = missing.parse(prompt.details);
  addOIDCScopes(grant, missingOIDCScope);
  addOIDCClaims(grant, missingOIDCClaims);
  for (const [resource, scopes] of Object.entries(missingResourceScopes)) addResourceScopes(grant, resource, scopes);
}
