"""What kwok does in place of the operators of others: it makes what they would make of a resource, which is then ready.

Brokers and databases are Pods with the requests, labels and names that Strimzi and CloudNativePG give them, so that a
node has to have room for them, a drain meets them, and a page's command finds them. Their budgets are left out: they
are not ours, and kubectl waits five seconds for each.
"""

from collections.abc import Mapping, Sequence

from dev.kubernetes.manifests import Manifest

FROM_THE_STORE = """
apiVersion: v1
kind: Secret
metadata: {name: {{ .spec.target.name }}, namespace: {{ .metadata.namespace }}}
type: {{ $type := "Opaque" }}{{ with .spec.target.template }}{{ $type = or .type $type }}{{ end }}{{ $type }}
stringData:
{{ range .spec.data }}
  {{ .secretKey | Quote }}: simulated
{{ end }}
{{ with .spec.target.template }}{{ range $key, $value := .data }}
  {{ $key | Quote }}: simulated
{{ end }}{{ end }}
"""
FROM_CERT_MANAGER = """
apiVersion: v1
kind: Secret
metadata: {name: {{ .spec.secretName }}, namespace: {{ .metadata.namespace }}}
type: kubernetes.io/tls
stringData: {tls.crt: simulated, tls.key: simulated, ca.crt: simulated}
"""
USER_OF_KAFKA = """
apiVersion: v1
kind: Secret
metadata:
  name: {{ .metadata.name }}
  namespace: {{ .metadata.namespace }}
  ownerReferences:
  - {apiVersion: kafka.strimzi.io/v1, kind: KafkaUser, name: {{ .metadata.name }}, uid: {{ .metadata.uid }}}
stringData: {password: simulated}
"""
OWNER_OF_THE_DATABASE = """
apiVersion: v1
kind: Secret
metadata: {name: {{ .metadata.name }}-app, namespace: {{ .metadata.namespace }}}
type: kubernetes.io/basic-auth
stringData: {username: licensing, password: simulated}
"""
BACKUP = """
apiVersion: postgresql.cnpg.io/v1
kind: Backup
metadata: {name: {{ .metadata.name }}-simulated, namespace: {{ .metadata.namespace }}}
spec: {method: volumeSnapshot, cluster: {name: {{ .spec.cluster.name }}}}
"""
POD_SET = """
apiVersion: core.strimzi.io/v1
kind: StrimziPodSet
metadata: {name: licensing-{{ .metadata.name }}, namespace: {{ .metadata.namespace }}}
"""
REPLICAS = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: {name}, namespace: {{{{ .metadata.namespace }}}}}}
spec:
  replicas: {{{{ .spec.{replicas} }}}}
  ordinals: {{start: {first}}}
  podManagementPolicy: Parallel
  serviceName: {name}
  volumeClaimTemplates:
  - metadata: {{name: data}}
    spec:
      accessModes: [ReadWriteOnce]
      storageClassName: {{{{ {volume_class} }}}}
      resources: {{requests: {{storage: {{{{ {volume} }}}}}}}}
  selector: {{matchLabels: {{simulated: {name}}}}}
  template:
    metadata: {{labels: {{simulated: {name}, {label}}}}}
    spec:
      topologySpreadConstraints:
      - maxSkew: 1
        topologyKey: topology.kubernetes.io/zone
        whenUnsatisfiable: ScheduleAnyway
        labelSelector: {{matchLabels: {{simulated: {name}}}}}
      securityContext: {{runAsNonRoot: true, runAsUser: 10001, seccompProfile: {{type: RuntimeDefault}}}}
      containers:
      - name: simulated
        image: simulated
        resources:
          {{{{ with .spec.resources.requests }}}}
          requests: {{cpu: {{{{ .cpu | Quote }}}}, memory: {{{{ .memory | Quote }}}}}}
          {{{{ end }}}}
        securityContext: {{allowPrivilegeEscalation: false, capabilities: {{drop: [ALL]}}}}
"""
BROKER = "strimzi.io/cluster: licensing, strimzi.io/pool-name: {{ .metadata.name }}"
DATABASE = "cnpg.io/cluster: licensing"
BROKERS = REPLICAS.format(
    name="licensing-{{ .metadata.name }}",
    replicas="replicas",
    first=0,
    label=BROKER,
    volume="( index .spec.storage.volumes 0 ).size",
    volume_class="( index .spec.storage.volumes 0 ).class",
)
DATABASES = REPLICAS.format(
    name="{{ .metadata.name }}",
    replicas="instances",
    first=1,
    label=DATABASE,
    volume=".spec.storage.size",
    volume_class=".spec.storage.storageClass",
)

MADE: Mapping[str, Sequence[str]] = {
    "external-secrets.io/v1/ExternalSecret": (FROM_THE_STORE,),
    "cert-manager.io/v1/Certificate": (FROM_CERT_MANAGER,),
    "kafka.strimzi.io/v1/Kafka": (),
    "kafka.strimzi.io/v1/KafkaNodePool": (POD_SET, BROKERS),
    "kafka.strimzi.io/v1/KafkaTopic": (),
    "kafka.strimzi.io/v1/KafkaUser": (USER_OF_KAFKA,),
    "postgresql.cnpg.io/v1/Cluster": (OWNER_OF_THE_DATABASE, DATABASES),
    "postgresql.cnpg.io/v1/ScheduledBackup": (BACKUP,),
}
"""What is made of a resource of each kind before it is ready."""
FURTHER_KINDS = ("core.strimzi.io/v1/StrimziPodSet", "postgresql.cnpg.io/v1/Backup")
"""Kinds of theirs that only they make."""
READY = """
conditions:
- {type: Ready, status: "True", reason: Simulated, message: simulated, lastTransitionTime: {{ Now | Quote }}}
"""
NOT_READY = {
    "key": '.status.conditions.[] | select( .type == "Ready" ) | .status',
    "operator": "NotIn",
    "values": ["True"],
}


def stages() -> list[Manifest]:
    """One for each kind."""
    return [_stage(kind, made) for kind, made in MADE.items()]


def _stage(resource: str, made: Sequence[str]) -> Manifest:
    group, _, kind = resource.rpartition("/")
    steps = [{"apply": {"template": template}} for template in made]
    ready = {"patch": {"root": "status", "subresource": "status", "template": READY}}
    return {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "Stage",
        "metadata": {"name": f"{kind.lower()}-ready"},
        "spec": {
            "resourceRef": {"apiGroup": group, "kind": kind},
            "selector": {"matchExpressions": [NOT_READY]},
            "steps": [*steps, ready],
        },
    }
