/** Two companies and the city in one graph: what each is told of a citizen, by identity and by the gateway. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exportJWK, generateKeyPair } from "jose";
import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gatewaySpec } from "../gateway/config.ts";
import { createGateway } from "../gateway/server.ts";
import { createEntryFolder, type EntryFolder, inFourLanguages, runAdmin } from "../identity/test/support/admin.ts";
import { aygul } from "../identity/test/support/citizens.ts";
import { proofs, redeem, signIn, type TestClient } from "../identity/test/support/client.ts";
import { startTestIdentity, type TestIdentity } from "../identity/test/support/identity.ts";
import { loadConfig } from "../platform/config.ts";
import type { RunningService } from "../platform/lifecycle.ts";
import { createLogger } from "../platform/log.ts";
import { createTestDatabase, type TestDatabase } from "../platform/test/database.ts";
import { testRedisUrl } from "../platform/test/redis.ts";
import { compose } from "../schema/compose.ts";
import { startSubgraph } from "../subgraphs/kit/service.ts";
