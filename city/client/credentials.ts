/** The right to ask the graph in a citizen's name. What binds it to a key goes here and nowhere else. */

/** What a sign-in gives. */
export interface Credentials {
  readonly accessToken: string;
  readonly tokenType: "Bearer";
  /** The private key (JWK) that the token is bound to; null for a token that whoever holds it may use. */
  readonly dpopJwk: null;
}

/** The headers with which a request carries the credentials. */
export function authorize({ accessToken, tokenType }: Credentials): Record<string, string> {
  return { authorization: `${tokenType} ${accessToken}` };
}
