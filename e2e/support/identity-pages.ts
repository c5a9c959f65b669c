/** Every page of identity: where it is found, and what its title says. */

export interface IdentityPage {
  /** The address, without its query. */
  readonly path: RegExp;
  /** Key of its title in identity/locales/. */
  readonly title: string;
  readonly status?: 404 | 422;
  /** Serves passkeys alone: without JavaScript nobody can come here. */
  readonly needsScript?: true;
  /** The function, where one makes two pages. */
  readonly madeBy?: string;
}

const interaction = /^\/interaction\/[\w-]+$/;
const staffInteraction = /^\/staff\/interaction\/[\w-]+$/;

/** By the function of identity/pages/ that makes it. */
export const identityPages = {
  applicantPage: { path: /^\/register$/, title: "register.title" },
  codePage: { path: /^\/(?:register|recovery)\/code$/, title: "smsCode.title" },
  firstCredentialPage: { path: /^\/register\/credential$/, title: "register.credential" },
  openedPage: { path: /^\/register\/credential$/, title: "register.opened.title" },
  refusedPage: { path: /^\/register\/credential$/, title: "register.refused.title", status: 422 },
  signInPage: { path: interaction, title: "signIn.title" },
  secondFactorPage: { path: interaction, title: "secondFactor.title" },
  unmetPage: { path: interaction, title: "unmet.title" },
  demandedPasswordPage: { path: interaction, title: "newPassword.title" },
  passkeyReviewPage: { path: interaction, title: "passkeyReview.title", needsScript: true },
  recoveryNoticePage: { path: interaction, title: "recovery.notice.title" },
  choosePage: { path: interaction, title: "choose.title" },
  consentPage: { path: interaction, title: "consent.title" },
  recoveryStartPage: { path: /^\/recovery$/, title: "recovery.title" },
  recoveryProofPage: { path: /^\/recovery\/proof$/, title: "recovery.proof.title" },
  recoveryWaitingPage: { path: /^\/recovery\/proof$/, title: "recovery.waiting.title", madeBy: "recoveryProofPage" },
  recoveryPasswordPage: { path: /^\/recovery\/password$/, title: "newPassword.title" },
  recoveredPage: { path: /^\/recovery\/password$/, title: "recovery.done.title" },
  counterPage: { path: /^\/recovery\/counter$/, title: "recovery.counter.title" },
  stopPage: { path: /^\/recovery\/stop$/, title: "recovery.stop.title" },
  stoppedPage: { path: /^\/recovery\/stop$/, title: "recovery.stopped.title" },
  overviewPage: { path: /^\/account$/, title: "account.title" },
  securityPage: { path: /^\/account\/security$/, title: "account.nav.security" },
  totpPage: { path: /^\/account\/security\/totp$/, title: "totp.title" },
  passwordPage: { path: /^\/account\/security\/password$/, title: "newPassword.title" },
  mobilePage: { path: /^\/account\/security\/mobile$/, title: "mobile.title" },
  recoveryCodesPage: { path: /^\/account\/security\/codes$/, title: "security.codes" },
  sessionsPage: { path: /^\/account\/sessions$/, title: "account.nav.sessions" },
  applicationsPage: { path: /^\/account\/applications$/, title: "account.nav.applications" },
  delegationsPage: { path: /^\/account\/delegations$/, title: "account.nav.delegations" },
  givingPage: { path: /^\/account\/delegations\/give$/, title: "delegation.giveTitle" },
  historyPage: { path: /^\/account\/history$/, title: "account.nav.history" },
  notMePage: { path: /^\/account\/history\/not-me$/, title: "notMe.title" },
  exportPage: { path: /^\/account\/export$/, title: "account.nav.export" },
  closePage: { path: /^\/account\/close$/, title: "account.nav.close" },
  closedPage: { path: /^\/account\/closed$/, title: "closed.title" },
  userCodePage: { path: /^\/device$/, title: "device.title" },
  deviceConfirmPage: { path: /^\/device$/, title: "device.confirm.title" },
  deviceConnectedPage: { path: /^\/device\/[\w-]+$/, title: "device.connected.title" },
  deviceRefusedPage: { path: /^\/device$/, title: "device.refused.title" },
  signOutPage: { path: /^\/session\/end$/, title: "signOut.title" },
  signedOutPage: { path: /^\/session\/end\/success$/, title: "signedOut.title" },
  problemPage: { path: /^\/no-such-page$/, title: "problem.notFound.title", status: 404 },
  staffCodePage: { path: /^\/staff\/enrol$/, title: "staff.enrolTitle" },
  staffPasskeyPage: { path: /^\/staff\/enrol$/, title: "staff.passkeyTitle" },
  staffEnrolledPage: { path: /^\/staff\/enrol$/, title: "staff.enrolledTitle", needsScript: true },
  staffSignInPage: { path: staffInteraction, title: "staff.signInTitle" },
} as const satisfies Record<string, IdentityPage>;

export type IdentityPageName = keyof typeof identityPages;
