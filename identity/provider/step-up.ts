/** Step-up: a client demands that she signed in well enough, or recently enough (RFC 9470; OpenID Connect Core 1.0). */
import { errors, interactionPolicy, type KoaContextWithOIDC } from "oidc-provider";
import { type AssuranceLevel, assuranceLevels, isAssuranceLevel, meetsLevel } from "../../trust/assurance.ts";
import { minimumLevelOf } from "./client-metadata.ts";
import { levelFor } from "./profiles.ts";

/**
 * The level that a request demands: the client's own minimum, or the weakest of the levels that it says it accepts
 * (`acr_values`, or `acr` as an essential claim), whichever is higher. Null when any will do.
 *
 * @throws errors.UnmetAuthenticationRequirements when it accepts none that exists here, or that its profile allows
 */
export function demandedLevel({ oidc }: KoaContextWithOIDC): AssuranceLevel | null {
  const { acr_values: values } = oidc.params ?? {};
  const demands = [
    oidc.client && minimumLevelOf(oidc.client),
    typeof values === "string" ? weakest(values.split(" ")) : undefined,
    essentialLevel(oidc.claims.id_token?.acr),
  ];
  const demanded = demands.reduce<AssuranceLevel | null>((highest, level) => {
    if (level === undefined) return highest;
    return highest === null || meetsLevel(level, highest) ? level : highest;
  }, null);
  // However she signs in, this client would not be told.
  if (demanded !== null && oidc.client && levelFor(oidc.client, demanded) !== demanded) throw unmet();
  return demanded;
}

/** Voluntary values that mean nothing here are passed over (OpenID Connect Core 1.0, 3.1.2.1). */
function weakest(values: readonly unknown[]): AssuranceLevel | undefined {
  return assuranceLevels.find((level) => values.includes(level));
}

/** What `acr` as an essential claim asks for must be kept (OpenID Connect Core 1.0, 5.5.1.1). */
function essentialLevel(request: { essential?: unknown; value?: unknown; values?: unknown } | null | undefined) {
  if (!request?.essential || (request.value === undefined && request.values === undefined)) return undefined;
  const values = request.values ?? [request.value];
  if (!Array.isArray(values)) throw new errors.InvalidRequest("claims.id_token.acr.values must be a list");
  const level = weakest(values);
  if (level === undefined) throw unmet();
  return level;
}

function unmet(): errors.OIDCProviderError {
  return new errors.UnmetAuthenticationRequirements("the level of assurance cannot be reached");
}

/** Whether the sign-in answers for the level, as the client may hear it; one without a level is worth a password. */
function isMet({ oidc }: KoaContextWithOIDC, level: AssuranceLevel): boolean {
  const { acr } = oidc;
  return meetsLevel(isAssuranceLevel(acr) ? acr : assuranceLevels[0], level);
}

/**
 * Puts the demand into the prompt `login`: it asks for a stronger factor (`details.level` says which level), and
 * when she has just signed in and still falls short, the client hears so instead of asking for ever.
 */
export function addStepUp(login: interactionPolicy.Prompt): void {
  // The library compares levels as mere strings: a stronger sign-in would not do.
  for (const reason of ["essential_acrs", "essential_acr"]) login.checks.remove(reason);
  login.checks.add(
    new interactionPolicy.Check(
      "level",
      "the level of assurance is not reached",
      "unmet_authentication_requirements",
      (context) => {
        const level = demandedLevel(context);
        if (level === null || isMet(context, level)) return false;
        if (context.oidc.result?.login) throw unmet();
        return true;
      },
      (context) => ({ level: demandedLevel(context) }),
    ),
  );
}
