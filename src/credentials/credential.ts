/** What a credential is, wherever it comes from. */

/** Who we are to a registry. */
export type Credential =
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  /** Exchanged for tokens by OAuth 2: docker's `identitytoken`, or what a helper gives as user `<token>`. */
  | { readonly kind: "identity-token"; readonly token: string; readonly username?: string }
  /** Sent as `Authorization: Bearer` as it is. */
  | { readonly kind: "registry-token"; readonly token: string };

/** A credential and where it was found, in words that hold no secret. */
export interface CredentialCandidate {
  readonly source: string;
  readonly credential: Credential;
  /** Whether it lies in the package, and is none of this machine's. */
  readonly fromPackage?: true | undefined;
}
