import { describe, expect, test } from "vitest";
import { explainFailure } from "../../src/registry/failure-messages.ts";
import { Failure } from "../../src/registry/transport/failure.ts";

describe("explainFailure", () => {
  test.each([
    [
      new Failure("dns"),
      "no address was found for quay.io; check the name of the registry, and that this machine can reach it",
    ],
    [
      new Failure("refused"),
      "quay.io refused the connection; check the name of the registry, and that this machine can reach it",
    ],
    [
      new Failure("unreachable", { detail: "connection closed" }),
      "quay.io could not be reached, or hung up (connection closed); check the network, or set a mirror for this registry; if it wants a client certificate, set certFile and keyFile",
    ],
    [
      new Failure("timeout"),
      "quay.io did not answer in time; try again, raise network.timeout, or set a mirror for this registry",
    ],
    [
      new Failure("deadline"),
      "the time for the whole run ended while quay.io was asked; try again, or raise network.deadline",
    ],
    [new Failure("aborted"), "asking quay.io was cut off; run it again"],
    [
      new Failure("proxy", { host: "proxy:3128", detail: "HTTP 407" }),
      "the proxy proxy:3128 did not let the connection through (HTTP 407); check HTTPS_PROXY and HTTP_PROXY, or name quay.io in NO_PROXY",
    ],
    [
      new Failure("tls", { detail: "CERT_HAS_EXPIRED" }),
      "no secure connection could be made to quay.io (CERT_HAS_EXPIRED); check the certificate of the registry; if it wants one from you, set certFile and keyFile for this registry",
    ],
    [
      new Failure("wrong-ca", { detail: "SELF_SIGNED_CERT_IN_CHAIN" }),
      "the certificate of quay.io is signed by an authority unknown here (SELF_SIGNED_CERT_IN_CHAIN); set caFile for this registry, or SSL_CERT_FILE",
    ],
    [
      new Failure("wrong-ca", { host: "auth.quay.io", detail: "SELF_SIGNED_CERT_IN_CHAIN" }),
      "the certificate of auth.quay.io is signed by an authority unknown here (SELF_SIGNED_CERT_IN_CHAIN); set caFile for auth.quay.io, in an entry of its own, or SSL_CERT_FILE",
    ],
    [
      new Failure("certificate-file", { detail: '"/ca.pem" holds no PEM' }),
      'a certificate file cannot be used: "/ca.pem" holds no PEM; correct caFile, certFile and keyFile of this registry, or its certs.d folder',
    ],
    [
      new Failure("https-on-http"),
      "quay.io answered HTTPS with plain HTTP; set plainHTTP: true for this registry if that is intended",
    ],
    [
      new Failure("http-on-https", { status: 400 }),
      "quay.io wants HTTPS and was asked over plain HTTP, asked with A, then anonymously; remove plainHTTP, or http:// from the mirror",
    ],
    [
      new Failure("package-login", { detail: "in clear, over plain HTTP" }),
      "a login of this machine was not sent to quay.io, since the configuration in the list would send it in clear, over plain HTTP; take that out of the configuration, or set PIN_DIGESTS_TRUST_PACKAGE=1 if you trust the package with your logins",
    ],
    [
      new Failure("plain-login", { host: "cdn" }),
      "a login was not sent to cdn, since plain HTTP would carry it in clear; ask the people who run quay.io for HTTPS there, or set plainHTTP: true for cdn, in an entry of its own",
    ],
    [
      new Failure("unauthorized", { status: 401, detail: "UNAUTHORIZED" }),
      'quay.io answered HTTP 401 ("UNAUTHORIZED"), asked with A, then anonymously; check the name of the image, renew that login, and make sure that it may pull from quay.io',
    ],
    [
      new Failure("forbidden", { status: 403, host: "auth.quay.io" }),
      "auth.quay.io answered HTTP 403, asked with A, then anonymously; check the name of the image, and that the login for quay.io may pull it",
    ],
    [
      new Failure("tag-not-found", { status: 404 }),
      "quay.io answered HTTP 404, asked with A, then anonymously; check the name and the tag of the image; if it is private, log in",
    ],
    [
      new Failure("repository-not-found", { status: 404 }),
      "quay.io answered HTTP 404, asked with A, then anonymously; check the name of the image; if it is private, log in",
    ],
    [
      new Failure("rate-limited", { status: 429 }),
      "quay.io answered HTTP 429, asked with A, then anonymously; try again later, or set network.concurrency to a small number",
    ],
    [
      new Failure("pull-limit", { status: 429 }),
      "quay.io answered HTTP 429, asked with A, then anonymously; log in to quay.io for a higher limit, wait some hours, or set a mirror",
    ],
    [
      new Failure("server", { status: 503 }),
      "quay.io answered HTTP 503, asked with A, then anonymously; try again, or ask the people who run quay.io",
    ],
    [
      new Failure("not-a-registry", { status: 200, detail: "an HTML page" }),
      "quay.io does not answer like a registry (HTTP 200, an HTML page), asked with A, then anonymously; check the name of the registry, and that no login page or proxy stands in between",
    ],
    [
      new Failure("too-large", { detail: "more than 9 bytes" }),
      "quay.io sent more than any good answer has (more than 9 bytes); try again, or ask the people who run quay.io",
    ],
    [
      new Failure("bad-digest", { detail: "x named, y received" }),
      "quay.io contradicts itself about the digest (x named, y received); try again, or ask the people who run quay.io",
    ],
    [
      new Failure("schema1"),
      "quay.io has this image in the old schema 1 only, which container runtimes no longer pull; push the image again with a current tool",
    ],
    [
      new Failure("redirect", { host: "cdn", detail: "a private address" }),
      "a redirect to cdn was not followed (a private address); try again, or ask the people who run quay.io",
    ],
    [
      new Failure("realm", { host: "auth", detail: "plain HTTP" }),
      "no token could be obtained from auth, which the registry names as its token service (plain HTTP); ask the people who run quay.io for HTTPS there, or give auth an entry with plainHTTP: true",
    ],
    [
      new Failure("realm", { host: "auth", detail: "its answer holds no token" }),
      "no token could be obtained from auth, which the registry names as its token service (its answer holds no token); try again, or ask the people who run quay.io",
    ],
    [
      new Failure("address", { detail: "not the name of a host" }),
      "quay.io can't be asked (not the name of a host); check the name of the image",
    ],
    [
      new Failure("blocked"),
      "quay.io is blocked by the configuration; use another registry, or remove blocked: true",
    ],
  ])("says of %s what came, and what to do", (failure, expected) => {
    const message = explainFailure({
      image: "quay.io/a/b:1",
      registry: "quay.io",
      failure,
      asked: ["A", "anonymously"],
      before: [],
    });

    expect(message).toBe(`can't resolve "quay.io/a/b:1": ${expected}`);
  });

  test("advises to log in where nobody was logged in", () => {
    const failure = new Failure("unauthorized", { status: 401 });

    expect(
      explainFailure({
        image: "quay.io/a:1",
        registry: "quay.io",
        failure,
        asked: ["anonymously"],
        before: [],
      }),
    ).toContain("asked anonymously; check the name of the image, and log in to quay.io if it is private");
  });

  test("calls Docker Hub by the name that people know", () => {
    const failure = new Failure("dns", { host: "registry-1.docker.io" });

    expect(
      explainFailure({ image: "nginx", registry: "docker.io", failure, asked: [], before: [] }),
    ).toContain("no address was found for docker.io;");
  });
});
