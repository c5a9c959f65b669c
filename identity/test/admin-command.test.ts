import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  createEntryFolder,
  type EntryFolder,
  inFourLanguages,
  runAdmin,
  waterClient,
  waterSector,
} from "./support/admin.ts";
import { aygul } from "./support/citizens.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { tokenExchange } from "./support/registration.ts";

let identity: TestIdentity;
let folder: EntryFolder;
beforeAll(async () => {
  identity = await startTestIdentity();
  const sectors = await createEntryFolder();
  await sectors.write("waterco.json", waterSector);
  await runAdmin(identity, `sectors apply ${sectors.path}`);
  await sectors.remove();
});
afterAll(() => identity.close());
beforeEach(async () => {
  folder = await createEntryFolder();
});
afterEach(() => folder.remove());

const registered = async () => (await runAdmin(identity, "clients list")).printed;
const changesRecorded = () => identity.database.query("SELECT * FROM admin_change ORDER BY change_id");

describe("clients in files", () => {
  it("are tried first: a dry run says what would be, and leaves everything as it is", async () => {
    await folder.write("water.json", await waterClient());
    const before = await changesRecorded();
    const { code, printed } = await runAdmin(identity, `clients apply ${folder.path} --dry-run`);
    expect([code, printed]).toEqual([
      0,
      ["+ water-app", "1 added, 0 changed, 0 removed, 0 as they were. This was a dry run: nothing was changed."],
    ]);
    expect(await registered()).toEqual([]);
    expect(await changesRecorded()).toEqual(before);
  });

  it("are registered, changed by what differs, and removed when they are pruned", async () => {
    const water = await waterClient();
    await folder.write("water.json", water);
    const apply = (flags = "") => runAdmin(identity, `clients apply ${folder.path}${flags}`);
    expect((await apply()).printed).toEqual(["+ water-app", "1 added, 0 changed, 0 removed, 0 as they were."]);
    expect((await apply()).printed).toEqual(["0 added, 0 changed, 0 removed, 1 as they were."]);
    await folder.write("water.json", { ...water, contacts: ["other@water.example"], minimum_acr: "urn:huimin:loa:2" });
    await folder.write("second.json", await waterClient({ client_id: "water-kiosk" }));
    expect((await apply()).printed).toEqual([
      "+ water-kiosk",
      "~ water-app: contacts, minimum_acr",
      "1 added, 1 changed, 0 removed, 0 as they were.",
    ]);
    await folder.delete("second.json");
    expect((await apply()).printed).toEqual(["0 added, 0 changed, 0 removed, 1 as they were."]);
    expect((await apply(" --prune")).printed).toEqual([
      "- water-kiosk",
      "0 added, 0 changed, 1 removed, 1 as they were.",
    ]);
    expect(await registered()).toEqual(["water-app"]);
    expect((await runAdmin(identity, "clients remove water-app")).code).toBe(0);
    expect(await registered()).toEqual([]);
  });

  it("sign citizens in as soon as they are registered", async () => {
    await folder.write("water.json", await waterClient());
    await runAdmin(identity, `clients apply ${folder.path}`);
    const parameters = { client_id: "water-app", response_type: "code", redirect_uri: "https://elsewhere.example/" };
    const ask = async () => await (await fetch(`${identity.issuer}/auth?${new URLSearchParams(parameters)}`)).text();
    // Known, for the fault is where it would lead.
    expect(await ask()).toContain("invalid_redirect_uri");
    await runAdmin(identity, "clients remove water-app");
    expect(await ask()).toContain("invalid_client");
  });

  it("take with them all that citizens let them have", async () => {
    await folder.write("water.json", await waterClient());
    await runAdmin(identity, `clients apply ${folder.path}`);
    const { database } = identity;
    for (const clientId of ["water-app", "other-app"]) {
      const payload = { accountId: aygul.citizenId, clientId };
      for (const model of ["Grant", "RefreshToken"]) {
        await database.query(
          `INSERT INTO oidc_artefact (model, id_hash, payload, grant_id, expires_at)
           VALUES ($1, sha256($2::text::bytea), $3, $2, now() + interval '1 hour')`,
          [model, `grant of ${clientId}`, JSON.stringify(payload)],
        );
      }
      await database.query("INSERT INTO consent (citizen_id, client_id, scopes) VALUES ($1, $2, '{health:read}')", [
        aygul.citizenId,
        clientId,
      ]);
    }
    await runAdmin(identity, "clients remove water-app");
    expect(await database.query("SELECT DISTINCT grant_id FROM oidc_artefact WHERE grant_id IS NOT NULL")).toEqual([
      { grant_id: "grant of other-app" },
    ]);
    expect(await database.query("SELECT client_id FROM consent")).toEqual([{ client_id: "other-app" }]);
    expect(await database.query("SELECT account_id, kind, payload FROM security_event")).toEqual([
      {
        account_id: aygul.citizenId,
        kind: "grant-revoked",
        payload: { grantId: "grant of water-app", clientId: "water-app", initiator: "admin" },
      },
    ]);
  });

  it.each([
    ["a secret", { client_secret: "s3cret-s3cret-s3cret" }, "client_secret: secrets are never registered"],
    [
      "a private key",
      { jwks: { keys: [{ kty: "EC", crv: "P-256", x: "a", y: "b", d: "c" }] } },
      "must not be provided",
    ],
    ["a sector that nobody registered", { sector: "casino" }, "sector: casino is not registered"],
    ["a misspelt member", { redirect_uri: "https://water.example/" }, "redirect_uri: is no client metadata"],
    ["a name in three languages", { "client_name#ug": undefined }, "client_name#ug: "],
    ["no contact", { contacts: undefined }, "contacts: "],
    ["a redirect URI with a fragment", { redirect_uris: ["https://water.example/#a"] }, "must not contain fragments"],
    [
      "an algorithm that is not offered",
      { token_endpoint_auth_signing_alg: "RS256" },
      "token_endpoint_auth_signing_alg",
    ],
    [
      "what contradicts its profile",
      { grant_types: ["authorization_code"], dpop_bound_access_tokens: false },
      "dpop_bound_access_tokens",
    ],
    ["no profile", { profile: undefined }, "profile must be one of fapi2, public, oidc"],
    ["a purpose that is not registered", { purposes: ["marketing"] }, "purposes: marketing is not registered"],
    ["the ID of a client of the city", { client_id: "portal" }, "portal: is a client of the city itself"],
    ["an ID that reads like a citizen's", { client_id: `hm1_${"A".repeat(43)}` }, "is not a name of this kind"],
  ])("are refused with %s, by file and member, and nothing is changed", async (_name, change, message) => {
    await folder.write("a.json", await waterClient({ client_id: "good" }));
    await folder.write("b.json", await waterClient(change));
    const { code, complaints } = await runAdmin(identity, `clients apply ${folder.path}`);
    expect(code).toBe(1);
    expect(complaints.join("\n")).toContain(message);
    expect(await registered()).toEqual([]);
  });

  it.each([
    ["no JSON", "{", "is not JSON"],
    ["a list", "[]", "must hold one JSON object"],
    ["no name", "{}", "must say its client_id"],
  ])("are refused when a file holds %s", async (_name, text, message) => {
    await folder.write("bad.json", text);
    const { code, complaints } = await runAdmin(identity, `clients apply ${folder.path}`);
    expect([code, complaints[1]]).toEqual([1, expect.stringContaining(`bad.json: ${message}`)]);
  });

  it("may be for exchanging tokens, which the library knows nothing of", async () => {
    const grants = {
      grant_types: ["authorization_code", "refresh_token", "client_credentials", tokenExchange],
    };
    await folder.write("water.json", await waterClient(grants));
    const { code, complaints } = await runAdmin(identity, `clients apply ${folder.path}`);
    expect([code, complaints]).toEqual([0, []]);
    await runAdmin(identity, "clients remove water-app");
  });

  it("keep their sector for ever, for every sub would change with it", async () => {
    await folder.write("water.json", await waterClient());
    await runAdmin(identity, `clients apply ${folder.path}`);
    await folder.write("water.json", await waterClient({ sector: "government" }));
    const { code, complaints } = await runAdmin(identity, `clients apply ${folder.path}`);
    expect([code, complaints.join()]).toEqual([1, expect.stringContaining("every citizen's sub would change")]);
    await runAdmin(identity, "clients remove water-app");
  });
});

describe("the other registers", () => {
  const apply = async (register: string, entry: object) => {
    await folder.write("entry.json", entry);
    const { code, complaints } = await runAdmin(identity, `${register} apply ${folder.path}`);
    return [code, complaints.slice(1).join("\n")];
  };

  it("take a purpose with its wording in four languages, for registered sectors", async () => {
    const purpose = {
      purpose: "billing",
      wording: inFourLanguages,
      legal_basis: "PIPL art. 13 (2)",
      categories: ["utility.bill"],
      sectors: ["waterco"],
    };
    expect(await apply("purposes", purpose)).toEqual([0, ""]);
    const { ug: _ug, ...three } = inFourLanguages;
    expect(await apply("purposes", { ...purpose, wording: three })).toEqual([1, expect.stringContaining("wording.ug")]);
    expect(await apply("purposes", { ...purpose, sectors: ["casino"] })).toEqual([
      1,
      expect.stringContaining("casino is not registered"),
    ]);
    expect(await apply("purposes", { ...purpose, categories: ["utility.gossip"] })).toEqual([
      1,
      expect.stringContaining("must be a category of trust/categories.ts"),
    ]);
    await folder.write("entry.json", await waterClient({ purposes: ["billing"] }));
    expect((await runAdmin(identity, `clients apply ${folder.path}`)).code).toBe(0);
    const { code, complaints } = await runAdmin(identity, "purposes remove billing");
    expect([code, complaints.join()]).toEqual([1, expect.stringContaining("is named by clients still")]);
    await runAdmin(identity, "clients remove water-app");
    expect((await runAdmin(identity, "purposes remove billing")).code).toBe(0);
  });

  it("take a scope of the graph or of a registered resource", async () => {
    const scope = { scope: "water:read", resource: "graph", description: inFourLanguages };
    expect(await apply("scopes", scope)).toEqual([0, ""]);
    expect(await apply("scopes", { ...scope, resource: "https://water.example/api" })).toEqual([
      1,
      expect.stringContaining("is no registered resource"),
    ]);
    const resource = { resource: "https://water.example/api", sector: "waterco", scopes: ["meter"], client_scopes: [] };
    expect(await apply("resources", resource)).toEqual([0, ""]);
    expect(await apply("scopes", { ...scope, resource: "https://water.example/api" })).toEqual([0, ""]);
  });

  it("never give a retired sector's name again, nor retire one that is in use", async () => {
    const sector = { sector: "gasco", kind: "company", organisation: "新河燃气公司" };
    expect(await apply("sectors", sector)).toEqual([0, ""]);
    await folder.write("entry.json", await waterClient({ client_id: "gas-app", sector: "gasco" }));
    await runAdmin(identity, `clients apply ${folder.path}`);
    expect((await runAdmin(identity, "sectors remove gasco")).complaints.join()).toContain("has clients or resources");
    await runAdmin(identity, "clients remove gas-app");
    expect((await runAdmin(identity, "sectors remove gasco")).code).toBe(0);
    expect(await apply("sectors", sector)).toEqual([1, expect.stringContaining("never given again")]);
    expect(await apply("sectors", { ...sector, sector: "tax", kind: "department" })).toEqual([
      1,
      expect.stringContaining("departments share the sector government"),
    ]);
  });
});

describe("the record of administration", () => {
  it("says who changed what, from what, to what", async () => {
    await folder.write("water.json", await waterClient());
    await runAdmin(identity, `clients apply ${folder.path}`);
    await runAdmin(identity, "clients remove water-app");
    const [added, removed] = (await changesRecorded()).slice(-2);
    expect(added).toMatchObject({ actor: "tester@here", register: "clients", entry: "water-app", action: "add" });
    expect(added).toMatchObject({ before: null, after: { sector: "waterco" } });
    expect(removed).toMatchObject({ action: "remove", before: { sector: "waterco" }, after: null });
    const { printed } = await runAdmin(identity, "changes list");
    expect(printed[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:]{8}Z tester@here clients water-app remove$/);
  });

  it.each(["UPDATE admin_change SET actor = 'nobody'", "DELETE FROM admin_change", "TRUNCATE admin_change"])(
    "refuses %s",
    async (statement) => {
      await expect(identity.database.query(statement)).rejects.toThrow("append-only");
    },
  );
});

describe("a command that is not understood", () => {
  it.each([
    "clients",
    "clients frobnicate",
    "teapots list",
    "clients list --force",
    "sectors key-change government soon",
  ])("%s explains what there is, and ends with 2", async (words) => {
    const { code, complaints } = await runAdmin(identity, words);
    expect([code, complaints.join()]).toEqual([2, expect.stringContaining("Usage:")]);
  });
});
