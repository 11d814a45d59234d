import { readCredentialFile } from "../credential-file.ts";
import { asObject, asText, parseJsonObject } from "../json.ts";
import { type CloudContext, IdentityError } from "./cloud-provider.ts";
import { fetchOk } from "./cloud-request.ts";
import type { GoogleCredentials } from "./google-file.ts";

/**
 * The token of another provider that is traded for Google's, from the file or the URL that the credentials name.
 * https://google.aip.dev/auth/4117
 */
export async function readSubjectToken(
  { content, path }: GoogleCredentials,
  context: CloudContext,
): Promise<string> {
  const source = asObject(content.credential_source) ?? {};
  const text = await readSource(source, path, context);
  const format = asObject(source.format) ?? {};
  const token =
    format.type === "json" ? readField(text, asText(format.subject_token_field_name)) : text.trim();
  if (token === undefined || token === "") {
    throw new IdentityError(`wanted a subject token from the "credential_source" of ${path}: there is none`);
  }
  return token;
}

async function readSource(
  source: Readonly<Record<string, unknown>>,
  path: string,
  context: CloudContext,
): Promise<string> {
  const file = asText(source.file);
  const url = asText(source.url);
  // AWS's source has a `url` too, which is not one of a token.
  if (source.environment_id !== undefined || (file === undefined && url === undefined)) {
    throw new IdentityError(
      `wanted a file or URL for the "credential_source" of ${path}: use gcloud's credential helper for other kinds`,
    );
  }
  if (file !== undefined) {
    const content = await readCredentialFile(file);
    if (content.kind === "text") return content.text;
    const reason = content.kind === "absent" ? "there is no such file" : content.reason;
    throw new IdentityError(`wanted a subject token from ${file}: ${reason}`);
  }
  const { body } = await fetchOk(context.send, {
    wanted: "a subject token",
    method: "GET",
    url: url ?? "",
    headers: readHeaders(source.headers),
  });
  return body;
}

function readHeaders(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(asObject(value) ?? {}).flatMap(([name, text]) =>
      typeof text === "string" ? [[name, text]] : [],
    ),
  );
}

function readField(text: string, name: string | undefined): string | undefined {
  return name === undefined ? undefined : asText(parseJsonObject(text)?.[name]);
}
