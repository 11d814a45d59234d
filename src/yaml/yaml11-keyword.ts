/** True for a word that some reader of YAML takes for a truth value or for nothing: `no`, `Null`. https://yaml.org/type/bool.html */
export function isYaml11Keyword(text: string): boolean {
  return text.length <= LENGTH_MAX && WORDS.has(text.toLowerCase());
}

const LENGTH_MAX = 5;
const WORDS: ReadonlySet<string> = new Set(["null", "true", "false", "yes", "no", "on", "off", "y", "n"]);
