const base64 = (text: string) => Buffer.from(text).toString("base64");
const json = (text: string) => JSON.stringify(text).slice(1, -1);
const html = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const units = (text: string, write: (code: number) => string) =>
  Array.from(text, (letter) => write(letter.codePointAt(0) ?? 0)).join("");

/** The ways in which servers, proxies and the programs between them write a secret that was sent to them. */
export const secretForms: readonly (readonly [name: string, write: (secret: string) => string])[] = [
  ["as it is", (secret) => secret],
  ["in upper case", (secret) => secret.toUpperCase()],
  ["in base64", base64],
  ["in base64 without padding", (secret) => base64(secret).replaceAll("=", "")],
  ["in base64 for URLs", (secret) => Buffer.from(secret).toString("base64url")],
  ["in base64 behind something", (secret) => base64(`x${secret}`)],
  ["in base64 within something", (secret) => base64(`{"password":${JSON.stringify("")}${secret}, and more}`)],
  ["in base64 on lines", (secret) => base64(`${"x".repeat(44)}${secret}`).replaceAll(/.{64}/g, "$&\r\n")],
  ["in base64, percent-encoded", (secret) => encodeURIComponent(base64(secret))],
  ["in hexadecimal digits", (secret) => Buffer.from(secret).toString("hex")],
  ["in capital hexadecimal digits", (secret) => Buffer.from(secret).toString("hex").toUpperCase()],
  ["percent-encoded", encodeURIComponent],
  ["percent-encoded in lower case", (secret) => encodeURIComponent(secret).toLowerCase()],
  ["percent-encoded as a path", (secret) => encodeURI(secret)],
  ["percent-encoded as a form", (secret) => new URLSearchParams({ a: secret }).toString().slice(2)],
  ["percent-encoded whole", (secret) => Buffer.from(secret).toString("hex").replaceAll(/../g, "%$&")],
  ["percent-encoded twice", (secret) => encodeURIComponent(encodeURIComponent(secret))],
  ["in JSON", json],
  [
    "in JSON with all characters escaped",
    (secret) => units(secret, (code) => `\\u${code.toString(16).padStart(4, "0")}`),
  ],
  [
    "in a script with all characters escaped",
    (secret) =>
      units(secret, (code) =>
        code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`,
      ),
  ],
  ["in JSON within JSON", (secret) => json(json(secret))],
  ["in Go's quotes", (secret) => json(secret).replaceAll("<", "\\u003c").replaceAll("&", "\\u0026")],
  ["in HTML", html],
  ["in HTML by numbers", (secret) => units(secret, (code) => `&#${code};`)],
  ["in HTML by hexadecimal numbers", (secret) => units(secret, (code) => `&#x${code.toString(16)};`)],
  ["in HTML within JSON", (secret) => json(html(secret))],
  ["with spaces collapsed", (secret) => secret.replaceAll(/\s+/g, " ")],
  ["with something invisible in it", (secret) => `${secret.slice(0, 3)}\u200b${secret.slice(3)}`],
];
