/** Databases and caches. */
import type { FieldTable } from "./field-row.ts";

/** Databases and caches. */
export const databases: FieldTable = {
  __proto__: null as never,
  "app.redislabs.com": () => ({
    RedisEnterpriseCluster: [
      "spec/redisEnterpriseAdditionalPodSpecAttributes/<pod>",
      "spec/sideContainersSpec[]/image",
      "spec/servicesRiggerSpec/servicesRiggerAdditionalPodSpecAttributes/<pod>",
      {
        path: "spec/{redisEnterpriseImageSpec,redisEnterpriseServicesRiggerImageSpec,bootstrapperImageSpec,usageMeter/callHomeClient/imageSpec}",
        in: "repositoryAndTag",
        keys: { repository: ["repository"], tag: ["versionTag"], digest: ["digestHash"] },
      },
    ],
  }),
  "databases.spotahome.com": () => ({
    RedisFailover: [
      "spec/{redis,sentinel}/<pod>",
      "spec/{redis,sentinel}/image",
      "spec/{redis,sentinel}/{exporter,extraContainers[]}/image",
    ],
  }),
  "db.atlasgo.io": () => ({
    "AtlasMigration AtlasSchema": ["spec/devDB/spec/<pod>"],
  }),
  "dbaas.percona.com": () => ({
    DatabaseCluster: [
      "spec/{databaseImage,backup/initImage}",
      "spec/{backup,loadBalancer}/image",
      "spec/monitoring/pmm/image",
    ],
    DatabaseClusterRestore: ["spec/backupSource/image"],
  }),
  "dragonflydb.io": () => ({
    Dragonfly: ["spec/<pod>", "spec/image", "spec/additionalContainers[]/image"],
  }),
  "druid.apache.org": () => ({
    Druid: [
      "spec/image",
      "spec/additionalContainer[]/image",
      "spec/nodes/*/image",
      "spec/nodes/*/additionalContainer[]/image",
    ],
  }),
  "k8s.mariadb.com": () => ({
    ExternalMariaDB: ["spec/image"],
    MariaDB: [
      "spec/<pod>",
      "spec/image",
      "spec/sidecarContainers[]/image",
      "spec/{metrics,maxScale/metrics}/exporter/image",
      "spec/maxScale/image",
      "spec/{galera,replication}/{agent,initContainer}/image",
    ],
    MaxScale: ["spec/image", "spec/metrics/exporter/image"],
    "Backup Restore SqlJob PhysicalBackup": ["spec/{image,initContainers[]/image}"],
  }),
  "mysql.oracle.com": () => ({
    InnoDBCluster: ["spec/metrics/image", "spec/logs/collector/image"],
  }),
  "mysql.presslabs.org": () => ({
    MysqlCluster: ["spec/image", "spec/podSpec/<pod>"],
  }),
  "pg.percona.com": () => ({
    PerconaPGCluster: [
      "spec/image",
      "spec/pmm/image",
      "spec/backups/pgbackrest/image",
      "spec/instances[]/sidecars[]/image",
      "spec/proxy/pgBouncer/image",
      "spec/proxy/pgBouncer/sidecars[]/image",
    ],
    PostgresCluster: [
      "spec/image",
      "spec/instances[]/<pod>",
      "spec/backups/pgbackrest/image",
      "spec/proxy/pgBouncer/<pod>",
      "spec/proxy/pgBouncer/image",
      "spec/userInterface/pgAdmin/image",
      "spec/monitoring/pgmonitor/exporter/image",
    ],
  }),
  "pingcap.com": () => ({
    DMCluster: [
      "spec/{discovery,master,worker}/<pod>",
      "spec/{discovery,master,worker}/image",
      "spec/{discovery,master,worker}/additionalContainers[]/image",
      {
        path: "spec/{master,worker}",
        in: "repositoryAndTag",
        keys: { repository: ["baseImage"], tag: ["version"] },
      },
    ],
    TidbCluster: [
      "spec/{discovery,helper,pd,pdms[],pump,ticdc,tidb,tiflash,tikv,tiproxy}/image",
      "spec/{discovery,pd,pdms[],pump,ticdc,tidb,tiflash,tikv,tiproxy}/<pod>",
      "spec/tidb/{customizedStartupProbe,slowLogTailer}/image",
      "spec/{discovery,pd,pdms[],pump,ticdc,tidb,tiflash,tikv,tiproxy}/additionalContainers[]/image",
      {
        path: "spec/{tidb,tikv,pd,pdms[],tiflash,ticdc,tiproxy,pump,discovery,tidb/slowLogTailer,helper}",
        in: "repositoryAndTag",
        keys: { repository: ["baseImage"], tag: ["version"] },
      },
    ],
    TidbDashboard: [
      "spec/<pod>",
      "spec/image",
      "spec/additionalContainers[]/image",
      { path: "spec", in: "repositoryAndTag", keys: { repository: ["baseImage"], tag: ["version"] } },
    ],
    TidbInitializer: ["spec/image"],
    TidbMonitor: [
      "spec/additionalContainers[]/image",
      {
        path: "spec/{prometheus,grafana,reloader,initializer,dm/initializer,thanos,prometheusReloader}",
        in: "repositoryAndTag",
        keys: { repository: ["baseImage"], tag: ["version"] },
      },
    ],
    TidbNGMonitoring: [
      "spec/<pod>",
      "spec/image",
      "spec/ngMonitoring/<pod>",
      "spec/{additionalContainers[],ngMonitoring}/image",
      "spec/ngMonitoring/additionalContainers[]/image",
      {
        path: "spec/ngMonitoring",
        in: "repositoryAndTag",
        keys: { repository: ["baseImage"], tag: ["version"] },
      },
    ],
    "Backup Restore BackupSchedule": ["spec/{toolImage,backupTemplate/toolImage}"],
  }),
  "postgres-operator.crunchydata.com": () => ({
    PGAdmin: ["spec/image", "spec/instrumentation/image"],
    PGUpgrade: ["spec/image"],
    PostgresCluster: [
      "spec/image",
      "spec/instances[]/<pod>",
      "spec/instrumentation/image",
      "spec/backups/pgbackrest/image",
      "spec/proxy/pgBouncer/<pod>",
      "spec/proxy/pgBouncer/image",
      "spec/userInterface/pgAdmin/image",
      "spec/monitoring/pgmonitor/exporter/image",
    ],
  }),
  "postgresql.cnpg.io": () => ({
    "ClusterImageCatalog ImageCatalog": ["spec/{componentImages[],images[]}/image"],
    Pooler: ["spec/template/spec/<pod>"],
  }),
  "ps.percona.com": () => ({
    PerconaServerMySQL: [
      "spec/{backup,mysql,orchestrator,pmm,toolkit}/image",
      "spec/{,backup/,mysql/,orchestrator/,proxy/haproxy/,proxy/router/}initImage",
      "spec/mysql/sidecars[]/image",
      "spec/proxy/{haproxy,router}/image",
    ],
    PerconaServerMySQLRestore: ["spec/backupSource/image"],
  }),
  "psmdb.percona.com": () => ({
    PerconaServerMongoDB: [
      "spec/{image,initImage}",
      "spec/{backup,logcollector,pmm}/image",
      "spec/replsets[]/sidecars[]/image",
      "spec/replsets[]/{arbiter,hidden,nonvoting}/sidecars[]/image",
      "spec/sharding/{configsvrReplSet,mongos}/sidecars[]/image",
      "spec/sharding/configsvrReplSet/{arbiter,hidden,nonvoting}/sidecars[]/image",
    ],
  }),
  "pxc.percona.com": () => ({
    PerconaXtraDBCluster: [
      "spec/{backup,haproxy,initContainer,logcollector,pmm,proxysql,pxc}/image",
      "spec/initImage",
      "spec/{haproxy,proxysql,pxc}/sidecars[]/image",
    ],
    PerconaXtraDBClusterRestore: ["spec/backupSource/image", "spec/pitr/backupSource/image"],
  }),
  "redis.redis.opstreelabs.in": () => ({
    "Redis RedisCluster RedisReplication RedisSentinel": [
      "spec/{initContainer,kubernetesConfig,redisExporter,sidecars[]}/image",
    ],
  }),
  "temporal.io": () => ({
    TemporalCluster: [
      { path: "spec/image", tagless: "keep" },
      { path: "spec/{admintools,ui}/image", tagless: "keep" },
    ],
    "TemporalWorkerDeployment WorkerDeployment": ["spec/template/spec/<pod>"],
    TemporalWorkerProcess: [
      { path: "spec/image", tagless: "keep" },
      { path: "spec/builder/image", tagless: "keep" },
    ],
  }),
  "valkey.io": () => ({
    "ValkeyCluster ValkeyNode": ["spec/<pod>", "spec/image", "spec/exporter/image"],
  }),
  "acid.zalan.do": () => ({
    postgresql: ["spec/{dockerImage,connectionPooler/dockerImage,sidecars[]/image}"],
    OperatorConfiguration: [
      "configuration/{docker_image,sidecars[]/image,connection_pooler/connection_pooler_image,logical_backup/logical_backup_docker_image}",
    ],
  }),
  "postgresql.cnpg.io postgresql.k8s.enterprisedb.io": () => ({
    Cluster: ["spec/imageName", "spec/postgresql/extensions[]/image/reference"],
  }),
  "kubegres.reactive-tech.io": () => ({
    Kubegres: ["spec/image"],
  }),
  "pgv2.percona.com": () => ({
    PerconaPGCluster: [
      "spec/{image,initContainer/image,backups/pgbackrest/image,proxy/pgBouncer/image,pmm/image}",
      "spec/{instances[],proxy/pgBouncer}/sidecars[]/image",
      "spec/initImage",
    ],
    PerconaPGUpgrade: ["spec/{image,toPostgresImage,toPgBouncerImage,toPgBackRestImage}"],
  }),
  "planetscale.com": () => ({
    VitessCluster: [
      "spec/images/{vtctld,vtgate,vttablet,vtadmin,vtbackup,vtorc,mysqldExporter}",
      "spec/images/mysqld/*",
    ],
  }),
  "crdb.cockroachlabs.com": () => ({
    CrdbCluster: ["spec/image/name"],
  }),
  "scylla.scylladb.com": () => ({
    ScyllaCluster: [
      { path: "spec", in: "repositoryAndTag", keys: { repository: ["repository"], tag: ["version"] } },
    ],
    ScyllaDBDatacenter: ["spec/scyllaDB/image", "spec/scyllaDBManagerAgent/image"],
    ScyllaOperatorConfig: [
      "spec/{scyllaUtilsImage,unsupportedBashToolsImageOverride,unsupportedGrafanaImageOverride}",
    ],
  }),
  "cassandra.datastax.com": () => ({
    CassandraDatacenter: ["spec/{serverImage,systemLoggerImage,configBuilderImage}"],
  }),
  "k8ssandra.io": () => ({
    K8ssandraCluster: [
      "spec/cassandra/{serverImage,perNodeConfigInitContainerImage,telemetry/vector/image}",
      "spec/cassandra/datacenters[]/{serverImage,perNodeConfigInitContainerImage,telemetry/vector/image}",
      {
        path: "spec/**/{containerImage,jmxInitContainerImage}",
        in: "repositoryAndTag",
        keys: { registry: ["registry"], namespace: ["repository"], repository: ["name"], tag: ["tag"] },
      },
    ],
  }),
  "config.k8ssandra.io": () => ({
    ImageConfig: [
      {
        path: "images/*",
        in: "repositoryAndTag",
        keys: { registry: ["registry"], namespace: ["repository"], repository: ["name"], tag: ["tag"] },
      },
    ],
  }),
  "clickhouse.com": () => ({
    "ClickHouseCluster KeeperCluster": [
      {
        path: "spec/containerTemplate/image",
        in: "repositoryAndTag",
        keys: { repository: ["repository"], tag: ["tag"], digest: ["hash"] },
      },
    ],
  }),
  "clickhouse.altinity.com clickhouse-keeper.altinity.com": () => ({
    "ClickHouseInstallation ClickHouseInstallationTemplate ClickHouseKeeperInstallation": [
      "spec/templates/podTemplates[]/spec/<pod>",
    ],
  }),
  "database.arangodb.com": () => ({
    ArangoDeployment: ["spec/{image,metrics/image,sync/image}"],
  }),
  "couchbase.com": () => ({
    CouchbaseCluster: [
      "spec/{image,backup/image,monitoring/prometheus/image,logging/server/sidecar/image,cloudNativeGateway/image}",
      "spec/servers[]/image",
    ],
  }),
  "hazelcast.com": () => ({
    "Hazelcast ManagementCenter": [
      { path: "spec", in: "repositoryAndTag", keys: { repository: ["repository"], tag: ["version"] } },
    ],
  }),
  "infinispan.org": () => ({
    Infinispan: ["spec/image"],
  }),
  "asdb.aerospike.com": () => ({
    AerospikeBackupService: ["spec/image"],
    AerospikeCluster: [
      "spec/image",
      "spec/podSpec/{sidecars[],initContainers[]}/image",
      // The registry and the first part of the name stand apart, or are the operator's own.
      {
        path: "spec/podSpec/aerospikeInitContainer",
        in: "repositoryAndTag",
        keys: {
          registry: ["imageRegistry"],
          namespace: ["imageRegistryNamespace"],
          repository: ["imageNameAndTag"],
          tag: [],
        },
        apart: true,
      },
    ],
  }),
  "yugabyte.com": () => ({
    YBCluster: [
      { path: "spec/image", in: "repositoryAndTag", keys: { repository: ["repository"], tag: ["tag"] } },
    ],
  }),
  "core.pingcap.com": () => ({
    "*": ["spec/image", "spec/template/spec/image"],
  }),
  "enterprise.mariadb.com mariadb.mmontes.io": () => ({
    "MariaDB MaxScale": [
      "spec/image",
      "spec/metrics/exporter/image",
      "spec/galera/{agent,initContainer}/image",
    ],
  }),
  "mysql.radondb.com": () => ({
    MysqlCluster: [
      "spec/{podPolicy/sidecarImage,podPolicy/busyboxImage,mysqlOpts/image,xenonOpts/image,metricsOpts/image}",
    ],
  }),
  "oceanbase.oceanbase.com": () => ({
    OBCluster: ["spec/{observer,monitor,backupVolume}/image"],
  }),
  "risingwave.risingwavelabs.com": () => ({
    RisingWave: ["spec/image", "spec/components/*/nodeGroups[]/{image,template/spec/image}"],
  }),
  "stackgres.io": () => ({
    SGCluster: ["spec/pods/{customContainers[],customInitContainers[]}/image"],
  }),
  "mongodbcommunity.mongodb.com": () => ({
    MongoDBCommunity: ["spec/statefulSet/spec/template/spec/<pod>"],
  }),
  "hyperspike.io": () => ({
    Valkey: ["spec/{image,exporterImage,externalAccess/proxy/image}"],
  }),
  "schemas.schemahero.io databases.schemahero.io": () => ({
    Database: ["spec/schemahero/image"],
  }),
  "dbaoperator.app-sre.redhat.com": () => ({
    DatabaseMigration: ["spec/migrationContainerSpec/image"],
  }),
  "solr.apache.org": () => ({
    "SolrCloud SolrPrometheusExporter": [
      {
        path: "spec/{solrImage,busyBoxImage,image,zookeeperRef/provided/image}",
        in: "repositoryAndTag",
        keys: { repository: ["repository"], tag: ["tag"] },
      },
    ],
  }),
  "doris.selectdb.com disaggregated.cluster.doris.com": () => ({
    "DorisCluster DorisDisaggregatedCluster": [
      "spec/{feSpec,beSpec,cnSpec,brokerSpec,metaService,computeGroups[]}/image",
      "spec/{feSpec,beSpec,cnSpec,brokerSpec,metaService,computeGroups[]}/systemInitialization/initImage",
    ],
  }),
  "starrocks.com": () => ({
    "StarRocksCluster StarRocksWarehouse": [
      "spec/{starRocksFeSpec,starRocksBeSpec,starRocksCnSpec,starRocksFeProxySpec,template}/image",
    ],
  }),
  "catalog.kubedb.com": () => ({
    "*": ["spec/*/{image,yqImage}", "spec/*/*/image", "spec/*/*/*/image"],
  }),
  "apps.kubeblocks.io": () => ({
    ComponentVersion: ["spec/releases[]/images/*"],
    "ComponentDefinition ShardingDefinition": ["spec/lifecycleActions/**/exec/image"],
    "Cluster Component": ["spec/**/reconfigure/exec/image"],
    ConfigConstraint: ["spec/reloadAction/shellTrigger/toolsSetup/toolConfigs[]/image"],
  }),
  "operations.kubeblocks.io": () => ({
    OpsDefinition: ["spec/componentInfos[]/imageMappings[]/images/*", "spec/actions[]/**/podSpec/<pod>"],
  }),
  "greptime.io": () => ({
    "GreptimeDBCluster GreptimeDBStandalone": ["spec/**/main/image"],
  }),
  "dataprotection.kubeblocks.io": () => ({
    ActionSet: ["spec/**/image"],
  }),
  "operator.etcd.io etcd.database.coreos.com": () => ({
    EtcdCluster: [
      { path: "spec", in: "repositoryAndTag", keys: { repository: ["repository"], tag: ["version"] } },
    ],
  }),
  "vertica.com": () => ({
    VerticaDB: ["spec/{image,sidecars[]/image,subclusters[]/imageOverride}"],
  }),
};
