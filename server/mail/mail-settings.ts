/** The server that takes this installation's mails. */
export interface MailSettings {
  readonly host: string;
  readonly port: number;
  readonly security: "starttls" | "tls" | "none";
  /** Address that they come from. */
  readonly from: string;
  readonly login: { readonly user: string; readonly password: string } | null;
}
