"""What a team deploys with fits the project: names, versions, commands, no secret, no open port."""

import os
import re
import shlex
import subprocess
import sys
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
FILES = ("compose.yaml", "workers.yaml")
VARIABLE = re.compile(r"\$\{(\w+)(?:(:[-?])([^}]*))?\}")
SECRETS = {"POSTGRES_PASSWORD", "TUNESMITH_AUTH"}


def text(file: str) -> str:
    return (DEPLOY / file).read_text(encoding="utf-8")


def services(file: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(text(file))["services"]
    return found


EVERY = [(file, name) for file in FILES for name in services(file)]
each_service = pytest.mark.parametrize(("file", "name"), EVERY)
each_file = pytest.mark.parametrize("file", FILES)


def example() -> dict[str, str]:
    lines = [line for line in text("env.example").splitlines() if line and line[0] != "#"]
    return dict(line.split("=", 1) for line in lines)


def test_the_example_names_each_variable_and_none_that_nobody_reads() -> None:
    assert set(example()) == {one[0] for file in FILES for one in VARIABLE.findall(text(file))}


@each_file
def test_what_has_no_value_is_asked_for_and_a_secret_has_none(file: str) -> None:
    asked: set[str] = set()
    for name, mark, default in VARIABLE.findall(text(file)):
        asked |= {name} if mark == ":?" else set()
        assert mark == ":-" or name in asked, f"{name} may be empty"
        assert mark != ":-" or (name not in SECRETS and example()[name] == default)
    assert {name for name, value in example().items() if not value} >= SECRETS


@each_service
def test_no_secret_is_written_down(file: str, name: str) -> None:
    for key, value in services(file)[name].get("environment", {}).items():
        if re.search("PASSWORD|SECRET|TOKEN|AUTH_STRING|DATABASE", key):
            assert {one[0] for one in VARIABLE.findall(value)} & SECRETS, key


def test_what_is_filled_in_stays_out_of_git_and_out_of_the_images() -> None:
    assert "deploy/.env" in (ROOT / ".gitignore").read_text().splitlines()
    assert text("Dockerfile.dockerignore").splitlines()[0] == "*"


@each_service
def test_nobody_but_this_machine_is_listened_to(file: str, name: str) -> None:
    service = services(file)[name]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    if service.get("network_mode") == "host":
        assert "0.0.0.0" not in yaml.safe_dump(service)
        assert service["environment"]["PREFECT_WORKER_WEBSERVER_HOST"] == "127.0.0.1"


@each_service
def test_a_service_comes_back_and_says_whether_it_is_well(file: str, name: str) -> None:
    service = services(file)[name]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] == "CMD"
    for other in service.get("depends_on", {}):
        assert "healthcheck" in services(file)[other]


@each_service
def test_an_image_is_built_from_files_that_are_there_or_has_a_version(file: str, name: str) -> None:
    service = services(file)[name]
    if "build" not in service:
        assert re.fullmatch(r"[\w/]+:\d+\.\d+[\w.\-]*", service["image"])
        return
    assert (DEPLOY / service["build"]["context"]).resolve() == ROOT
    assert service["build"]["dockerfile"] == "deploy/Dockerfile"
    assert f" AS {service['build']['target']}\n" in text("Dockerfile")


def test_an_image_copies_what_is_there_and_lets_nobody_be_root() -> None:
    ignored = text("Dockerfile.dockerignore").splitlines()
    copies = re.findall(r"^COPY (.+)$", text("Dockerfile"), re.MULTILINE)
    for words in map(shlex.split, copies):
        for source in [word for word in words[:-1] if not word.startswith("--")]:
            assert (ROOT / source).is_file()
            assert f"!{source}" in ignored
    images = re.split(r"^FROM ", text("Dockerfile"), flags=re.MULTILINE)[1:]
    for image in images:
        assert re.match(r"[\w/]+:\d+\.\d+[\w.\-]* AS \w+\n", image)
        assert re.findall(r"^USER (.+)$", image, re.MULTILINE)[-1] in ("server", "worker")


@each_service
def test_every_setting_of_prefect_is_one(file: str, name: str) -> None:
    from prefect.settings import Settings
    from prefect.settings.legacy import _get_valid_setting_names

    own = {key for key in services(file)[name].get("environment", {}) if "PREFECT" in key}
    assert own <= {one.upper() for one in _get_valid_setting_names(Settings)}


@cache
def options(*words: str) -> set[str]:
    """Return the options of a command of Prefect, which takes seconds to say them."""
    asked = subprocess.run(
        [sys.executable, "-m", "prefect", *words, "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "200"},
    )
    return set(re.findall(r"--[a-z\-]+", asked.stdout))


@each_service
def test_every_command_is_one_and_works_for_a_pool_that_there_is(file: str, name: str) -> None:
    words = services(file)[name].get("command", [])
    if not words:
        return
    assert words[0] == "prefect"
    assert {word for word in words if word.startswith("--")} <= options(*words[1:3])
    if "--pool" in words:
        deployments = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
        pools = {one["work_pool"]["name"] for one in deployments}
        assert words[words.index("--pool") + 1] in pools


def test_the_server_writes_its_pages_where_its_user_may() -> None:
    server = re.split(r"^FROM ", text("Dockerfile"), flags=re.MULTILINE)[1]
    [folder] = re.findall(r"PREFECT_SERVER_UI_STATIC_DIRECTORY=(\S+)", server)
    assert Path(folder).is_relative_to("/home/server")
    assert "useradd --create-home --uid 1000 server" in server


def test_the_guide_makes_a_pool_before_it_deploys_to_it() -> None:
    guide = (ROOT / "docs" / "team.md").read_text(encoding="utf-8")
    parts = [part for part in guide.split("## ") if "deploy --all   " in part or "\n.venv" in part]
    assert len(parts) == 2
    for part in parts:
        assert part.index("work-pool create --type process cpu") < part.index("deploy --all")


def test_the_server_has_prefect_as_the_lock_has_it() -> None:
    assert "--constraint /opt/tunesmith/requirements.lock prefect" in text("Dockerfile")
    locked = re.search(r"^prefect==(.+)$", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert locked
    assert yaml.safe_load((ROOT / "prefect.yaml").read_text())["prefect-version"] == locked[1]


def test_git_and_dvc_talk_to_known_hosts_alone() -> None:
    from asyncssh.config import SSHClientConfig

    path = DEPLOY / "ssh_config"
    read = SSHClientConfig.load(None, str(path), False, False, False, "me", (), "store", ())
    assert read.get("UserKnownHostsFile") == ["/run/secrets/known_hosts"]
    assert read.get("IdentityFile") == ["/run/secrets/ssh_key"]
    assert "StrictHostKeyChecking yes" in path.read_text()


@pytest.mark.parametrize(("code", "ends"), [(200, 0), (503, 1)])
def test_a_worker_is_well_while_it_asks_for_work(code: int, ends: int) -> None:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(code if self.path == "/health" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        done = subprocess.run(
            [sys.executable, str(DEPLOY / "healthy.py")],
            capture_output=True,
            check=False,
            env={**os.environ, "PREFECT_WORKER_WEBSERVER_PORT": str(web.server_port)},
        )
        web.shutdown()
    assert done.returncode == ends
