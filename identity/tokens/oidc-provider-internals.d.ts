/** Parts of oidc-provider 9 that its own grants are made of and that it does not export by name. */
declare module "oidc-provider/lib/helpers/grants.js" {
  import type { KoaContextWithOIDC, Provider } from "oidc-provider";

  interface ProofOfPossession {
    /** SHA-256 thumbprint of the key (RFC 7638). */
    readonly thumbprint: string;
    readonly jti: string;
  }

  /** Checks the DPoP proof of a request (RFC 9449, 4.3); undefined when there is none. */
  export function validateDpop(provider: Provider, context: KoaContextWithOIDC): Promise<ProofOfPossession | undefined>;

  /** Lets each proof through once. */
  export function checkDpopReplay(
    provider: Provider,
    context: KoaContextWithOIDC,
    proof: ProofOfPossession,
    clientId: string,
  ): Promise<void>;
}
