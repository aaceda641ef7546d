"""The files for other hosts say the same as the settings, the deploy and each other."""

import base64
import configparser
import json
import re
import secrets
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from handlers.settings import Settings
from tests.support.ops import run_ops
from tests.support.paths import ROOT
from tests.support.serverless_cli import NOT_UPLOADED

NAMES = {each.metadata["name"] for each in fields(Settings)}
REQUIRED = {
    each.metadata["name"]
    for each in fields(Settings)
    if not (each.metadata["default"] or each.metadata["may_be_empty"])
}
# What functions-framework and the host read, and not the desk.
OF_THE_HOST = {"PYTHON_VERSION", "THREADS", "LOG_EXECUTION_ID"}
EXAMPLE = set(re.findall(r"(?m)^(\w+)=", (ROOT / ".env.example").read_text("utf-8")))
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
PATTERNS: list[str] = yaml.safe_load((ROOT / "serverless.yml").read_text("utf-8"))["package"]["patterns"]


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return found


(RENDER,) = yaml.safe_load((ROOT / "render.yaml").read_text("utf-8"))["services"]
GIVEN = {each["key"]: each for each in RENDER["envVars"]}
IGNORE = [
    line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line and line[0] != "#"
]


class TestRender:
    def test_every_required_setting_is_there_and_none_that_is_unknown(self) -> None:
        of_render = {
            each.metadata["name"] for each in fields(Settings) if len(each.metadata["names"]) > 1
        }  # PUBLIC_URL, GIT_COMMIT
        assert set(GIVEN) >= REQUIRED - of_render
        assert set(GIVEN) <= (NAMES - of_render) | OF_THE_HOST

    def test_no_value_of_a_required_one_is_in_the_file(self) -> None:
        for name in REQUIRED & set(GIVEN):
            assert set(GIVEN[name]) == {"key", "sync"} or GIVEN[name].get("generateValue")

    def test_what_render_makes_has_the_form_that_is_wanted(self) -> None:
        made = [name for name, each in GIVEN.items() if each.get("generateValue")]
        assert made == ["LINK_SIGNING_KEY", "SWEEP_TOKEN"]
        parsers = {each.metadata["name"]: each.metadata["parse"] for each in fields(Settings)}
        for name in made:  # 256 bits, in base64
            parsers[name](base64.b64encode(secrets.token_bytes(32)).decode())

    def test_it_sweeps_by_itself_and_is_checked(self) -> None:
        assert GIVEN["SWEEP_EVERY_SECONDS"]["value"] == "60"
        assert RENDER["healthCheckPath"] == "/health"

    def test_its_python_is_that_of_the_other_hosts(self) -> None:
        version = GIVEN["PYTHON_VERSION"]["value"]
        assert version.startswith("3.13.")
        assert "python:3.13-slim" in DOCKERFILE
        assert "baseImage: python313" in (ROOT / "serverless.yml").read_text("utf-8")


class TestImage:
    def kept(self, path: str) -> bool:
        """Whether `path` gets into an image. The last line that matches it or a folder of it decides."""
        kept = True
        for line in IGNORE:
            pattern = re.escape(line.removeprefix("!")).replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*")
            if re.fullmatch(f"{pattern}(/.*)?", path):
                kept = line.startswith("!")
        return kept

    def copied(self, stage: str) -> list[str]:
        """What a stage copies from the checkout."""
        text = re.split(r"(?m)^FROM ", DOCKERFILE)
        (found,) = [part for part in text if re.match(rf".* AS {stage}\n", part)]
        lines = re.findall(r"(?m)^COPY (?!--from)(.*) \S+$", found)
        return [source for line in lines for source in line.split()]

    def files(self) -> set[str]:
        """Of the checkout, the desk's own: what the image takes."""
        there = [
            path
            for top in self.copied("product")
            for path in ((ROOT / top).rglob("*") if (ROOT / top).is_dir() else [ROOT / top])
        ]
        return {str(path.relative_to(ROOT)) for path in there if path.is_file()}

    def test_the_desk_s_is_what_is_deployed(self) -> None:
        deployed = {str(path.relative_to(ROOT)) for pattern in PATTERNS for path in ROOT.glob(pattern)}
        assert {path for path in self.files() if self.kept(path)} == {
            path for path in deployed if Path(ROOT, path).is_file()
        }

    @pytest.mark.parametrize("path", NOT_UPLOADED)
    def test_nothing_else_gets_in(self, path: str) -> None:
        of_the_desk = any(path == top or path.startswith(f"{top}/") for top in self.copied("product"))
        assert not (of_the_desk and self.kept(path))

    @pytest.mark.parametrize(
        "path", [".env", ".env.prod", ".git/config", "tests/x.py", "supabase/.env", "node_modules/x"]
    )
    def test_no_image_gets_it(self, path: str) -> None:
        assert not self.kept(path)

    def test_the_operator_s_gets_the_commands_and_the_schema(self) -> None:
        assert self.copied("ops") == ["ops", "supabase"]
        for path in ("ops/__main__.py", "supabase/roles.sql", "supabase/schemas/95_privileges.sql"):
            assert self.kept(path)

    def test_the_last_stage_is_the_desk_and_its_program_gets_the_signals(self) -> None:
        stages = re.findall(r"(?m)^FROM \S+ AS (\S+)$", DOCKERFILE)
        assert stages[-1] == "desk"
        command = re.findall(r"(?m)^CMD (.+)$", DOCKERFILE)[-1]
        assert json.loads(command) == ["functions-framework", "--target", "webhook"]  # no shell in between
        assert DOCKERFILE.count("USER 65532:65532") == 2


class TestCompose:
    SERVICES = compose()["services"]

    def test_the_desk_has_all_settings_and_no_others(self) -> None:
        given = set(self.SERVICES["desk"]["environment"])
        assert given == NAMES - {"GIT_COMMIT"}  # which the image has

    def test_whatever_it_wants_is_explained(self) -> None:
        text = (ROOT / "compose.yaml").read_text("utf-8")
        assert set(re.findall(r"\$\{(\w+)", text)) <= EXAMPLE
        for service in self.SERVICES.values():
            given = service.get("environment", {})
            assert {name for name, value in given.items() if value is None} <= EXAMPLE | NAMES

    def test_only_the_proxy_can_be_reached_from_outside(self) -> None:
        assert [name for name, each in self.SERVICES.items() if "ports" in each] == ["proxy"]
        assert not any("network_mode" in each for each in self.SERVICES.values())

    def test_the_ports_of_the_host_lead_to_the_public_ones_of_the_proxy(self) -> None:
        """The proxy's own 443 and 80 have Supabase behind them."""
        caddyfile = (ROOT / "hosts" / "Caddyfile").read_text("utf-8")
        ports = dict(re.findall(r"(https?)_port (\d+)", caddyfile))
        assert self.SERVICES["proxy"]["ports"] == [
            f"80:{ports['http']}",
            f"443:{ports['https']}",
        ]

    def test_the_proxy_knows_the_others_by_their_names_and_ports(self) -> None:
        caddyfile = (ROOT / "hosts" / "Caddyfile").read_text("utf-8")
        upstreams = set(re.findall(r"reverse_proxy (\w+):(\d+)", caddyfile))
        assert upstreams == {("desk", "8080"), ("rest", "3000"), ("storage", "5000")}
        assert {name for name, _ in upstreams} <= set(self.SERVICES)
        assert "ENV PORT=8080" in DOCKERFILE
        assert "supabase" in self.SERVICES["proxy"]["networks"]["default"]["aliases"]

    def test_every_image_is_pinned(self) -> None:
        for name, each in self.SERVICES.items():
            assert "build" in each or re.fullmatch(r"\S+:v?\d+\S*", each["image"]), name

    def test_every_file_that_is_mounted_is_there(self) -> None:
        mounted = [
            volume.split(":")[0] for each in self.SERVICES.values() for volume in each.get("volumes", [])
        ]
        files = [name for name in mounted if name.startswith("./")]
        assert len(files) == 3
        assert all((ROOT / name).is_file() for name in files)
        assert {name for name in mounted if name not in files} == set(compose()["volumes"])


class TestService:
    def test_it_is_for_this_machine_only_and_has_no_rights(self) -> None:
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.optionxform = str  # type: ignore[assignment,method-assign]
        unit.read(ROOT / "hosts" / "mostrador.service")
        service = unit["Service"]
        assert "--host 127.0.0.1 --port 8080" in service["ExecStart"]
        assert "proxy_pass http://127.0.0.1:8080;" in (ROOT / "hosts" / "nginx.conf").read_text("utf-8")
        assert service["DynamicUser"] == "yes"


def printed_commands() -> list[tuple[str, str]]:
    """Every line that starts the desk, in what is printed for people."""
    found = [
        (file.name, line)
        for file in (*ROOT.glob("README*.md"), *ROOT.glob("docs/*.md"))
        for line in file.read_text("utf-8").splitlines()
        if re.search(r"functions-framework.* --target|docker run .*-p", line)
    ]
    assert found
    return found


@pytest.mark.parametrize(("file", "line"), printed_commands())
def test_what_the_docs_start_listens_on_this_machine_only(file: str, line: str) -> None:
    assert "--host 127.0.0.1" in line or "-p 127.0.0.1:" in line


PAGES = ((ROOT / "docs" / name).read_text("utf-8") for name in ("deploy.md", "deploy.es.md"))
ENGLISH, SPANISH = PAGES


def commands(page: str) -> list[str]:
    """The lines of the page's code, without comments."""
    blocks = re.findall(r"(?ms)^ *```\w+\n(.*?)^ *```", page)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def test_both_languages_print_the_same_commands() -> None:
    assert len(commands(ENGLISH)) > 20
    assert commands(ENGLISH) == commands(SPANISH)


def test_every_file_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"\b(?:hosts/[\w.-]+|compose\.yaml|render\.yaml|requirements-ops\.txt)", ENGLISH))
    assert len(named) == 6
    assert {name for name in named if not (ROOT / name).is_file()} == set()


def test_every_command_of_ops_that_the_page_prints_is_one() -> None:
    said = re.findall(r"(?:python -m ops|run --rm ops|mostrador-ops) ([a-z]+)", "\n".join(commands(ENGLISH)))
    assert set(said) >= {"migrate", "keys", "webhook", "templates", "doctor"}
    assert [name for name in set(said) if run_ops(name, "--help").code] == []
