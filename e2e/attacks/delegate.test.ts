/** Attacks of somebody who acts for another and goes past what she was granted. */
import { attack } from "./support/attack.ts";
import { careless } from "./support/composed-gateway.ts";
import { takeGrantBack } from "./support/security-events.ts";
import { ending, somebody, type Town, towns, undemanding, unnamed } from "./support/town.ts";

const { real, weak } = towns();
const believing = weak({ believing: true });

/** A daughter's token for her mother. */
async function acting(town: Town, claims: object = {}): Promise<string> {
  const act = { sub: town.forms("government").seal(somebody()) };
  return await town.token(somebody(), { act, withheld: ["whereabouts"], ...claims });
}

attack("she reads where a protected person is, which is kept from her", {
  against: "departments without the kit",
  real,
  weak: believing,
  attempt: async (town) => ending(await town.ask("{ me { hospital } }", { token: await acting(town) }), "north"),
  meets: "FORBIDDEN",
});

attack("she has a token that does not say what is kept from her, and reads it", {
  against: "departments without the kit",
  real,
  weak: believing,
  attempt: async (town) =>
    ending(await town.ask("{ me { hospital } }", { token: await acting(town, { withheld: undefined }) }), "north"),
  meets: "FORBIDDEN",
});

attack("she reads the history of who has read her mother's data", {
  against: "a supergraph without @policy",
  real,
  weak: weak({ sdl: undemanding }),
  attempt: async (town) => ending(await town.ask("{ me { history } }", { token: await acting(town) }), "her history"),
  meets: "FORBIDDEN",
});

attack("she reads a department that her grant does not name", {
  against: "departments without the kit, and a gateway that looks at no scope",
  real,
  weak: weak({ believing: true, gateway: { credentials: careless } }),
  attempt: async (town) => {
    const token = await acting(town, { scope: "openid citizen:read" });
    return ending(await town.ask("{ me { scheme } }", { token }), "RESIDENT");
  },
  meets: "FORBIDDEN",
});

attack("she names her mother with her own token, which is for nobody but herself", {
  against: "a gateway that knows no citizen IDs, and a kit whose mayRead allows all",
  real,
  weak: weak({ sdl: unnamed, mayRead: () => true }),
  attempt: async (town) => {
    const mother = town.forms("government").seal(somebody());
    const query = `{ citizen(id: "${mother}") { name } }`;
    return ending(await town.ask(query, { token: await town.token(somebody()) }), `Name of ${mother}`);
  },
  meets: "FORBIDDEN",
});

attack("she names a sister of hers with the token that is for her mother", {
  against: "a gateway that knows no citizen IDs, and a kit whose mayRead allows all",
  real,
  weak: weak({ sdl: unnamed, mayRead: () => true }),
  attempt: async (town) => {
    const sister = town.forms("government").seal(somebody());
    const query = `query ($id: ${town.idType}!) { citizen(id: $id) { name } }`;
    const answer = await town.ask(query, { token: await acting(town), variables: { id: sister } });
    return ending(answer, `Name of ${sister}`);
  },
  meets: "FORBIDDEN",
});

attack("she brings a token whose chain of actors says nothing of a person", {
  real,
  weak: "cannot be shown: no part reads a token without the chain of its actors",
  attempt: async (town) =>
    ending(await town.ask("{ me { name } }", { token: await acting(town, { act: {} }) }), "Name of"),
  meets: "TOKEN_INVALID",
});

attack("she goes on after her grant was taken back, while her token has not expired", {
  against: "a gateway that hears of no revocation",
  real,
  weak: weak({ gateway: {} }),
  attempt: async (town) => {
    const grant = crypto.randomUUID();
    const token = await acting(town, { grant });
    await town.ask("{ me { name } }", { token });
    await takeGrantBack(town, grant);
    for (let tries = 0; tries < 20; tries += 1) {
      const { errors } = await town.ask("{ me { name } }", { token });
      if (errors) return String(errors[0]?.extensions.code);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return ending(await town.ask("{ me { name } }", { token }), "Name of");
  },
  meets: "TOKEN_INVALID",
});
