/** The page around GraphiQL, and what it is allowed to do. */
import { type Html, html } from "../../platform/html.ts";

/** What the page must know to sign somebody in. */
export interface GraphiqlSettings {
  /** Issuer identifier of identity. */
  readonly issuer: string;
  /** The graph's resource identifier, for which tokens are asked. */
  readonly resource: string;
  /** What the tokens shall be good for. */
  readonly scopes: readonly string[];
  /** Registered redirect URI of the client `graphiql`. */
  readonly redirectUri: string;
  /** Registered post-logout redirect URI. */
  readonly signedOutUri: string;
}

/** Renders the page. Its scripts read the settings from the attributes of `body`. */
export function graphiqlPage({ issuer, resource, scopes, redirectUri, signedOutUri }: GraphiqlSettings): Html {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Huimin graph</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/graphiql/assets/graphiql.css">
    <link rel="stylesheet" href="/graphiql/assets/page.css">
    <script defer src="/graphiql/assets/workers.js"></script>
    <script defer src="/graphiql/assets/graphiql.js"></script>
    <script type="module" src="/graphiql/assets/page.js"></script>
  </head>
  <body
    data-issuer="${issuer}"
    data-resource="${resource}"
    data-scope="${scopes.join(" ")}"
    data-redirect-uri="${redirectUri}"
    data-signed-out-uri="${signedOutUri}"
  >
    <header>
      <strong>Huimin graph</strong>
      <span id="status" role="status"></span>
      <button id="sign-in" type="button" hidden>Sign in</button>
      <button id="sign-out" type="button" hidden>Sign out</button>
    </header>
    <main id="graphiql"></main>
  </body>
</html>
`;
}

/** Renders the page of a gateway without sign-in. */
export function trialPage(): Html {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Supergraph</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/graphiql/assets/graphiql.css">
    <link rel="stylesheet" href="/graphiql/assets/page.css">
    <script defer src="/graphiql/assets/workers.js"></script>
    <script defer src="/graphiql/assets/graphiql.js"></script>
    <script type="module" src="/graphiql/assets/trial.js"></script>
  </head>
  <body>
    <main id="graphiql"></main>
  </body>
</html>
`;
}

/**
 * The page runs its own files alone, and talks to the graph and to identity, if there is one, alone. Styles may be inline:
 * the editor makes them as it goes.
 */
export function contentSecurityPolicy(issuer?: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "font-src data:",
    "img-src 'self' data:",
    ["connect-src 'self'", ...(issuer === undefined ? [] : [new URL(issuer).origin])].join(" "),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
