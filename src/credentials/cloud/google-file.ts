import { join } from "node:path";
import { readCredentialFile } from "../credential-file.ts";
import { asText, parseJsonObject } from "../json.ts";
import { type CloudContext, IdentityError } from "./cloud-provider.ts";

/** A file of Google's credentials and where it lies. */
export interface GoogleCredentials {
  readonly path: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/** Finds the file that GOOGLE_APPLICATION_CREDENTIALS names, or else the one that gcloud keeps. */
export async function findGoogleFile({
  environment,
  homeDirectory,
}: CloudContext): Promise<GoogleCredentials | undefined> {
  const named = asText(environment.GOOGLE_APPLICATION_CREDENTIALS);
  const config =
    asText(environment.CLOUDSDK_CONFIG) ?? (homeDirectory && join(homeDirectory, ".config", "gcloud"));
  const path = named ?? (config && join(config, "application_default_credentials.json"));
  if (!path) return undefined;

  const file = await readCredentialFile(path);
  const wanted = `wanted Google's credentials from ${path}`;
  if (file.kind === "unreadable") throw new IdentityError(`${wanted}: ${file.reason}`);
  if (file.kind === "absent") {
    if (named !== undefined) throw new IdentityError(`${wanted}: there is no such file`);
    return undefined;
  }
  const content = parseJsonObject(file.text);
  if (content === undefined) throw new IdentityError(`${wanted}: not a JSON object`);
  return { path, content };
}

/** A text that the credentials must have. */
export function requireMember({ content, path }: GoogleCredentials, name: string): string {
  const text = asText(content[name]);
  if (text !== undefined) return text;
  throw new IdentityError(`wanted ${JSON.stringify(name)} in ${path}: it is missing`);
}
