/** What the provider shows in the device flow, and which of its errors means what to the citizen. */
import { type Client, errors, type KoaContextWithOIDC } from "oidc-provider";
import {
  type Device,
  deviceConfirmPage,
  deviceConnectedPage,
  deviceRefusedPage,
  type UserCodeFault,
  userCodePage,
} from "../pages/device.ts";
import { problemOf, problemPage } from "../pages/problem.ts";
import type { View } from "../pages/view.ts";
import { clientNameIn, grantMetadataOf } from "../provider/client-metadata.ts";
import { type ShowPage, viewOfContext } from "../provider/page.ts";
import { noteMiss } from "./guesses.ts";

export interface DevicePages {
  /** Asks for the user code, or says why it is asked for again. */
  enterCode(context: KoaContextWithOIDC, form: string, out?: object, error?: Error): Promise<void>;
  confirm(context: KoaContextWithOIDC, form: string, client: Client, info: object, userCode: string): Promise<void>;
  connected(context: KoaContextWithOIDC): Promise<void>;
  /** Answers a network from which too many codes were guessed. */
  tooManyGuesses(context: KoaContextWithOIDC): void;
}

/** @param portalUrl where a page about a failure leads */
export function createDevicePages(show: ShowPage, portalUrl: string): DevicePages {
  const ask = (context: KoaContextWithOIDC, fault: UserCodeFault | null, userCode: string) => {
    const secret = context.oidc?.session?.state?.secret;
    const form = { action: "/device", secret: typeof secret === "string" ? secret : null, userCode, fault };
    show(context, userCodePage(viewOfContext(context), form));
  };
  return {
    enterCode: async (context, _form, _out, error) => {
      if (error === undefined) return ask(context, null, broughtUserCode(context));
      if (error.name === "AbortedError") return show(context, deviceRefusedPage(viewOfContext(context)));
      const fault = faultOf(error);
      if (fault === null) {
        return show(context, problemPage(viewOfContext(context), problemOf(context.status, error), portalUrl));
      }
      if (fault === "notFound") noteMiss(context);
      context.status = 422;
      const typed = Reflect.get(error, "userCode");
      ask(context, fault, typeof typed === "string" ? typed.slice(0, longestUserCode) : "");
    },
    confirm: async (context, _form, client, _info, userCode) => {
      const secret = String(context.oidc.session?.state?.secret);
      const view = viewOfContext(context);
      show(context, deviceConfirmPage(view, { ...deviceOf(client, view), action: "/device", secret, userCode }));
    },
    connected: async (context) => {
      const { client } = context.oidc;
      if (!client) throw new errors.InvalidClient("the client is gone");
      const view = viewOfContext(context);
      show(context, deviceConnectedPage(view, deviceOf(client, view)));
    },
    tooManyGuesses: (context) => {
      context.status = 429;
      ask(context, "tooMany", "");
    },
  };
}

function deviceOf(client: Client, { language }: View): Device {
  return { name: clientNameIn(client, language), place: grantMetadataOf(client).place };
}

/** What the library throws when it wants the form to be shown again; it exports none of these classes. */
const faults = new Map<string, UserCodeFault>([
  ["NoCodeError", "missing"],
  ["NotFoundError", "notFound"],
  ["ExpiredError", "expired"],
  ["AlreadyUsedError", "used"],
  // Of two browsers that confirm the same code, the slower one.
  [errors.InvalidGrant.name, "used"],
  [errors.InvalidRequest.name, "form"],
  [errors.SessionNotFound.name, "form"],
]);

function faultOf(error: Error): UserCodeFault | null {
  return faults.get(error.name) ?? null;
}

const longestUserCode = 20;
const brought = "broughtUserCode";

function broughtUserCode(context: KoaContextWithOIDC): string {
  const code: unknown = context.state[brought];
  return typeof code === "string" ? code.slice(0, longestUserCode) : "";
}

/**
 * Takes the user code out of `verification_uri_complete` and into the form, where she compares it with the device
 * and sends it herself. The library would send it by a script.
 */
export async function bringUserCode(context: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  if (context.method === "GET" && context.path === "/device") {
    const { user_code: userCode, ...rest } = context.query;
    context.state[brought] = userCode;
    context.query = rest;
  }
  await next();
}
