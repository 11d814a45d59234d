/**
 * What stands where an image belongs and is none, by who is to replace it:
 *
 * - `empty`: nothing, or white space;
 * - `variable`: `$(X)`, `${X}`, `$X`: kubelet, Tekton, OpenShift, a shell;
 * - `template`: `{{ … }}`, `{% … %}`, `[[ … ]]`, `{X}`: Helm, Jinja, Argo, Kyverno;
 * - `marker`: `###X###`, `@X@`, `%X%`: Zarf, Maven, sed;
 * - `word`: `<image>`, `TEST_IMAGE`, `placeholder`: a person who read the comment above it, or a script;
 * - `encrypted`: `ENC[…]`: sops;
 * - `build`: `ko://…`: ko builds the image and writes its digest;
 * - `injected`: `auto`: Istio's sidecar injector.
 *
 * The last three are as they should be where they are found; the others may have been forgotten.
 */
export type PlaceholderKind =
  | "empty"
  | "variable"
  | "template"
  | "marker"
  | "word"
  | "encrypted"
  | "build"
  | "injected";

/**
 * Tells whether a value stands in for an image, whole or in part (`nginx:${TAG}`), and in which way.
 * No image reference is taken for one, but for `auto`, which every Istio gateway says, and `placeholder`: no one publishes them.
 */
export function placeholderKind(text: string): PlaceholderKind | undefined {
  if (text.length <= LENGTH_MAX && PLAIN.test(text)) return WORDS.get(text);
  const start = text.slice(0, LENGTH_MAX);
  return PLACEHOLDERS.find(({ pattern }) => pattern.test(start))?.kind;
}

// A quick answer for nearly all: lower case, and a tag or digest without signs.
const PLAIN = /^[a-z0-9][a-z0-9._/-]*(?::[\w.-]+)?(?:@sha256:[0-9a-f]+)?$/;

// What is longer is no reference; the same text may stand for many images through aliases.
const LENGTH_MAX = 4096;

/** Words that are written like a name. No one publishes an image called so. */
const WORDS: ReadonlyMap<string, PlaceholderKind> = new Map([
  ["auto", "injected"],
  ["placeholder", "word"],
]);

interface Placeholder {
  readonly kind: PlaceholderKind;
  readonly pattern: RegExp;
}

// The first row that matches decides, so what may hold another's signs comes first.
const PLACEHOLDERS = [
  { kind: "empty", pattern: /^\s*$/ },
  { kind: "build", pattern: /^ko:\/\// },
  { kind: "encrypted", pattern: /^ENC\[/ },
  { kind: "template", pattern: /\{\{|\{%|\[\[/ },
  { kind: "variable", pattern: /\$[\w({[]/ },
  { kind: "template", pattern: /\{[A-Za-z_][\w.-]*\}/ },
  { kind: "marker", pattern: /##[A-Za-z_][\w.-]*##/ },
  { kind: "marker", pattern: /@[A-Za-z_][\w.-]*@/ },
  // Upper case alone and three letters at least: "%2f" and "%AB%CD" are bytes of a mangled URL.
  { kind: "marker", pattern: /%[A-Z_][A-Z0-9_]{2,}%/ },
  { kind: "word", pattern: /<[^<>]+>/ },
  // A part of the name in upper case with "_", as variables are called; in a tag the same is legal. Without "_"
  // it is left to the parser: "NGINX" is an image in the wrong case, and should be told so.
  { kind: "word", pattern: /(?:^|\/)(?:_+[A-Z]|[A-Z][A-Z0-9]*_)[A-Z0-9_]*(?=$|[/:@])/ },
] as const satisfies readonly Placeholder[];
