/** Shows a foreign value in a message: in quotes, escaped, and cut short. */
export function quote(text: string): string {
  return JSON.stringify(shorten(text));
}

/** Cuts a foreign value short, so that it cannot bury the message around it. */
export function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
