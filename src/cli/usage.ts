/** What pin-digests is for. */
export const purpose = `pin-digests: makes a deployment say exactly which images it runs

A tag such as nginx:1.27 can mean another image tomorrow; a digest can't. pin-digests reads Kubernetes resources on
stdin, asks the registries what each tag means now, writes name:tag@sha256:… into the image fields, and writes the
resources to stdout. No other byte changes.`;

/** The options, which are the same for the executable and for the SDK's function. */
export const optionsUsage = `Options (KEY, or fields of a PinDigests of fn.kpt.dev/v1alpha1):
  mode: pin | update | check | unpin
                                write digests beside tags that have none (default); look for newer ones; look and
                                change nothing; take them out again
  lock: auto | create | frozen | off
                                use the ImageLock among the resources and add to it (default); make one where there
                                is none; ask for nothing, and fail where it lacks an image; ignore it
  check:                        error, warning or off for what \`mode: check\` finds: unpinned, drift, gone, unlocked,
    drift: warning              unreachable
  platform: OS/ARCH             the digest of the image for one platform; default: the index, right for all
  requirePlatforms: [OS/ARCH]   every image must have these
  tag: keep | drop              write name:tag@digest (default) or name@digest
  include, exclude: [GLOB]      pin only these images; leave these alone. Matched against the reference as written
                                and against docker.io/library/nginx:1.27; * stands for anything
  resources: {include, exclude} only these objects; not these: selectors as those of kustomize's patches
  fieldSpecs:                   where images are in kinds of your own
  - {group: acme.io, kind: Widget, path: "spec/workers[]/image"}
  builtIn: true | false | [KIND] whether the built-in table counts, or for which kinds
  unknownFields: qualified | all | report | ignore
                                what reads as an image in a field that no rule knows: pin it where it names a registry
                                that has an image there (default); ask Docker Hub for short names too; tell; say nothing
  skipPrefixes: [TEXT]          leave alone what begins so
  allow: [GLOB]                 the images that may be used: one outside fails, pinned or not
  onError: fail | warn          an image that can't be pinned fails the run (default), or is left as it is
  report: problems | changes | all
  verify: header | get          trust the digest that the registry names (default), or compute it
  credentials: package          use the pull secrets in the package that its pods name
  registries:                   how to ask which registries, see the README
  - prefix: "*"
    mirrors: [ADDRESS]
    only: true
  network:                      as dotted keys on the command line: network.timeout=10s
    concurrency: 8              requests at once, to each registry
    timeout: 20s                for one attempt
    retries: 4
    deadline: 4m                for the whole run

Logins are those of docker, podman and their credential helpers, of PIN_DIGESTS_REGISTRY_HOSTNAME, _USERNAME,
_PASSWORD and _TOKEN, and of the cloud that this runs in.`;

/** What `--help` prints. */
export const usage: string = `${purpose}

Usage:
  pin-digests [-f FILE] [-d KEY=VALUE]... < IN > OUT

  As a function of kpt or kustomize it is given a ResourceList. Any other input is a stream of manifests:

    kpt fn eval PACKAGE --image localhost/pin-digests:v0.1.0 --network
    kpt fn eval PACKAGE --exec pin-digests
    helm template RELEASE CHART | pin-digests
    kustomize build DIR | pin-digests

Flags:
  -f, --function-config FILE               options as a PinDigests or ConfigMap object
  -d, --function-config-literal KEY=VALUE  one option, as in a ConfigMap; wins over the file
      --lock FILE                          a lock outside the input, for kustomize, Helm and plain streams
      --update-lock                        write what the lock lacks into that file
      --prune                              with mode=update: drop from the lock what nothing uses
      --inventory lock|kustomize|json      report which images are used, and where
      --format sarif|github                report results for code scanning, or as annotations of a workflow
      --explain[=json]                         say which rule finds each image, or why none does
  -o, --output FILE                            where the report goes; "-" in place of a stream
      --version                            print the version
  -h, --help                               print this

${optionsUsage}

Exit codes:
  0  all that was to be pinned has its digest; there may be warnings
  1  nothing was changed: an image can't be pinned, an option is wrong, or the input is no Kubernetes resources
  2  the command line is wrong, or the lock that it names
`;
