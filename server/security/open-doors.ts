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
  "event.ofInstallation": "says that settings or the engine changed, without what",
  "installation.engineStatus": "says what computes here; no data of a project",
  "invitation.lookUp": "says to the holder of a 256-bit token what it invites to",
  "invitation.accept": "needs the invitation's token",
  "invitation.acceptWithNewAccount": "needs the invitation's token",
  "project.list": "lists the signed-in person's own projects",
  "project.making": "says to the signed-in person whether they may make projects",
  "project.create": "who may make projects is a setting of the installation, asked in the transaction",
};

/** HTTP routes without a door, likewise, as `METHOD path`. */
export const openRoutes: Readonly<Record<string, string>> = {};
