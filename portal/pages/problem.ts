/** What can go wrong, each with its status and what the citizen can do next. */
import { html } from "../../platform/html.ts";
import { layout } from "./layout.ts";
import { type Reader, readerOf, type View } from "./view.ts";

const problems = {
  cancelled: { status: 403, next: "signInAgain" },
  signInFailed: { status: 502, next: "signInAgain" },
  mismatch: { status: 400, next: "signInAgain" },
  identityDown: { status: 503, next: "retry" },
  graphDown: { status: 503, next: "retry" },
  signOutHalf: { status: 503, next: "home" },
  form: { status: 403, next: "home" },
  notFound: { status: 404, next: "home" },
  refused: { status: 400, next: "home" },
  broken: { status: 500, next: "home" },
} as const;

export type ProblemKind = keyof typeof problems;

/** Thrown where a request cannot go on; the citizen sees the page of its kind. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly kind: ProblemKind;
  /** Read by Fastify. */
  readonly statusCode: number;
  /** Who sees the page; null while nobody is signed in. */
  readonly reader: Reader | null;

  constructor(kind: ProblemKind, options: { cause?: unknown; reader?: Reader } = {}) {
    super(`problem page: ${kind}`, { cause: options.cause });
    this.kind = kind;
    this.statusCode = problems[kind].status;
    this.reader = options.reader ? readerOf(options.reader) : null;
  }
}

/** The kind of a failure that nobody foresaw. */
export function problemOf(error: Error | null, status: number): ProblemKind {
  if (error instanceof Problem) return error.kind;
  if (status === 404) return "notFound";
  return status < 500 ? "refused" : "broken";
}

const targets = { signInAgain: "/sign-in", retry: "/", home: "/" } as const;

export function problemPage(view: View, kind: ProblemKind): string {
  const { t } = view;
  const { next } = problems[kind];
  const title = t(`problem.${kind}.title`);
  const main = html`<section class="problem"><h1>${title}</h1><p class="lead">${t(`problem.${kind}.text`)}</p>
<p><a class="button" href="${targets[next]}">${t(`problem.${next}`)}</a></p></section>`;
  return layout(view, title, main);
}
