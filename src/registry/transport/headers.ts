/** Headers of an answer by name in lower case. One that was sent several times has several values. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What each header of a name says, in order. */
export function headerValues(headers: HttpHeaders, name: string): readonly string[] {
  const value = headers[name] ?? [];
  return typeof value === "string" ? [value] : value;
}

/**
 * The one value of the headers of a name; undefined where there is none, or where they contradict each other.
 */
export function headerValue(headers: HttpHeaders, name: string): string | undefined {
  const [first, ...others] = headerValues(headers, name);
  return others.every((other) => other === first) ? first : undefined;
}

/** The members of a header that is a list, in lower case, whether in one header or in several. */
export function headerMembers(headers: HttpHeaders, name: string): readonly string[] {
  return headerValues(headers, name)
    .flatMap((value) => value.split(","))
    .map((member) => member.trim().toLowerCase())
    .filter((member) => member !== "");
}

/**
 * The media types that an answer says it is of, without their parameters: one, or several that contradict
 * each other.
 */
export function mediaTypes(headers: HttpHeaders): readonly string[] {
  return headerMembers(headers, "content-type").map((type) => type.split(";", 1)[0]?.trim() ?? "");
}
