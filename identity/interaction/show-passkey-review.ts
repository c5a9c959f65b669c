/** The page that asks which passkeys are hers. */
import { createHash } from "node:crypto";
import type { FastifyReply } from "fastify";
import { passkeyReviewPage } from "../pages/passkey-review.ts";
import { listPasskeys, type Passkey } from "../store/passkeys.ts";
import { formAction, type Turn } from "./turn.ts";

/** @param keepsNone whether she wanted to keep none, and has nothing else to sign in with */
export async function showPasskeyReview(turn: Turn, citizenId: string, keepsNone = false): Promise<FastifyReply> {
  const passkeys = await listPasskeys(turn.parts.credentials.database, citizenId);
  const listed = passkeys.map((passkey) => ({ ...passkey, key: formKeyOf(passkey) }));
  const page = passkeyReviewPage(turn.view, formAction(turn), { passkeys: listed, keepsNone });
  return turn.reply.code(keepsNone ? 422 : 200).send(page);
}

/** What a form calls a passkey: the IDs of twenty can be longer than a form may be. */
export function formKeyOf({ credentialId }: Pick<Passkey, "credentialId">): string {
  return createHash("sha256").update(credentialId).digest("base64url");
}
