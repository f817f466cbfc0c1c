"""Small objects, each with one fault that a schema lets pass, and sound ones beside them.

What our checks say of them is compared with these names here, and with a real API server in
``tests/live/test_server_rules.py``: a blocker exactly where the server refuses.
"""

# ruff: noqa: E501 - a table reads best with one case to a line

from __future__ import annotations

from typing import Any

import yaml

POD = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {%s}}"
BOX = POD % "containers: [{name: a, image: r.io/a:1, %s}]"
WITH = POD % "containers: [{name: a, image: r.io/a:1}], %s"
MOUNT = (
    POD
    % "containers: [{name: a, image: r.io/a:1, volumeMounts: [%s]}], volumes: [{name: v, emptyDir: {}}]"
)
VOLUME = WITH % "volumes: [{name: v, %s}]"
TEMPLATE = (
    "template: {metadata: {labels: {app: a}}, spec: {%s containers: [{name: a, image: r.io/a:1}]}}"
)
DEPLOYMENT = (
    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {selector: {matchLabels: {app: a}}, %s "
    + TEMPLATE % ""
    + "}}"
)
STATEFUL = (
    "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: a}, spec: {selector: {matchLabels: {app: a}}, serviceName: a, %s "
    + TEMPLATE % ""
    + "}}"
)
DAEMON = (
    "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: a}, spec: {selector: {matchLabels: {app: a}}, %s "
    + TEMPLATE % ""
    + "}}"
)
JOB = (
    "{apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {%s "
    + TEMPLATE % "restartPolicy: Never,"
    + "}}"
)
CRON = (
    "{apiVersion: batch/v1, kind: CronJob, metadata: {name: a}, spec: {%s, jobTemplate: {spec: {"
    + TEMPLATE % "restartPolicy: Never,"
    + "}}}}"
)
SERVICE = "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {selector: {app: a}, %s}}"
INGRESS = "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a}, spec: {%s}}"
PATHS = INGRESS % "rules: [{host: a.example.com, http: {paths: [%s]}}]"
POLICY = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}, spec: {podSelector: {}, %s}}"
HPA = "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: a}, spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}, %s}}"
PDB = "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: a}, spec: {selector: {matchLabels: {app: a}}, %s}}"
CLAIM = "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}, spec: {%s}}"
CONFIG = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, %s}"
SECRET = "{apiVersion: v1, kind: Secret, metadata: {name: a}, %s}"
HOOK = "{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: a}, webhooks: [%s]}"
ROLE = "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: a}, rules: [%s]}"
TEMPLATED = (
    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {selector: {matchLabels: {app: a}}, "
    + TEMPLATE
    + "}}"
)
PROBE = "{tcpSocket: {port: 80}, %s}"

WRONG: dict[str, str] = {
    # pods
    "host port twice": POD % "containers: [{name: a, image: r.io/a:1, ports: [{containerPort: 1, hostPort: 80}]}, {name: b, image: r.io/a:1, ports: [{containerPort: 2, hostPort: 80}]}]",
    "host network with another host port": WITH.replace("image: r.io/a:1", "image: r.io/a:1, ports: [{containerPort: 8080, hostPort: 80}]") % "hostNetwork: true",
    "port name with capitals": BOX % "ports: [{name: HTTP, containerPort: 80}]",
    "port name without a letter": BOX % "ports: [{name: '80', containerPort: 80}]",
    "port name too long": BOX % "ports: [{name: a-name-far-too-long, containerPort: 80}]",
    "two actions in a probe": BOX % "livenessProbe: {tcpSocket: {port: 80}, exec: {command: [a]}}",
    "no action in a probe": BOX % "livenessProbe: {periodSeconds: 5}",
    "liveness that wants two successes": BOX % ("livenessProbe: " + PROBE % "successThreshold: 2"),
    "startup that wants two successes": BOX % ("startupProbe: " + PROBE % "successThreshold: 2"),
    "negative delay": BOX % ("readinessProbe: " + PROBE % "initialDelaySeconds: -1"),
    "grace in a readiness probe": BOX % ("readinessProbe: " + PROBE % "terminationGracePeriodSeconds: 5"),
    "zero grace in a liveness probe": BOX % ("livenessProbe: " + PROBE % "terminationGracePeriodSeconds: 0"),
    "empty command in a probe": BOX % "livenessProbe: {exec: {command: []}}",
    "probe scheme": BOX % "livenessProbe: {httpGet: {port: 80, scheme: http}}",
    "probe port zero": BOX % "livenessProbe: {httpGet: {port: 0}}",
    "probe on an init container": WITH % "initContainers: [{name: b, image: r.io/a:1, readinessProbe: {tcpSocket: {port: 80}}}]",
    "two handlers in a hook": BOX % "lifecycle: {preStop: {exec: {command: [a]}, httpGet: {port: 80}}}",
    "no handler in a hook": BOX % "lifecycle: {preStop: {}}",
    "request above its limit": BOX % "resources: {requests: {cpu: 2}, limits: {cpu: 1}}",
    "amount that is none": BOX % "resources: {limits: {memory: 1GB}}",
    "negative amount": BOX % "resources: {limits: {memory: '-1'}}",
    "huge pages alone": BOX % "resources: {limits: {hugepages-2Mi: 2Mi}}",
    "unknown resource": BOX % "resources: {limits: {gpu: 1}}",
    "fraction of a device": BOX % "resources: {limits: {example.com/gpu: '0.5'}}",
    "device asked for without limit": BOX % "resources: {requests: {example.com/gpu: 1}}",
    "relative mount": MOUNT % "{name: v, mountPath: ''}",
    "mount twice": MOUNT % "{name: v, mountPath: /a}, {name: v, mountPath: /a}",
    "sub path upwards": MOUNT % "{name: v, mountPath: /a, subPath: ../b}",
    "absolute sub path": MOUNT % "{name: v, mountPath: /a, subPath: /b}",
    "sub path twice": MOUNT % "{name: v, mountPath: /a, subPath: b, subPathExpr: c}",
    "mount of no volume": MOUNT % "{name: w, mountPath: /a}",
    "propagation without privilege": MOUNT % "{name: v, mountPath: /a, mountPropagation: Bidirectional}",
    "volume of two sources": VOLUME % "emptyDir: {}, configMap: {name: a}",
    "volume twice": WITH % "volumes: [{name: v, emptyDir: {}}, {name: v, emptyDir: {}}]",
    "empty claim name": VOLUME % "persistentVolumeClaim: {claimName: ''}",
    "item path upwards": VOLUME % "configMap: {name: a, items: [{key: a, path: ../b}]}",
    "item without path": VOLUME % "configMap: {name: a, items: [{key: a, path: ''}]}",
    "mode beyond 0777": VOLUME % "configMap: {name: a, defaultMode: 1023}",
    "host path upwards": VOLUME % "hostPath: {path: /a/../b}",
    "host path type": VOLUME % "hostPath: {path: /a, type: Folder}",
    "downward field": VOLUME % "downwardAPI: {items: [{path: a, fieldRef: {fieldPath: status.phase}}]}",
    "variable of two sources": BOX % "env: [{name: A, value: b, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]",
    "variable of an empty source": BOX % "env: [{name: A, valueFrom: {}}]",
    "variable from an unknown field": BOX % "env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.owner}}}]",
    "variable with an equals sign": BOX % "env: [{name: 'A=B', value: c}]",
    "env from nothing": BOX % "envFrom: [{}]",
    "env from both": BOX % "envFrom: [{configMapRef: {name: a}, secretRef: {name: b}}]",
    "secret key that is none": BOX % "env: [{name: A, valueFrom: {secretKeyRef: {name: a, key: 'b c'}}}]",
    "proc unmasked for the host's users": BOX % "securityContext: {procMount: Unmasked}",
    "capability twice over": BOX % "securityContext: {privileged: true, allowPrivilegeEscalation: false}",
    "negative user": BOX % "securityContext: {runAsUser: -1}",
    "user beyond all": BOX % "securityContext: {runAsUser: 4294967296}",
    "localhost seccomp without file": BOX % "securityContext: {seccompProfile: {type: Localhost}}",
    "seccomp file for the default": BOX % "securityContext: {seccompProfile: {type: RuntimeDefault, localhostProfile: a.json}}",
    "seccomp file upwards": BOX % "securityContext: {seccompProfile: {type: Localhost, localhostProfile: ../a.json}}",
    "proc mount": BOX % "securityContext: {procMount: All}",
    "sysctl name": WITH % "securityContext: {sysctls: [{name: 'a b', value: '1'}]}",
    "sysctl twice": WITH % "securityContext: {sysctls: [{name: net.core.somaxconn, value: '1'}, {name: net.core.somaxconn, value: '2'}]}",
    "sysctl of the host's network": WITH % "hostNetwork: true, securityContext: {sysctls: [{name: net.core.somaxconn, value: '1'}]}",
    "group of the volumes": WITH % "securityContext: {fsGroup: -5}",
    "change policy": WITH % "securityContext: {fsGroupChangePolicy: Sometimes}",
    "dns none without servers": WITH % "dnsPolicy: None",
    "dns server that is no address": WITH % "dnsConfig: {nameservers: [dns.example.com]}",
    "too many dns servers": WITH % "dnsConfig: {nameservers: [1.1.1.1, 1.1.1.2, 1.1.1.3, 1.1.1.4]}",
    "host alias that is no address": WITH % "hostAliases: [{ip: db.example.com, hostnames: [db]}]",
    "host alias that is no name": WITH % "hostAliases: [{ip: 10.1.1.1, hostnames: [d_b]}]",
    "sub domain": WITH % "subdomain: A_B",
    "node selector value": WITH % "nodeSelector: {a: 'b c'}",
    "deadline zero": WITH % "activeDeadlineSeconds: 0",
    "both namespaces": WITH % "shareProcessNamespace: true, hostPID: true",
    "toleration of a value that exists": WITH % "tolerations: [{key: a, operator: Exists, value: b}]",
    "toleration without key": WITH % "tolerations: [{operator: Equal, value: b}]",
    "toleration effect": WITH % "tolerations: [{key: a, operator: Exists, effect: Never}]",
    "toleration seconds": WITH % "tolerations: [{key: a, operator: Exists, effect: NoSchedule, tolerationSeconds: 5}]",
    "affinity without key": WITH % "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {a: b}}, topologyKey: ''}]}}",
    "affinity operator": WITH % "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Is, values: [b]}]}]}}}",
    "affinity values": WITH % "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In}]}]}}}",
    "affinity weight": WITH % "affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 0, podAffinityTerm: {topologyKey: a}}]}}",
    "spread skew": WITH % "topologySpreadConstraints: [{maxSkew: 0, topologyKey: a, whenUnsatisfiable: DoNotSchedule}]",
    "spread word": WITH % "topologySpreadConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: Never}]",
    "image with a space": BOX.replace("r.io/a:1", "' r.io/a:1'") % "command: [a]",
    "claims that are not asked for": BOX % "resources: {claims: [{name: a}]}",
    "message policy": BOX % "terminationMessagePolicy: Log",
    # workloads
    "replicas below zero": DEPLOYMENT % "replicas: -1,",
    "surge and unavailable both zero": DEPLOYMENT % "strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}},",
    "share above all": DEPLOYMENT % "strategy: {rollingUpdate: {maxUnavailable: 150%}},",
    "share that is none": DEPLOYMENT % "strategy: {rollingUpdate: {maxSurge: some}},",
    "recreate with a pace": DEPLOYMENT % "strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}},",
    "deadline within ready time": DEPLOYMENT % "minReadySeconds: 600, progressDeadlineSeconds: 600,",
    "negative ready time": DEPLOYMENT % "minReadySeconds: -1,",
    "negative history": DEPLOYMENT % "revisionHistoryLimit: -1,",
    "selector that misses": DEPLOYMENT.replace("matchLabels: {app: a}", "matchLabels: {app: b}", 1) % "",
    "selector that is empty": DEPLOYMENT.replace("matchLabels: {app: a}", "matchLabels: {}", 1) % "",
    "deployment that never restarts": DEPLOYMENT.replace("spec: { containers", "spec: {restartPolicy: Never, containers") % "",
    "deployment with a deadline": DEPLOYMENT.replace("spec: { containers", "spec: {activeDeadlineSeconds: 5, containers") % "",
    "stateful partition": STATEFUL % "updateStrategy: {rollingUpdate: {partition: -1}},",
    "stateful word": STATEFUL % "podManagementPolicy: Serial,",
    "daemon surge": DAEMON % "updateStrategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}},",
    "job below zero": JOB % "backoffLimit: -1,",
    "job deadline": JOB % "activeDeadlineSeconds: -1,",
    "job parallel": JOB % "parallelism: -1,",
    "job mode": JOB % "completionMode: Counted,",
    "job that restarts always": JOB.replace("restartPolicy: Never", "restartPolicy: Always") % "",
    "job with own selector": JOB % "selector: {matchLabels: {app: a}},",
    "job ttl": JOB % "ttlSecondsAfterFinished: -1,",
    "cron of four fields": CRON % "schedule: '* * * *'",
    "cron minute": CRON % "schedule: '61 * * * *'",
    "cron word": CRON % "schedule: '@fortnightly'",
    "cron zone inside": CRON % "schedule: 'TZ=Asia/Tokyo 0 * * * *'",
    "cron name": CRON.replace("name: a}, spec: {%s", "name: " + "a" * 53 + "}, spec: {%s") % "schedule: '0 * * * *'",
    "cron history": CRON % "schedule: '0 * * * *', successfulJobsHistoryLimit: -1",
    "cron deadline": CRON % "schedule: '0 * * * *', startingDeadlineSeconds: -1",
    # services
    "service port name twice": SERVICE % "ports: [{name: a, port: 1}, {name: a, port: 2}]",
    "service port twice": SERVICE % "ports: [{name: a, port: 1}, {name: b, port: 1}]",
    "service ports without names": SERVICE % "ports: [{port: 1}, {port: 2}]",
    "service port name": SERVICE % "ports: [{name: A_B, port: 1}]",
    "service port zero": SERVICE % "ports: [{port: 0}]",
    "target port name": SERVICE % "ports: [{port: 1, targetPort: a_b}]",
    "service name with a dot": SERVICE.replace("name: a", "name: a.b", 1) % "ports: [{port: 1}]",
    "node port inside": SERVICE % "ports: [{port: 1, nodePort: 30001}]",
    "node port twice": SERVICE % "type: NodePort, ports: [{name: a, port: 1, nodePort: 30001}, {name: b, port: 2, nodePort: 30001}]",
    "external name missing": SERVICE % "type: ExternalName",
    "external name that is none": SERVICE % "type: ExternalName, externalName: a_b",
    "cluster ip that is none": SERVICE % "clusterIP: 10.0, ports: [{port: 1}]",
    "node port without address": SERVICE % "type: NodePort, clusterIP: None, ports: [{port: 1}]",
    "traffic policy inside": SERVICE % "externalTrafficPolicy: Local, ports: [{port: 1}]",
    "traffic word": SERVICE % "internalTrafficPolicy: Near, ports: [{port: 1}]",
    "session seconds": SERVICE % "sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 0}}, ports: [{port: 1}]",
    "source range": SERVICE % "type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0], ports: [{port: 1}]",
    "external ip": SERVICE % "externalIPs: [example.com], ports: [{port: 1}]",
    "selector value": SERVICE.replace("app: a", "app: 'a b'") % "ports: [{port: 1}]",
    # ingress
    "ingress of nothing": INGRESS % "ingressClassName: nginx",
    "ingress path": PATHS % "{path: a, pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}",
    "ingress path type": PATHS % "{path: /, pathType: Starts, backend: {service: {name: a, port: {number: 80}}}}",
    "ingress path with dots": PATHS % "{path: /a/../b, pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}",
    "ingress backend of nothing": PATHS % "{path: /, pathType: Prefix, backend: {}}",
    "ingress port of nothing": PATHS % "{path: /, pathType: Prefix, backend: {service: {name: a}}}",
    "ingress port both": PATHS % "{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 80, name: http}}}}",
    "ingress host": INGRESS % "rules: [{host: A_B, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}]}}]",
    "ingress host address": INGRESS % "rules: [{host: 10.1.1.1, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}]}}]",
    "ingress class": INGRESS % "ingressClassName: A_B, defaultBackend: {service: {name: a, port: {number: 80}}}",
    # network policies
    "policy port name": POLICY % "ingress: [{ports: [{port: A_B}]}]",
    "policy port beyond": POLICY % "ingress: [{ports: [{port: 70000}]}]",
    "policy protocol": POLICY % "ingress: [{ports: [{port: 80, protocol: HTTP}]}]",
    "policy range": POLICY % "ingress: [{ports: [{port: 80, endPort: 70}]}]",
    "policy range of a name": POLICY % "ingress: [{ports: [{port: http, endPort: 70}]}]",
    "policy range alone": POLICY % "ingress: [{ports: [{endPort: 70}]}]",
    "policy peer of nothing": POLICY % "ingress: [{from: [{}]}]",
    "policy peer of two": POLICY % "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}]}]",
    "policy block": POLICY % "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0}}]}]",
    "policy exception outside": POLICY % "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16]}}]}]",
    "policy type": POLICY % "policyTypes: [Inbound]",
    "policy selector": POLICY.replace("podSelector: {}", "podSelector: {matchExpressions: [{key: a, operator: In}]}") % "ingress: []",
    # scaling and disruption
    "scaling without most": HPA % "minReplicas: 1",
    "scaling upside down": HPA % "minReplicas: 5, maxReplicas: 3",
    "scaling from zero": HPA % "minReplicas: 0, maxReplicas: 3",
    "scaling to zero": HPA % "maxReplicas: 0",
    "scaling by nothing": HPA % "maxReplicas: 3, metrics: [{type: Resource}]",
    "scaling by an empty target": HPA % "maxReplicas: 3, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization}}}]",
    "scaling by both": HPA % "maxReplicas: 3, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50, averageValue: 1}}}]",
    "scaling by zero": HPA % "maxReplicas: 3, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 0}}}]",
    "scaling window": HPA % "maxReplicas: 3, behavior: {scaleDown: {stabilizationWindowSeconds: 4000}}",
    "scaling policy": HPA % "maxReplicas: 3, behavior: {scaleDown: {policies: [{type: Pods, value: 0, periodSeconds: 60}]}}",
    "scaling policy period": HPA % "maxReplicas: 3, behavior: {scaleDown: {policies: [{type: Pods, value: 1, periodSeconds: 4000}]}}",
    "budget of both": PDB % "minAvailable: 1, maxUnavailable: 1",
    "budget below zero": PDB % "minAvailable: -1",
    "budget above all": PDB % "maxUnavailable: 150%",
    # storage
    "claim without mode": CLAIM % "resources: {requests: {storage: 1Gi}}",
    "claim without size": CLAIM % "accessModes: [ReadWriteOnce], resources: {requests: {cpu: 1}}",
    "claim of zero": CLAIM % "accessModes: [ReadWriteOnce], resources: {requests: {storage: 0}}",
    "claim mode": CLAIM % "accessModes: [ReadWrite], resources: {requests: {storage: 1Gi}}",
    "claim once for a pod and more": CLAIM % "accessModes: [ReadWriteOncePod, ReadWriteOnce], resources: {requests: {storage: 1Gi}}",
    "claim volume mode": CLAIM % "accessModes: [ReadWriteOnce], volumeMode: Disk, resources: {requests: {storage: 1Gi}}",
    "claim class": CLAIM % "accessModes: [ReadWriteOnce], storageClassName: A_B, resources: {requests: {storage: 1Gi}}",
    # configuration
    "config key": CONFIG % "data: {'a b': c}",
    "config key of dots": CONFIG % "data: {..: c}",
    "config key twice": CONFIG % "data: {a: c}, binaryData: {a: Yg==}",
    "secret key": SECRET % "stringData: {'a b': c}",
    "secret of a certificate": SECRET % "type: kubernetes.io/tls, stringData: {tls.crt: a}",
    "secret of a registry": SECRET % "type: kubernetes.io/dockerconfigjson, stringData: {.dockerconfigjson: nothing}",
    "secret of a login": SECRET % "type: kubernetes.io/basic-auth, stringData: {other: a}",
    # others
    "hook without effects": HOOK % "{name: a.example.com, clientConfig: {url: 'https://a.example.com'}, admissionReviewVersions: [v1]}",
    "hook effects": HOOK % "{name: a.example.com, sideEffects: Some, clientConfig: {url: 'https://a.example.com'}, admissionReviewVersions: [v1]}",
    "hook name": HOOK % "{name: a, sideEffects: None, clientConfig: {url: 'https://a.example.com'}, admissionReviewVersions: [v1]}",
    "hook without encryption": HOOK % "{name: a.example.com, sideEffects: None, clientConfig: {url: 'http://a.example.com'}, admissionReviewVersions: [v1]}",
    "hook client of both": HOOK % "{name: a.example.com, sideEffects: None, clientConfig: {url: 'https://a.example.com', service: {name: a, namespace: b}}, admissionReviewVersions: [v1]}",
    "hook client of none": HOOK % "{name: a.example.com, sideEffects: None, clientConfig: {}, admissionReviewVersions: [v1]}",
    "hook time": HOOK % "{name: a.example.com, sideEffects: None, timeoutSeconds: 60, clientConfig: {url: 'https://a.example.com'}, admissionReviewVersions: [v1]}",
    "hook versions": HOOK % "{name: a.example.com, sideEffects: None, clientConfig: {url: 'https://a.example.com'}, admissionReviewVersions: []}",
    "hook failure": HOOK % "{name: a.example.com, sideEffects: None, failurePolicy: Stop, clientConfig: {url: 'https://a.example.com'}, admissionReviewVersions: [v1]}",
    "hook twice": HOOK % ("{name: a.example.com, sideEffects: None, clientConfig: {url: 'https://a.example.com'}, admissionReviewVersions: [v1]}, " * 2),
    "rule without verbs": ROLE % "{apiGroups: [''], resources: [pods], verbs: []}",
    "rule without groups": ROLE % "{resources: [pods], verbs: [get]}",
    "rule without resources": ROLE % "{apiGroups: [''], verbs: [get]}",
    "rule of addresses": ROLE % "{nonResourceURLs: [/a], verbs: [get]}",
    # names of others, and what holds more than a server reads
    "name of a priority": TEMPLATED % "priorityClassName: A B,",
    "name of an account": TEMPLATED % "serviceAccountName: A_B,",
    "name of a runtime": TEMPLATED % "runtimeClassName: A_B,",
    "name of a node": TEMPLATED % "nodeName: A_B,",
    "name of a secret with a key": BOX % "env: [{name: A, valueFrom: {secretKeyRef: {name: A_B, key: a}}}]",
    "configuration without name": BOX % "env: [{name: A, valueFrom: {configMapKeyRef: {key: a}}}]",
    "all of a secret that has no name": BOX % "envFrom: [{secretRef: {}}]",
    "all of a name that is none": BOX % "envFrom: [{configMapRef: {name: A_B}}]",
    "prefix that no variable has": BOX % "envFrom: [{prefix: 'a=', configMapRef: {name: a}}]",
    "volume of no secret": VOLUME % "secret: {}",
    "volume of no configuration": VOLUME % "configMap: {optional: true}",
    "seconds beyond 64 bits": TEMPLATED % "terminationGracePeriodSeconds: 9223372036854775808,",
    "pods beyond 32 bits": DEPLOYMENT % "replicas: 2147483648,",
    "surge beyond 32 bits": DEPLOYMENT % "strategy: {rollingUpdate: {maxSurge: 2147483648}},",
    "budget beyond 32 bits": PDB % "minAvailable: 2147483648",
    "deadline of a rollout below zero": DEPLOYMENT % "progressDeadlineSeconds: -1,",
    "deadline of a rollout zero": DEPLOYMENT % "progressDeadlineSeconds: 0,",
    "class of a claim's template": STATEFUL % "volumeClaimTemplates: [{metadata: {name: d}, spec: {storageClassName: A_B, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}],",
    "template that asks for nothing": STATEFUL % "volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 0}}}}],",
    "template without modes": STATEFUL % "volumeClaimTemplates: [{metadata: {name: d}, spec: {resources: {requests: {storage: 1}}}}],",
    "class of a passing claim": VOLUME % "ephemeral: {volumeClaimTemplate: {spec: {storageClassName: A_B, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}}",
    "header with a space": BOX % "livenessProbe: {httpGet: {port: 80, httpHeaders: [{name: 'A B', value: b}]}}",
    "header of a hook": BOX % "lifecycle: {preStop: {httpGet: {port: 80, httpHeaders: [{name: '', value: b}]}}}",
    "empty command of a hook": BOX % "lifecycle: {preStop: {exec: {command: []}}}",
    "port of a hook": BOX % "lifecycle: {preStop: {httpGet: {port: 70000}}}",
    "sleep beyond the end": BOX % "lifecycle: {preStop: {sleep: {seconds: 31}}}",
    "device without domain": BOX % "resources: {limits: {/data: 1}}",
    "device with a space": BOX % "resources: {limits: {'example.com/a b': 1}}",
    "scaling by no policies": HPA % "maxReplicas: 5, behavior: {scaleUp: {policies: []}}",
    "scaling by another policy": HPA % "maxReplicas: 5, behavior: {scaleUp: {policies: [{type: Pod, value: 1, periodSeconds: 1}]}}",
    "certificate with a bad name": INGRESS % "rules: [{host: a.b}], tls: [{hosts: [a.b], secretName: A_B}]",
    "certificate for a bad host": INGRESS % "rules: [{host: a.b}], tls: [{hosts: [A_B], secretName: a}]",
    "route to a bad name": PATHS % "{path: /, pathType: Prefix, backend: {service: {name: A_B, port: {number: 80}}}}",
    "route to a bad port": PATHS % "{path: /, pathType: Prefix, backend: {service: {name: b, port: {number: 70000}}}}",
    "route without paths": INGRESS % "rules: [{host: a.b, http: {paths: []}}]",
    "policy with a bad key": POLICY % "ingress: [{from: [{podSelector: {matchLabels: {/data: a}}}]}]",
    "policy with a bad value among others": POLICY % "egress: [{to: [{namespaceSelector: {matchExpressions: [{key: a, operator: In, values: ['a b']}]}}]}]",
    "selector with a bad key": "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {selector: {'a b': a}, ports: [{port: 80}]}}",
    "node chosen by a bad key": WITH % "nodeSelector: {'a b': c}",
    "spread over nothing": WITH % "topologySpreadConstraints: [{maxSkew: 1, topologyKey: '', whenUnsatisfiable: DoNotSchedule}]",
    "spread twice": WITH % "topologySpreadConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule}, {maxSkew: 2, topologyKey: a, whenUnsatisfiable: DoNotSchedule}]",
    "toleration with a bad key": WITH % "tolerations: [{key: 'a b', operator: Exists}]",
    "domain with a space": WITH % "dnsConfig: {searches: ['a b']}",
    "option without name": WITH % "dnsConfig: {options: [{name: ''}]}",
    "no image": POD % "containers: [{name: a, image: ''}]",
    "too many annotations": "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, annotations: {a: %s}}}" % ("x" * 2**18),
    "too much configuration": CONFIG % ("data: {a: %s}" % ("x" * (2**20 + 1))),
    "secret that is not encoded": SECRET % "data: {a: '***'}",
    "secret without padding": SECRET % "data: {a: YQ}",
    "bytes that are not encoded": CONFIG % "binaryData: {a: '***'}",
}  # fmt: skip

SOUND: dict[str, str] = {
    # odd, and taken all the same
    "mount with a colon": MOUNT % "{name: v, mountPath: '/a:b'}",
    "volume of no source": VOLUME % "emptyDir: null",
    "medium": VOLUME % "emptyDir: {medium: Ram}",
    "empty projection": VOLUME % "projected: {sources: [{}]}",
    "negative grace": WITH % "terminationGracePeriodSeconds: -1",
    "indexed job without count": JOB % "completionMode: Indexed,",
    "session without affinity": SERVICE % "sessionAffinityConfig: {clientIP: {timeoutSeconds: 5}}, ports: [{port: 1}]",
    "domains with underscores": WITH % "dnsConfig: {searches: ['.', 'a_b.c', '_a.b.']}",
    "encoded in lines": SECRET % r'data: {a: "YQ=\n=\n"}',
    "certificate for all below": INGRESS % "rules: [{host: a.b}], tls: [{hosts: ['*.b'], secretName: a}]",
    "spread of two kinds": WITH % "topologySpreadConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule}, {maxSkew: 2, topologyKey: a, whenUnsatisfiable: ScheduleAnyway}]",
    "as much configuration as fits": CONFIG % ("data: {a: %s}" % ("x" * (2**20 - 1))),
    "sleep to the end": BOX % "lifecycle: {preStop: {sleep: {seconds: 30}}}",
    # sound
    "pod": BOX % "ports: [{name: http, containerPort: 80}]",
    "same port of two protocols": BOX % "ports: [{containerPort: 53, hostPort: 53}, {containerPort: 53, hostPort: 53, protocol: UDP}]",
    "host ports on two addresses": BOX % "ports: [{containerPort: 1, hostPort: 80, hostIP: 127.0.0.1}, {containerPort: 2, hostPort: 80, hostIP: 127.0.0.2}]",
    "host network": WITH.replace("image: r.io/a:1", "image: r.io/a:1, ports: [{containerPort: 80, hostPort: 80}]") % "hostNetwork: true",
    "probe with everything": BOX % ("livenessProbe: " + PROBE % "initialDelaySeconds: 0, periodSeconds: 1, terminationGracePeriodSeconds: 5"),
    "readiness with two successes": BOX % ("readinessProbe: " + PROBE % "successThreshold: 2"),
    "probe by grpc": BOX % "livenessProbe: {grpc: {port: 80}}",
    "sidecar with a probe": WITH % "initContainers: [{name: b, image: r.io/a:1, restartPolicy: Always, readinessProbe: {tcpSocket: {port: 80}}}]",
    "sleep before the end": BOX % "lifecycle: {preStop: {sleep: {seconds: 5}}}",
    "huge pages": BOX % "resources: {limits: {hugepages-2Mi: 2Mi, memory: 1Gi}}",
    "devices": BOX % "resources: {limits: {example.com/gpu: 1}}",
    "limit alone": BOX % "resources: {limits: {cpu: 100m}}",
    "mount with a sub path": MOUNT % "{name: v, mountPath: /a, subPath: b/c}",
    "the same volume twice": MOUNT % "{name: v, mountPath: /a}, {name: v, mountPath: /b}",
    "volume of memory": VOLUME % "emptyDir: {medium: Memory, sizeLimit: 64Mi}",
    "volume of a secret": VOLUME % "secret: {secretName: a, defaultMode: 256}",
    "projection": VOLUME % "projected: {sources: [{configMap: {name: a}}, {secret: {name: b}}]}",
    "downward": VOLUME % "downwardAPI: {items: [{path: a, fieldRef: {fieldPath: metadata.labels}}]}",
    "variable of a label": BOX % "env: [{name: A, valueFrom: {fieldRef: {fieldPath: \"metadata.labels['a']\"}}}]",
    "variable of a limit": BOX % "env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}]",
    "empty variable": BOX % "env: [{name: A, value: ''}]",
    "localhost seccomp": BOX % "securityContext: {seccompProfile: {type: Localhost, localhostProfile: a/b.json}}",
    "restricted": BOX % "securityContext: {allowPrivilegeEscalation: false, runAsNonRoot: true, runAsUser: 1, capabilities: {drop: [ALL]}}",
    "dns of its own": WITH % "dnsPolicy: None, dnsConfig: {nameservers: [1.1.1.1], searches: [example.com]}",
    "host alias": WITH % "hostAliases: [{ip: 10.1.1.1, hostnames: [db, db.example.com]}]",
    "tolerations": WITH % "tolerations: [{operator: Exists}, {key: a, operator: Equal, value: b, effect: NoExecute, tolerationSeconds: 5}]",
    "affinity": WITH % "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In, values: [b]}, {key: c, operator: Exists}]}]}}}",
    "spread": WITH % "topologySpreadConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: ScheduleAnyway}]",
    "zero grace": WITH % "terminationGracePeriodSeconds: 0",
    "deployment": DEPLOYMENT % "replicas: 0, strategy: {rollingUpdate: {maxSurge: 25%, maxUnavailable: 0}}, minReadySeconds: 10,",
    "deployment that is recreated": DEPLOYMENT % "strategy: {type: Recreate},",
    "stateful set": STATEFUL % "podManagementPolicy: Parallel,",
    "daemon set": DAEMON % "",
    "job": JOB % "backoffLimit: 0, completionMode: Indexed, completions: 2, ttlSecondsAfterFinished: 0,",
    "cron": CRON % "schedule: '*/5 0-6,12 1 jan mon-fri', timeZone: Asia/Tokyo",
    "cron by word": CRON % "schedule: '@every 1h30m'",
    "cron hourly": CRON % "schedule: '@hourly'",
    "service": SERVICE % "ports: [{port: 80, targetPort: http}]",
    "headless": SERVICE % "clusterIP: None",
    "node port": SERVICE % "type: NodePort, ports: [{port: 80}]",
    "external name": SERVICE % "type: ExternalName, externalName: db.example.com",
    "service of two protocols": SERVICE % "ports: [{name: a, port: 53}, {name: b, port: 53, protocol: UDP}]",
    "session": SERVICE % "sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 5}}, ports: [{port: 1}]",
    "ingress": PATHS % "{path: /a, pathType: Prefix, backend: {service: {name: a, port: {name: http}}}}",
    "ingress for all hosts": INGRESS % "rules: [{host: '*.example.com', http: {paths: [{pathType: ImplementationSpecific, backend: {service: {name: a, port: {number: 80}}}}]}}]",
    "ingress by default": INGRESS % "defaultBackend: {service: {name: a, port: {number: 80}}}",
    "policy": POLICY % "policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {}, namespaceSelector: {}}, {ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}], ports: [{port: 80, endPort: 90}]}], egress: [{}]",
    "scaling": HPA % "minReplicas: 2, maxReplicas: 3, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]",
    "scaling by default": HPA % "maxReplicas: 3",
    "budget": PDB % "maxUnavailable: 25%",
    "claim": CLAIM % "accessModes: [ReadWriteOnce], storageClassName: '', resources: {requests: {storage: 1Gi}}",
    "config": CONFIG % "data: {a.b_c-D: ''}, binaryData: {b: Yg==}",
    "secret of a certificate": SECRET % "type: kubernetes.io/tls, stringData: {tls.crt: '', tls.key: ''}",
    "hook": HOOK % "{name: a.example.com, sideEffects: None, clientConfig: {service: {name: a, namespace: b}}, admissionReviewVersions: [v1]}",
    "rule": ROLE % "{apiGroups: ['', apps], resources: [pods], verbs: [get]}",
}  # fmt: skip


def body(text: str) -> dict[str, Any]:
    """The object of a case."""
    loaded = yaml.safe_load(text)
    assert isinstance(loaded, dict)
    return loaded
