/** What the built-in table knows, by name. */
import { fieldTables } from "./table/tables.ts";

/** The kinds of which the table knows fields. All of it is read, which a run otherwise avoids. */
export function tableKinds(): readonly string[] {
  const kinds = fieldTables.flatMap((table) =>
    Object.values(table).flatMap((rows) => Object.keys(rows()).flatMap((names) => names.split(" "))),
  );
  return [...new Set([...kinds, ...podKinds])].filter((kind) => kind !== "*");
}

/** Kinds that need no row: what they run are containers. */
const podKinds = [
  "Pod",
  "PodTemplate",
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "ReplicationController",
  "Job",
  "CronJob",
];
