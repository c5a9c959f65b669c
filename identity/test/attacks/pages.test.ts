/** Attacks through pages: framing, forged forms, scripts, and addresses that lead elsewhere. */
import { signInToAccount } from "../support/account.ts";
import { attack, identities, newName, worked } from "../support/attack.ts";
import { aygul, wei } from "../support/citizens.ts";
import { begin, portalClient, registerOidc, signIn } from "../support/client.ts";
import type { TestIdentity } from "../support/identity.ts";
import { createUserAgent, type UserAgent } from "../support/user-agent.ts";

const { real, weak } = identities();

const foreign = "https://attacker.example/";

async function isSignedIn(identity: TestIdentity, agent: UserAgent): Promise<boolean> {
  const { page } = await begin(identity, await portalClient(identity), { agent });
  return page.leavesTo?.searchParams.has("code") ?? false;
}

attack("a page of identity in an invisible frame under somebody else's button", {
  source: "RFC 9700 4.16",
  real,
  weak: weak({
    provider: (provider) => {
      provider.use(async (context, next) => {
        await next();
        context.remove("content-security-policy");
      });
    },
  }),
  attempt: async (identity) => {
    const { agent } = await signIn(identity, await portalClient(identity), aygul);
    const pages = [await agent.open(`${identity.issuer}/session/end`), await agent.open(`${identity.issuer}/device`)];
    const isGuarded = ({ headers }: { headers: Headers }) =>
      /frame-ancestors 'none'/.test(headers.get("content-security-policy") ?? "");
    return pages.every(isGuarded) ? "frame-ancestors 'none'" : worked;
  },
  meets: "frame-ancestors 'none'",
});

attack("a link of another site that signs her out without a question", {
  source: "RFC 9700 4.7; ASVS 10.6.2",
  real,
  weak: weak({
    configuration: (one) => ({
      ...one,
      features: {
        ...one.features,
        rpInitiatedLogout: {
          ...one.features?.rpInitiatedLogout,
          enabled: true,
          logoutSource: async (context) => {
            await context.oidc.session?.destroy();
            context.body = "signed out";
          },
        },
      },
    }),
  }),
  attempt: async (identity) => {
    const { agent } = await signIn(identity, await portalClient(identity), aygul);
    await agent.open(`${identity.issuer}/session/end`);
    return (await isSignedIn(identity, agent)) ? "she is asked" : worked;
  },
  meets: "she is asked",
});

attack("a form of another site that confirms her sign-out", {
  source: "RFC 9700 4.7; ASVS 10.6.2",
  real,
  weak: "cannot be shown: the library has no setting that leaves out the secret of the form",
  attempt: async (identity) => {
    const { agent } = await signIn(identity, await portalClient(identity), aygul);
    await agent.open(`${identity.issuer}/session/end`);
    const body = new URLSearchParams({ logout: "yes", xsrf: "guessed" });
    await agent.open(`${identity.issuer}/session/end/confirm`, { method: "POST", body });
    return (await isSignedIn(identity, agent)) ? "she stays signed in" : worked;
  },
  meets: "she stays signed in",
});

attack("a form of another page that ends her sessions or takes her factors away", {
  source: "ASVS 7.5.1",
  real,
  weak: "cannot be shown: every account page takes forms through one function, and an account page without it is another page",
  attempt: async (identity) => {
    const { agent } = await signInToAccount(identity, aygul);
    const { agent: elsewhere } = await signInToAccount(identity, aygul);
    const statuses: number[] = [];
    for (const path of ["sessions/end-others", "security/password/remove", "security/totp/remove", "close", "export"]) {
      const body = new URLSearchParams({ form: "guessed", confirm: "yes" });
      statuses.push((await agent.open(`${identity.issuer}/account/${path}`, { method: "POST", body })).status);
    }
    if (!(await isSignedIn(identity, elsewhere))) return worked;
    return [...new Set(statuses)].join(", ");
  },
  meets: "403",
});

attack("an interaction whose address was sent to her by the attacker, who began it", {
  source: "RFC 9700 4.7; ASVS 7.6.2",
  real,
  weak: "cannot be shown: the library finds an interaction by the browser's cookie, and by nothing else",
  attempt: async (identity) => {
    const { page } = await begin(identity, await portalClient(identity));
    const hers = await createUserAgent(identity.issuer).open(page.url);
    return hers.text.includes('name="password"') ? worked : String(hers.status);
  },
  meets: "400",
});

attack("the name of a client, or what is typed as a login, that carries a script", {
  source: "RFC 9700 4.16",
  real,
  weak: "cannot be shown: pages are made by a template that escapes whatever is put into it",
  attempt: async (identity) => {
    const script = "<script>fetch('https://attacker.example/')</script>";
    const site = await registerOidc(identity, newName(), { client_name: script });
    const { page, agent } = await begin(identity, site);
    const again = await agent.submit(page, { login: `"${script}`, password: "wrong" });
    const consent = await agent.submit(again, { login: wei.residentId, password: wei.password });
    return [again, consent].some(({ text }) => text.includes("<script>fetch")) ? worked : "text";
  },
  meets: "text",
});

attack("a sign-out that leads to the attacker's page", {
  source: "RFC 9700 4.11",
  real,
  weak: weak({
    provider: ({ Client }) => {
      Client.prototype.postLogoutRedirectUriAllowed = () => true;
    },
  }),
  attempt: async (identity) => {
    const agent = createUserAgent(identity.issuer);
    const query = new URLSearchParams({ client_id: "portal", post_logout_redirect_uri: foreign });
    const page = await agent.open(`${identity.issuer}/session/end?${query}`);
    return page.leavesTo?.href.startsWith(foreign) ? worked : String(page.status);
  },
  meets: "400",
});

attack("a faulty request whose error is sent to an address that nobody registered", {
  source: "RFC 9700 4.11",
  real,
  weak: weak({
    provider: ({ Client }) => {
      Client.prototype.redirectUriAllowed = () => true;
    },
  }),
  attempt: async (identity) => {
    const site = await registerOidc(identity, newName());
    const parameters = { redirect_uri: foreign, scope: "openid", response_type: "token" };
    const { page } = await begin(identity, site, { parameters });
    return page.leavesTo?.href.startsWith(foreign) ? worked : String(page.status);
  },
  meets: "400",
});

attack("a sign-in at the account pages that ends at another site", {
  source: "RFC 9700 4.11",
  real,
  weak: "cannot be shown: whatever is no path of the account pages is replaced, and no argument changes it",
  attempt: async (identity) => {
    for (const state of [foreign, "//attacker.example/", "/account@attacker.example", "/\\attacker.example"]) {
      const agent = createUserAgent(identity.issuer);
      const page = await agent.open(`${identity.issuer}/account/return?${new URLSearchParams({ state })}`);
      if (page.leavesTo !== null) return worked;
    }
    return "identity's own page";
  },
  meets: "identity's own page",
});

attack("an answer that reaches the client's page by a message between windows", {
  source: "RFC 9700 4.17; ASVS 10.4.12",
  real,
  weak: "cannot be shown: the provider has no such mode to be switched on without code of its own",
  attempt: async (identity) => {
    const site = await registerOidc(identity, newName());
    const { page } = await begin(identity, site, { parameters: { response_mode: "web_message" } });
    return page.leavesTo?.searchParams.get("error") ?? (page.status === 200 ? worked : String(page.status));
  },
  meets: "unsupported_response_mode",
});
