/** Shows a foreign value in a message: in quotes, escaped, and cut short. */
export function quote(text: string): string {
  return JSON.stringify(shorten(text));
}

/** Cuts a foreign value short, so that it cannot bury the message around it. */
export function shorten(text: string, most = 120): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
