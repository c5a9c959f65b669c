/** Parts of oidc-provider 9 that it does not export by name: what its own grants are made of, and its calls to clients. */
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

declare module "oidc-provider/lib/helpers/fetch_request.js" {
  import type { Provider } from "oidc-provider";

  /** Calls an address that a client has named: within 2.5 s, and none in a private network. */
  export default function fetchRequest(provider: Provider, url: string, options: RequestInit): Promise<Response>;
}
