/** The annotations that say where an object comes from. kpt and kustomize write the older spellings beside the others. */
export const pathAnnotation = "internal.config.kubernetes.io/path";
export const olderPathAnnotation = "config.kubernetes.io/path";
export const indexAnnotation = "internal.config.kubernetes.io/index";
export const olderIndexAnnotation = "config.kubernetes.io/index";
/** The folder of the package, as a render names it. */
export const packageAnnotation = "internal.config.kubernetes.io/package-path";
/** Says that an object is for functions, not for the cluster. */
export const localConfigAnnotation = "config.kubernetes.io/local-config";
