"""The manifests against the schemas of Kubernetes, and against what they promise."""

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from mnemo_cli import __version__
from tests.deploy.files import BASE, SIDECAR, containers, manifests

APPLICATION = """\
apiVersion: apps/v1
kind: {kind}
metadata:
  name: web
  labels: {{mnemo/sidecar: "{joins}"}}
spec:
  {more}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      securityContext: {{runAsUser: 1000}}
      containers:
        - {{name: app, image: "registry.example/web:1", resources: {{limits: {{memory: 1Gi}}}}}}
"""


@pytest.fixture
def strictly_valid(tmp_path):
    """A function that refuses manifests with a wrong or an unknown key."""
    if find_spec("kubernetes_validate") is None:
        pytest.skip("kubernetes-validate is not installed")
    import kubernetes_validate

    def validate(text: str) -> int:
        documents = [document for document in yaml.safe_load_all(text) if document]
        for document in documents:
            kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)
        return len(documents)

    return validate


@pytest.fixture
def built():
    """What kustomize makes of a folder."""
    kubectl = shutil.which("kubectl")
    kustomize = shutil.which("kustomize")
    if kubectl is None and kustomize is None:
        pytest.skip("neither kubectl nor kustomize is here")

    def build(folder: Path) -> str:
        words = [kubectl, "kustomize"] if kubectl else [str(kustomize), "build"]
        done = subprocess.run([*words, str(folder)], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    return build


def application(folder: Path, *, kind: str, joins: bool) -> Path:
    """The folder of an application that has the sidecar as a component; kustomize takes no absolute path."""
    own = folder / "application"
    own.mkdir()
    shutil.copytree(SIDECAR, folder / "sidecar")
    more = "serviceName: web" if kind == "StatefulSet" else "replicas: 2"
    (own / "web.yaml").write_text(APPLICATION.format(kind=kind, joins=str(joins).lower(), more=more))
    (own / "kustomization.yaml").write_text("resources: [web.yaml]\ncomponents: [../sidecar]\n")
    return own


@pytest.mark.parametrize("name", ["namespace.yaml", "daemonset.yaml", "networkpolicy.yaml"])
def test_every_manifest_of_the_base_is_strictly_valid(strictly_valid, name):
    assert strictly_valid((BASE / name).read_text()) == 1


def test_an_unknown_key_would_be_found(strictly_valid):
    text = (BASE / "daemonset.yaml").read_text().replace("readOnlyRootFilesystem", "readOnlyRootFileSystem")
    with pytest.raises(Exception, match="readOnlyRootFileSystem"):
        strictly_valid(text)


def test_the_base_is_built_into_its_namespace_with_the_image_of_this_version(built, strictly_valid):
    text = built(BASE)
    assert strictly_valid(text) == 3
    by_kind = {document["kind"]: document for document in yaml.safe_load_all(text)}
    namespace = by_kind.pop("Namespace")["metadata"]["name"]
    assert {document["metadata"]["namespace"] for document in by_kind.values()} == {namespace}
    (container,) = containers(by_kind["DaemonSet"])
    assert container["image"].endswith(f"/mnemo:{__version__}")


def test_the_policy_is_about_the_pods_of_the_base_and_lets_in_to_their_port_only():
    pods = yaml.safe_load((BASE / "daemonset.yaml").read_text())["spec"]["template"]
    policy = yaml.safe_load((BASE / "networkpolicy.yaml").read_text())["spec"]
    assert policy["podSelector"]["matchLabels"].items() <= pods["metadata"]["labels"].items()
    assert policy["policyTypes"] == ["Ingress", "Egress"] and "egress" not in policy
    ((door,),) = [policy["ingress"]]
    (port,) = pods["spec"]["containers"][0]["ports"]
    assert [one["port"] for one in door["ports"]] == [port["name"]] and door["from"]


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet"])
def test_the_sidecar_joins_an_application(built, strictly_valid, tmp_path, kind):
    text = built(application(tmp_path, kind=kind, joins=True))
    assert strictly_valid(text) == 1
    document = yaml.safe_load(text)
    by_name = {container["name"]: container for container in containers(document)}
    assert by_name.keys() == {"app", "mnemo"}
    assert by_name["app"]["image"] == "registry.example/web:1"
    assert by_name["mnemo"]["image"].endswith(f"/mnemo:{__version__}")
    pod = document["spec"]["template"]["spec"]
    assert pod["shareProcessNamespace"] and pod["securityContext"] == {"runAsUser": 1000}


def test_the_sidecar_joins_nobody_else(built, tmp_path):
    document = yaml.safe_load(built(application(tmp_path, kind="Deployment", joins=False)))
    assert [container["name"] for container in containers(document)] == ["app"]


@pytest.mark.parametrize(("name", "document"), list(manifests()), ids=[name for name, _ in manifests()])
def test_no_container_has_a_privilege_and_each_has_limits(name, document):
    (container,) = containers(document)
    pod, security = document["spec"]["template"]["spec"], container["securityContext"]
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert security["readOnlyRootFilesystem"]
    assert not security["allowPrivilegeEscalation"] and not security["privileged"]
    assert {**pod.get("securityContext", {}), **security}["runAsNonRoot"]
    assert container["resources"]["limits"].keys() == container["resources"]["requests"].keys() == {"cpu", "memory"}
    assert "volumes" not in pod and "hostNetwork" not in pod and "hostIPC" not in pod


def test_alertmanager_tells_of_what_the_daemon_set_exports_and_not_the_pods_themselves():
    says = {name: "--no-actions" in containers(document)[0]["args"] for name, document in manifests()}
    assert says == {"daemonset.yaml": True, "sidecar.yaml": False}


def test_only_the_daemon_set_sees_the_processes_of_the_node():
    kinds = {name: document["spec"]["template"]["spec"].get("hostPID", False) for name, document in manifests()}
    assert kinds == {"daemonset.yaml": True, "sidecar.yaml": False}
