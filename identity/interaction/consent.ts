/** Consent: what a client that is not the city's own may read. */
import type { FastifyReply } from "fastify";
import { type Client, errors, type Grant } from "oidc-provider";
import { z } from "zod";
import { withdrawScopes } from "../account/withdrawal.ts";
import { actingForOf, mayCarry } from "../delegation/acting-grant.ts";
import { principalName } from "../delegation/acting-right.ts";
import { recordHistory } from "../history/history.ts";
import { consentPage } from "../pages/consent.ts";
import { scopeOfClaim } from "../provider/claims.ts";
import { clientNameIn } from "../provider/client-metadata.ts";
import { sectorOf } from "../provider/clients.ts";
import { addOIDCClaims, addOIDCScopes, addResourceScopes, applyAnswer } from "../provider/grants.ts";
import {
  adminScope,
  graphScopes,
  oidcScopes,
  purposeOf,
  purposeScopesOf,
  sensitiveScopes,
  wantsOwnConsent,
} from "../provider/scopes.ts";
import { type Consent, findConsent, rememberConsent, rememberRefusal } from "../store/consents.ts";
import { readProfile } from "../store/profiles.ts";
import { describeScopes } from "../store/scopes.ts";
import { isUnder14 } from "./age.ts";
import { finishTurn, formAction, type Interaction, originOf, type Turn } from "./turn.ts";

const explained: ReadonlySet<string> = new Set([...oidcScopes, ...graphScopes, adminScope]);

/** What she is asked, and about whose data. */
interface ConsentQuestion {
  readonly client: Client;
  readonly accountId: string;
  /** What registered scopes are for, in her language. */
  readonly words: ReadonlyMap<string, string>;
  /** Scopes of the request that a page can explain and that may be given. */
  readonly scopes: readonly string[];
  /** The name of the person acted for; null when she acts for herself. */
  readonly person: string | null;
  /** What she decided about this client before; null when that does not count. */
  readonly before: Consent | null;
  /** Whether her answer is remembered; what a company reads by itself rests on nothing else. */
  readonly isLasting: boolean;
  /** She cannot decide by herself: her guardian can, by acting for her (PIPL art. 31). */
  readonly needsGuardian: boolean;
}

export async function showConsent(turn: Turn): Promise<FastifyReply> {
  const { client, scopes, words, person, before, isLasting, needsGuardian } = await questionOf(turn);
  const page = consentPage(turn.view, formAction(turn), {
    client: clientNameIn(client, turn.view.language),
    words,
    host: URL.parse(String(turn.interaction.params.redirect_uri))?.host ?? null,
    policyUrl: client.policyUri ?? null,
    scopes: scopes.filter((scope) => !wantsOwnConsent(scope)),
    sensitive: scopes.filter((scope) => sensitiveScopes.has(scope)),
    purposes: isLasting ? scopes.filter(purposeOf) : [],
    ticked: before?.scopes ?? [],
    person,
    needsGuardian,
  });
  return turn.reply.send(page);
}

const allowance = z.looseObject({ action: z.literal("allow") });

/** Grants what was missing and what she has allowed of it, and remembers her answer. */
export async function answerConsent(turn: Turn): Promise<FastifyReply> {
  const form = allowance.safeParse(turn.request.body).data;
  const question = form && (await questionOf(turn));
  if (!question || question.needsGuardian) return await showConsent(turn);
  const { isLasting } = question;
  const isTicked = (scope: string) => form[scope] === "yes" && (isLasting || !purposeOf(scope));
  const isDeclined = (scope: string) => wantsOwnConsent(scope) && !isTicked(scope);
  const answer = {
    scopes: question.scopes.filter((scope) => !isDeclined(scope)),
    declined: question.scopes.filter(isDeclined),
  };
  const grant = await grantOf(turn);
  grantMissing(grant, turn.interaction);
  applyAnswer(grant, answer);
  const grantId = await grant.save();
  await keepAnswer(turn, question, { ...answer, grantId });
  return await finishTurn(turn, { consent: { grantId } });
}

async function questionOf(turn: Turn): Promise<ConsentQuestion> {
  const { parts, interaction } = turn;
  const { database } = parts.stores;
  const client = await parts.provider().Client.find(String(interaction.params.client_id));
  if (!client) throw new errors.InvalidClient("the client is gone");
  if (!interaction.session) throw new errors.SessionNotFound("nobody is signed in");
  const { accountId } = interaction.session;
  const actingFor = actingForOf(await grantBefore(turn));
  const asked = askedFor(interaction);
  const words = await describeScopes(database, asked, turn.view.language);
  const profile = actingFor ? undefined : await readProfile(database, accountId);
  const known = new Set([...explained, ...words.keys(), ...purposeScopesOf(sectorOf(client))]);
  const isForHerself = !actingFor && !isForDevice(interaction);
  return {
    client,
    accountId,
    scopes: asked.filter((scope) => known.has(scope) && mayCarry(actingFor, scope)),
    words,
    person: actingFor ? await principalName(database, actingFor) : null,
    before: isForHerself ? await findConsent(database, accountId, client.clientId) : null,
    isLasting: isForHerself && client.applicationType !== "native",
    needsGuardian: profile !== undefined && isUnder14(profile.birthDate, new Date()),
  };
}

/** The scopes of the request, and those whose claims it asks for one by one. */
function askedFor({ params, prompt }: Interaction): string[] {
  const { missingOIDCClaims } = missing.parse(prompt.details);
  const ofClaims = missingOIDCClaims.flatMap((claim) => scopeOfClaim(claim) ?? []);
  return [...new Set([...String(params.scope ?? "").split(" "), ...ofClaims])];
}

interface Answer extends Consent {
  /** The grant on which it stands. */
  readonly grantId: string;
}

/** In her history always; for the next session only where `recallConsent` would take it up. */
async function keepAnswer(turn: Turn, question: ConsentQuestion, answer: Answer): Promise<void> {
  const { client, accountId, person, isLasting } = question;
  const { database, fleeting } = turn.parts.stores;
  await database.transaction(async (tx) => {
    if (isLasting) {
      if (answer.scopes.length > 0) await rememberConsent(tx, accountId, client.clientId, answer);
      else await rememberRefusal(tx, accountId, client.clientId, answer.declined);
      const { declined: scopes, grantId: answered } = answer;
      await withdrawScopes({ tx, fleeting }, { citizenId: accountId, clientId: client.clientId, scopes, answered });
    }
    await recordHistory(tx, {
      citizenId: accountId,
      kind: "consent-given",
      clientId: client.clientId,
      origin: originOf(turn),
      detail: { scopes: answer.scopes.join(" "), ...(person !== null && { name: person }) },
    });
  });
}

/** Whether she connects a device (RFC 8628): what she allows counts for this connection alone. */
function isForDevice({ deviceCode }: Interaction): boolean {
  return deviceCode !== undefined;
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
