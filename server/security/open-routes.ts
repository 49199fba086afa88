/**
 * Procedures that no project's role guards, each with the reason why that is right. A new one fails the test until its
 * reason stands here.
 */
export const openProcedures: Readonly<Record<string, string>> = {
  "account.me": "says to everybody only who they are themselves",
  "account.isLinkLive": "says to the holder of a 256-bit token whether it works",
  "account.createAdministrator": "needs the printed token",
  "account.resetPassword": "needs the token that an administrator made",
  "account.rename": "changes the signed-in person's own name",
  "account.changePassword": "changes the signed-in person's own password, and asks for the current one",
  "account.confirm": "asks the signed-in person for the own password",
  "account.signInWays": "says what the sign-in page offers",
  "account.renamePasskey": "renames the signed-in person's own passkey",
  "account.removePasskey": "removes the signed-in person's own passkey, in a session that was just confirmed",
  "account.unlinkInstitution": "unlinks the signed-in person's own institution, in a session that was just confirmed",
  "account.secondFactors": "says what the signed-in person has set up",
  "account.beginApp": "sets up the signed-in person's own app, in a session that was just confirmed",
  "account.confirmApp": "the same",
  "account.removeApp": "removes the signed-in person's own app, and asks for a code of it",
  "account.renewRecoveryCodes": "renews the signed-in person's own codes, and asks for a code",
  "account.sessions": "lists the signed-in person's own sessions",
  "account.endSession": "ends one of the signed-in person's own sessions",
  "account.endOtherSessions": "ends the signed-in person's own sessions",
  "account.tokens": "lists the signed-in person's own tokens, without what opens anything",
  "account.createToken":
    "makes a token that does no more than the signed-in person may, in a session that was just confirmed",
  "account.revokeToken": "takes back one of the signed-in person's own tokens",
  "account.settings": "says what the signed-in person has set up: own keys and the like",
  "account.keepSetting": "keeps what the signed-in person sets up, in a bounded text of a named kind",
  "zenodo.myTokens": "says for which places the signed-in person keeps a token, and since when",
  "zenodo.keepToken": "keeps a token of the signed-in person, which nobody reads again",
  "zenodo.removeToken": "removes one of the signed-in person's own tokens",
  "event.ofInstallation":
    "says that settings, the engine, or what the signed-in person is told of changed, without what",
  "notification.list": "lists what the signed-in person is told of, of projects that they are a member of now",
  "notification.mail": "says whether mails are sent here",
  "notification.markRead": "marks what the signed-in person was told of, by their own rows",
  "task.mine": "lists the signed-in person's own tasks, and free ones of projects that they label in",
  "study.mine":
    "lists layers of the signed-in person, and studies that they adjudicate, of projects that they are a member of now",
  "task.waiting": "counts what waits in projects that the signed-in person labels in",
  "installation.engineStatus": "says what computes here; no data of a project",
  "invitation.lookUp": "says to the holder of a 256-bit token what it invites to",
  "invitation.accept": "needs the invitation's token",
  "invitation.acceptOwn": "needs an invitation that was made for the signed-in person's account",
  "invitation.acceptWithNewAccount": "needs the invitation's token",
  "project.list": "lists the signed-in person's own projects",
  "project.making": "says to the signed-in person whether they may make projects",
  "project.create": "who may make projects is a setting of the installation, asked in the transaction",
};

/** HTTP routes that need no role, likewise, as `METHOD path`. */
export const openRoutes: Readonly<Record<string, string>> = {
  "GET /healthz": "says to a process manager that the process lives, and nothing else",
  "GET /api/v1/openapi.json": "says what the API can be asked for; holds nothing of anybody",
  "GET /readyz": "says to a load balancer which of four parts does not answer; looks at most once a second",
  "GET /metrics": "needs the token of METRICS_TOKEN, and is not there without one; holds numbers only",
};
