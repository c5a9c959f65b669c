/** The page of GraphiQL: who is signed in, and queries on her behalf. */
import { eventsOf } from "./events.js";
import { currentSession, finishSignIn, postAs, signIn, signOut } from "./sign-in.js";

const { issuer = "", resource = "", scope = "", redirectUri = "", signedOutUri = "" } = document.body.dataset;
const settings = { issuer, resource, scope, redirectUri, signedOutUri };
const endpoint = "/graphql";
const oneAnswer = "application/graphql-response+json";

const welcome = `# Sign in above to ask for data. Until then
# this page knows what of the schema is public.
{
  me {
    id
  }
}
`;

const overview = `# Run this: one question to four departments.
query Overview {
  me {
    name { text }
    lastEncounter { start serviceProvider reason }
    pension {
      status
      forecast { retirementMonth monthlyAmount { amount currency } }
      lastPayment { month amount { amount currency } }
    }
    employment {
      status
      job { employer occupation }
      unemployment { registeredOn }
    }
    bills(statuses: [OPEN, OVERDUE]) {
      edges { node { service month amount { amount currency } dueOn status } }
    }
  }
}
`;

const status = element("status");
const signInButton = element("sign-in");
const signOutButton = element("sign-out");
let citizen = "";
let fault = "";

signInButton.addEventListener("click", () => attempt(() => signIn(settings)));
signOutButton.addEventListener("click", () => attempt(() => signOut(settings)));
if (location.pathname !== endpoint) {
  const address = new URL(location.href);
  history.replaceState(null, "", endpoint);
  await attempt(() => finishSignIn(settings, address));
}
// A new tab must fit the part of the schema that whoever opens it is shown.
const defaultQuery = secondsLeft() > 0 ? overview : welcome;
YogaGraphiQL.renderYogaGraphiQL(document.getElementById("graphiql"), {
  fetcher: (request, options) => ask(request, { accept: `${oneAnswer}, text/event-stream;q=0.9`, ...options?.headers }),
  defaultQuery,
  query: firstQuery(),
  title: "Huimin",
  shouldPersistHeaders: false,
  // Without this every keystroke would go into the address of the page, and so into the history.
  onEditQuery: () => {},
});
showStatus();
setInterval(showStatus, 1_000);
if (secondsLeft() > 0) await attempt(askName);

/**
 * @param {GraphiqlRequest} request
 * @param {Readonly<Record<string, string>>} [headers] from the editor of headers
 */
async function ask(request, headers) {
  const session = currentSession();
  const all = { accept: oneAnswer, "content-type": "application/json", ...headers };
  const body = JSON.stringify(request);
  const response =
    session && secondsLeft() > 0
      ? await postAs(session, new URL(endpoint, location.href), all, body)
      : await fetch(endpoint, { method: "POST", headers: all, body });
  const isSubscription = response.headers.get("content-type")?.startsWith("text/event-stream");
  return isSubscription ? eventsOf(response) : await response.json();
}

async function askName() {
  const { data } = await ask({ query: "{ me { name { text } } }" });
  citizen = data?.me?.name.text ?? "";
  showStatus();
}

function showStatus() {
  const left = secondsLeft();
  const signedIn = currentSession() !== undefined;
  signInButton.hidden = left > 0;
  signOutButton.hidden = !signedIn;
  signInButton.textContent = signedIn ? "Sign in again" : "Sign in";
  status.textContent = fault || describe(signedIn, left);
}

/**
 * @param {boolean} signedIn
 * @param {number} left
 */
function describe(signedIn, left) {
  if (!signedIn) return "Not signed in: the public part of the schema can be read, data cannot.";
  if (left === 0) return "The access token has expired.";
  const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  return `Signed in${citizen && ` as ${citizen}`}; the access token is good for ${time}.`;
}

function secondsLeft() {
  const expiresAt = currentSession()?.expiresAt ?? 0;
  return Math.max(0, Math.floor((expiresAt - Date.now()) / 1_000));
}

/**
 * The query of the address, else the one that GraphiQL kept. It keeps none that was not edited: without a
 * third choice the way back from identity would end at an empty tab.
 */
function firstQuery() {
  const asked = new URLSearchParams(location.search).get("query");
  return asked ?? localStorage.getItem("graphiql:query") ?? defaultQuery;
}

/** @param {() => Promise<void>} action */
async function attempt(action) {
  fault = "";
  try {
    await action();
  } catch (error) {
    console.error(error);
    fault = "That did not work. Is identity running? Try again.";
    showStatus();
  }
}

/** @param {string} id */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found;
}
