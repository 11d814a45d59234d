import { asText } from "../json.ts";
import type { Cloud, CloudContext } from "./cloud-provider.ts";

/** The identity of a GitHub Actions job, for ghcr.io alone: GITHUB_TOKEN and GITHUB_ACTOR, where the job is given them. */
export function createGitHub({ environment }: CloudContext): Cloud {
  return {
    matches: (host) => host === "ghcr.io",
    isPrivate: () => false,
    async getCredential() {
      const password = asText(environment.GITHUB_TOKEN);
      if (password === undefined) return undefined;
      // ghcr.io takes any name with a token, but not none.
      const username = asText(environment.GITHUB_ACTOR) ?? "github";
      return { source: "GITHUB_TOKEN", credential: { kind: "basic", username, password } };
    },
  };
}
