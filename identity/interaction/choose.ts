/** For whom she acts at a client: herself, or somebody whom the register or a delegation lets her act for. */
import type { FastifyReply } from "fastify";
import { errors, type Grant } from "oidc-provider";
import { z } from "zod";
import type { RawCitizenId } from "../../trust/pseudonym.ts";
import { revokeGrant } from "../account/endings.ts";
import { actingForOf, setActingFor } from "../delegation/acting-grant.ts";
import { recordActing } from "../delegation/acting-record.ts";
import { type ActingRight, findRight, rightsOf } from "../delegation/acting-right.ts";
import { actingForParameter } from "../delegation/own-matters.ts";
import { choosePage } from "../pages/choose.ts";
import { clientNameIn } from "../provider/client-metadata.ts";
import { delegationKindsOf, isCityClient, sectorOf } from "../provider/clients.ts";
import { grantToCity } from "../provider/grants.ts";
import { nameOfCitizen } from "../store/accounts.ts";
import { readGraphScopes } from "../store/scopes.ts";
import { finishTurn, formAction, originOf, type Turn } from "./turn.ts";

/** Asks her, unless her client says that she has answered. */
export async function askForWhom(turn: Turn): Promise<FastifyReply> {
  if (turn.interaction.params[actingForParameter] === undefined) return await showChoice(turn);
  return await finishTurn(turn, { select_account: { grantId: await chosenGrant(turn, null) } });
}

async function showChoice(turn: Turn, gone = false): Promise<FastifyReply> {
  const { parts, view, reply } = turn;
  const { actor, client } = await chooserOf(turn);
  const people = await rightsOf(parts.stores.database, actor, delegationKindsOf(client));
  const self = (await nameOfCitizen(parts.stores.database, actor)) ?? "";
  const request = { client: clientNameIn(client, view.language), isCity: isCityClient(client), self, people, gone };
  return reply.code(gone ? 422 : 200).send(choosePage(view, formAction(turn), request));
}

const choice = z.object({ person: z.union([z.literal("self"), z.uuid()]) });

/** Remembers the choice on the grant. A right that has ended since the page was shown is not taken. */
export async function answerChoice(turn: Turn): Promise<FastifyReply> {
  const { person } = choice.safeParse(turn.request.body).data ?? {};
  if (person === undefined) return await showChoice(turn);
  const { actor, client } = await chooserOf(turn);
  const right = person === "self" ? null : await findRight(turn.parts.stores.database, actor, person);
  const taken = right !== undefined && (right === null || delegationKindsOf(client).includes(right.kind));
  if (!taken) return await showChoice(turn, true);
  return await finishTurn(turn, { select_account: { grantId: await chosenGrant(turn, right) } });
}

async function chooserOf({ parts, interaction }: Turn) {
  const client = await parts.provider().Client.find(String(interaction.params.client_id));
  if (!client) throw new errors.InvalidClient("the client is gone");
  if (!interaction.session) throw new errors.SessionNotFound("nobody is signed in");
  const actor: RawCitizenId = interaction.session.accountId;
  return { actor, client };
}

/** The grant of before when it is for the same person, else one of its own; the one of before ends. */
async function chosenGrant(turn: Turn, right: ActingRight | null): Promise<string> {
  const { parts, interaction } = turn;
  const { Grant } = parts.provider();
  const before = interaction.grantId === undefined ? undefined : await Grant.find(interaction.grantId);
  if (before?.jti && isFor(before, right)) {
    setActingFor(before, right);
    return await before.save();
  }
  const { actor, client } = await chooserOf(turn);
  const grant = new Grant({ clientId: client.clientId, accountId: actor });
  setActingFor(grant, right);
  // Before any token: nobody acts for another without both being able to see it.
  if (right)
    await recordActing(parts.stores.database, { actor, right, clientId: client.clientId, origin: originOf(turn) });
  if (isCityClient(client)) {
    await grantToCity(grant, parts.graph, await readGraphScopes(parts.stores.database, sectorOf(client)));
  } else {
    await grant.save();
  }
  if (before?.jti) await endGrantOf(turn, before.jti);
  return grant.jti;
}

async function endGrantOf({ parts: { stores } }: Turn, grantId: string): Promise<void> {
  const { database, fleeting } = stores;
  await database.transaction((tx) => revokeGrant({ tx, fleeting }, grantId, { initiator: "user", history: null }));
}

function isFor(grant: Grant, right: ActingRight | null): boolean {
  return (actingForOf(grant)?.rightId ?? null) === (right?.rightId ?? null);
}
