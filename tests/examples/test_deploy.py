"""The compose files and manifests of examples/deploy, as far as can be told without a cluster: they are parsed, and the
commands in them run with a program in tfrec-dl's place that says what it was called with."""

import json
import os
import re
import shlex
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer
import yaml

from tfrec_dl.cli import app
from tfrec_dl.recipes.named import get_recipe

DEPLOY = Path(__file__).parents[2] / "examples" / "deploy"
EXPECTED = {
    "compose.yaml": {"worker": 2},
    "compose.parameter-server.yaml": {"chief": 1, "worker": 2, "ps": 2},
    "kubernetes.yaml": {"worker": 2},
    "kubernetes.parameter-server.yaml": {"chief": 1, "worker": 2, "ps": 2},
}
COMPOSE = [name for name in EXPECTED if name.startswith("compose")]
KUBERNETES = [name for name in EXPECTED if name.startswith("kubernetes")]


class Task(NamedTuple):
    """A process of a cluster."""

    host: str
    config: dict[str, Any]
    arguments: list[str]


@pytest.fixture(scope="session")
def tasks(tmp_path_factory) -> dict[str, list[Task]]:
    """File -> the tasks that it starts."""
    program = tmp_path_factory.mktemp("bin") / "tfrec-dl"
    program.write_text('#!/bin/sh\nprintf \'%s\\n\' "$TF_CONFIG" "$@"\n')
    program.chmod(0o755)
    return {
        **{name: compose_tasks(name) for name in COMPOSE},
        **{name: kubernetes_tasks(name, program.parent) for name in KUBERNETES},
    }


def compose_tasks(name: str) -> list[Task]:
    services = yaml.safe_load((DEPLOY / name).read_text())["services"]
    return [
        Task(host, json.loads(service["environment"]["TF_CONFIG"]), service["command"])
        for host, service in services.items()
    ]


def kubernetes_tasks(name: str, programs: Path) -> list[Task]:
    job = manifest(name)["Job"]
    (container,) = job["spec"]["template"]["spec"]["containers"]
    service = job["spec"]["template"]["spec"]["subdomain"]
    found = []
    for index in range(job["spec"]["completions"]):
        environment = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "JOB_COMPLETION_INDEX": str(index),  # what Kubernetes sets in a pod of an Indexed Job
            **{variable["name"]: variable["value"] for variable in container["env"]},
        }
        command = [*container["command"], *container["args"]]
        printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        config, *arguments = printed.stdout.splitlines()
        found.append(Task(f"{job['metadata']['name']}-{index}.{service}", json.loads(config), arguments))
    return found


def manifest(name: str) -> dict[str, Any]:
    """Kind -> object."""
    return {each["kind"]: each for each in yaml.safe_load_all((DEPLOY / name).read_text())}


@pytest.mark.parametrize("name", EXPECTED)
def test_all_tasks_know_the_same_cluster_and_each_is_there_once(tasks, name):
    configs = [task.config for task in tasks[name]]
    cluster = configs[0]["cluster"]
    assert all(config["cluster"] == cluster for config in configs)
    assert {kind: len(addresses) for kind, addresses in cluster.items()} == EXPECTED[name]
    assert Counter((config["task"]["type"], config["task"]["index"]) for config in configs) == {
        (kind, number): 1 for kind, count in EXPECTED[name].items() for number in range(count)
    }


@pytest.mark.parametrize("name", EXPECTED)
def test_a_task_listens_where_the_others_call_it(tasks, name):
    for host, config, _ in tasks[name]:
        kind, number = config["task"]["type"], config["task"]["index"]
        assert config["cluster"][kind][number] == f"{host}:2222"


@pytest.mark.parametrize("name", EXPECTED)
def test_the_command_is_one_that_the_program_takes_and_is_the_same_in_all_tasks(tasks, name):
    (command,) = {tuple(task.arguments) for task in tasks[name]}
    train, *arguments = command
    assert train == "train"
    context = typer.main.get_command(app).commands["train"].make_context("train", list(arguments))
    assert context.params["strategy"].value == ("parameter-server" if "parameter" in name else "multi-worker")
    get_recipe(context.params["model"])


@pytest.mark.parametrize("name", COMPOSE)
def test_compose_starts_what_fails_again_and_all_share_the_run(name):
    services = yaml.safe_load((DEPLOY / name).read_text())["services"]
    for service in services.values():
        assert service["restart"].startswith("on-failure")
        out = Path(option(service["command"], "--out"))
        assert any(text.split(":")[1] == str(out.parent) for text in service["volumes"])
        assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).exists()


@pytest.mark.parametrize("name", KUBERNETES)
def test_kubernetes_starts_what_fails_again_under_its_name_and_all_share_the_run(name):
    parts = manifest(name)
    job, service, volume = parts["Job"], parts["Service"], parts["PersistentVolumeClaim"]
    template = job["spec"]["template"]
    assert job["spec"]["completionMode"] == "Indexed"
    assert job["spec"]["parallelism"] == job["spec"]["completions"]  # a cluster waits for all its tasks
    assert template["spec"]["restartPolicy"] == "OnFailure"
    assert service["spec"]["clusterIP"] == "None"
    assert service["metadata"]["name"] == template["spec"]["subdomain"]
    assert service["spec"]["selector"].items() <= template["metadata"]["labels"].items()
    (claimed,) = template["spec"]["volumes"]
    assert claimed["persistentVolumeClaim"]["claimName"] == volume["metadata"]["name"]
    assert volume["spec"]["accessModes"] == ["ReadWriteMany"]
    (container,) = template["spec"]["containers"]
    (mount,) = container["volumeMounts"]
    assert mount["name"] == claimed["name"]
    words = shlex.split(container["args"][0].replace("\\\n", " ").splitlines()[-1])
    assert option(words, "--out").startswith(mount["mountPath"])


@pytest.mark.parametrize("name", KUBERNETES)
def test_pods_have_no_rights_limits_and_nobody_else_reaches_them(name):
    parts = manifest(name)
    pod = parts["Job"]["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
    assert pod["spec"]["securityContext"]["runAsUser"] == int(image_user())
    assert pod["spec"]["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"cpu", "memory"} <= set(container["resources"]["limits"])
    policy = parts["NetworkPolicy"]["spec"]
    assert policy["podSelector"]["matchLabels"] == pod["metadata"]["labels"]
    (ingress,) = policy["ingress"]
    assert ingress["from"] == [{"podSelector": {"matchLabels": pod["metadata"]["labels"]}}]
    assert set(policy["policyTypes"]) == {"Ingress", "Egress"}


@pytest.mark.parametrize("name", COMPOSE)
def test_containers_have_no_rights_and_a_network_of_their_own(name):
    parts = yaml.safe_load((DEPLOY / name).read_text())
    for service in parts["services"].values():
        assert service["user"].split(":")[0] == image_user()
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["mem_limit"]
        (network,) = service["networks"]
        assert parts["networks"][network]["internal"]


def image_user() -> str:
    """The user that the image runs as, by number, so that Kubernetes sees that it is not root."""
    (user,) = re.findall(r"^USER (\d+):\d+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert user != "0"
    return user


def test_the_image_has_what_its_file_copies():
    copied = re.findall(r"^COPY (.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert copied
    for path in " ".join(copied).split():
        assert (DEPLOY.parents[1] / path).exists(), path


def option(words: list[str], name: str) -> str:
    return words[words.index(name) + 1]
