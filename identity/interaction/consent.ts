/** Consent: what a client that is not the city's own may read. */
import type { FastifyReply } from "fastify";
import { errors, type Grant } from "oidc-provider";
import { z } from "zod";
import { consentPage } from "../pages/consent.ts";
import { graphScopes } from "../provider/scopes.ts";
import { finishTurn, formAction, type Interaction, type Turn } from "./turn.ts";

const explained: ReadonlySet<string> = new Set(["openid", "offline_access", ...graphScopes]);

export async function showConsent(turn: Turn): Promise<FastifyReply> {
  const { parts, interaction, view, reply } = turn;
  const client = await parts.provider().Client.find(String(interaction.params.client_id));
  if (!client) throw new errors.InvalidClient("the client is gone");
  const scopes = String(interaction.params.scope ?? "")
    .split(" ")
    .filter((scope) => explained.has(scope));
  return reply.send(consentPage(view, formAction(turn), { client: client.clientName ?? client.clientId, scopes }));
}

const allowance = z.object({ action: z.literal("allow") });

/** Grants what was missing once she has allowed it. */
export async function answerConsent(turn: Turn): Promise<FastifyReply> {
  if (!allowance.safeParse(turn.request.body).success) return await showConsent(turn);
  const grant = await grantOf(turn);
  grantMissing(grant, turn.interaction);
  return await finishTurn(turn, { consent: { grantId: await grant.save() } });
}

async function grantOf({ parts, interaction }: Turn): Promise<Grant> {
  const { Grant } = parts.provider();
  const known = interaction.grantId === undefined ? undefined : await Grant.find(interaction.grantId);
  if (known) return known;
  const { session, params } = interaction;
  if (!session) throw new errors.SessionNotFound("nobody is signed in");
  return new Grant({ accountId: session.accountId, clientId: String(params.client_id) });
}

const missing = z.object({
  missingOIDCScope: z.array(z.string()).default([]),
  missingResourceScopes: z.record(z.string(), z.array(z.string())).default({}),
});

function grantMissing(grant: Grant, { prompt }: Interaction): void {
  const { missingOIDCScope, missingResourceScopes } = missing.parse(prompt.details);
  if (missingOIDCScope.length > 0) grant.addOIDCScope(missingOIDCScope);
  for (const [resource, scopes] of Object.entries(missingResourceScopes)) grant.addResourceScope(resource, scopes);
}
