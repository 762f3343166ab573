"""Documents as docker, podman and kubectl print them, cut to what a reader may look at; tests change one place."""

import copy
import json

from tests.forensics.deaths import CONTAINER, POD

MIB = 1 << 20


def docker(**state):
    """`docker inspect web`, which was OOM-killed."""
    return [
        {
            "Id": CONTAINER,
            "Created": "2026-01-12T09:00:00.1Z",
            "Path": "python",
            "State": {
                "Status": "exited",
                "Running": False,
                "Paused": False,
                "Restarting": False,
                "OOMKilled": True,
                "Dead": False,
                "Pid": 0,
                "ExitCode": 137,
                "Error": "",
                "StartedAt": "2026-01-12T09:00:00.123456789Z",
                "FinishedAt": "2026-01-12T10:00:00.5Z",
                **state,
            },
            "Image": "sha256:0123",
            "Name": "/web",
            "RestartCount": 2,
            "HostConfig": {"Memory": 512 * MIB, "MemorySwap": 1024 * MIB, "OomKillDisable": None},
            "Config": {"Labels": {"com.docker.compose.service": "web"}},
        }
    ]


def podman(**state):
    """The same by podman, which has a few words of its own."""
    found = docker(**state)
    found[0] |= {"Name": "web", "OCIRuntime": "crun", "ConmonPidFile": "/run/x.pid", "IsInfra": False}
    return found


def terminated(**end):
    return {
        "terminated": {
            "containerID": f"containerd://{CONTAINER}",
            "exitCode": 137,
            "finishedAt": "2026-01-12T10:00:00Z",
            "reason": "OOMKilled",
            "startedAt": "2026-01-12T09:00:00Z",
            **end,
        }
    }


def status(name="app", **fields):
    return {
        "name": name,
        "containerID": f"containerd://{CONTAINER}",
        "image": "web:1",
        "ready": False,
        "restartCount": 0,
        "state": terminated(),
        "lastState": {},
        **fields,
    }


def pod(*statuses, **fields):
    """`kubectl get pod web-… -o json`."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "web-5d4f8c7b9-x2x4z",
            "namespace": "shop",
            "uid": POD,
            "ownerReferences": [
                {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-5d4f8c7b9", "controller": True}
            ],
        },
        "spec": {
            "containers": [
                {"name": "app", "resources": {"limits": {"memory": "512Mi"}, "requests": {"memory": "256Mi"}}},
                {"name": "sidecar"},
            ],
            "initContainers": [{"name": "migrate", "resources": {"limits": {"memory": "100M"}}}],
        },
        "status": {"phase": "Running", "containerStatuses": list(statuses) or [status()], **fields},
    }


def evicted():
    """What is left of a pod that kubelet evicted: no container at all."""
    found = pod()
    found["status"] = {
        "phase": "Failed",
        "reason": "Evicted",
        "message": "The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi.",
    }
    return found


def listed(*pods):
    """`kubectl get pod -o json` of several."""
    return {"apiVersion": "v1", "items": list(pods), "kind": "List", "metadata": {"resourceVersion": ""}}


def without(document, *names):
    """The document with one part taken out."""
    found = copy.deepcopy(document)
    parent = found
    for name in names[:-1]:
        parent = parent[name]
    del parent[names[-1]]
    return found


def text(document, indent=4):
    return json.dumps(document, indent=indent)
