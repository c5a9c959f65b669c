/**
 * Refresh tokens of public clients change with each use (RFC 9700, 4.14.2). Two tabs of one browser, or a client that
 * lost the answer, may use the same one twice within moments: both get the same successor. It is computed from the
 * token that is used, under a key of identity, so that ten at once agree without asking one another and no store
 * holds anything from which a successor could be read.
 */
import { createHmac, hkdfSync } from "node:crypto";
import { Provider, type RefreshToken } from "oidc-provider";

/** For so long after its first use a token gives the same successor again, in seconds. Later it counts as stolen. */
export const graceSeconds = 20;

/** Our part of a refresh token's model; the library calls these in the course of the grant. */
interface Model {
  find(value: string, options?: object): Promise<RefreshToken | undefined>;
  readonly prototype: RefreshToken & { generateTokenId(): string };
}

/** @param secret shared by all replicas */
export function shareSuccessors(provider: Provider, secret: Uint8Array): void {
  const key = Buffer.from(hkdfSync("sha256", secret, "", "huimin identity refresh token successors", 32));
  const model = provider.RefreshToken as unknown as Model;
  const find = model.find.bind(model);
  const { consume, generateTokenId } = model.prototype;

  model.find = async (value, options) => {
    const token = await find(value, options);
    if (token && isRefreshing() && isInGrace(token)) delete token.consumed;
    return token;
  };

  model.prototype.consume = async function consumeOrFollow(this: RefreshToken) {
    try {
      await consume.call(this);
    } catch (lost) {
      // Another request was faster; what it gets, this one may have too.
      const token = await find(this.jti);
      if (!token || !isInGrace(token)) throw lost;
    }
  };

  model.prototype.generateTokenId = function successorOrNew(this: RefreshToken) {
    const used = Provider.ctx?.oidc.entities.RotatedRefreshToken;
    return used ? createHmac("sha256", key).update(used.jti).digest("base64url") : generateTokenId.call(this);
  };
}

/** Whether the provider is answering a refresh token grant: nobody else takes a used token for a good one. */
function isRefreshing(): boolean {
  const { oidc } = Provider.ctx ?? {};
  return oidc?.route === "token" && oidc.params?.grant_type === "refresh_token";
}

function isInGrace({ consumed }: RefreshToken): boolean {
  return typeof consumed === "number" && Date.now() / 1000 - consumed < graceSeconds;
}
