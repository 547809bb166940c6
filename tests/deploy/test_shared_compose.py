"""The files that several machines are set up with, read as their programs read them."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
import yaml

from pincite.ingest.cluster.address import Cluster
from tests.deploy.dockerfile import ROOT
from tests.deploy.test_files import assert_known

FOLDER = ROOT / "deploy" / "shared"
_KEYS = ("SCHEDULER", "WORKER", "CLIENT")


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    loaded = yaml.safe_load((FOLDER / "compose.yaml").read_text())
    found: dict[str, dict[str, Any]] = loaded["services"]
    return found


@pytest.fixture(scope="module")
def proxy() -> str:
    return (FOLDER / "Caddyfile").read_text()


def test_there_is_a_store_a_scheduler_two_workers_two_servers_and_a_proxy(
    services: dict[str, dict[str, Any]],
) -> None:
    assert {"store", "scheduler", "worker", "server1", "server2", "proxy"} <= services.keys()
    assert services["worker"]["deploy"]["replicas"] == 2


def test_the_proxy_alone_is_reached_from_outside(services: dict[str, dict[str, Any]]) -> None:
    assert [name for name, one in services.items() if "ports" in one] == ["proxy"]
    outside = {name for name, one in services.items() if "outside" in one.get("networks", ())}
    assert outside == {"server1", "server2", "proxy"}


def test_the_commands_are_ones_that_pincite_has(services: dict[str, dict[str, Any]]) -> None:
    for name in ("server1", "server2", "ingest"):
        assert_known(shlex.split(services[name]["command"]))
    assert "--auth" in services["server1"]["command"]


def test_scheduler_and_workers_speak_tls_and_have_their_keys(
    services: dict[str, dict[str, Any]],
) -> None:
    address = "tls://scheduler:8786"
    assert address in services["worker"]["command"]
    assert services["ingest"]["command"].endswith(f"--cluster {Cluster.of(address)}")
    assert "--protocol tls --port 8786" in services["scheduler"]["command"]
    for name in ("scheduler", "worker", "ingest"):
        one = services[name]
        for who in _KEYS:
            key = one["environment"][f"DASK_DISTRIBUTED__COMM__TLS__{who}__KEY"]
            assert key in services["keys"]["command"]
        assert "keys:/keys:ro" in one["volumes"]
        assert one["environment"]["DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION"] == "true"


def test_all_have_the_same_library_in_the_bucket_that_is_made(
    services: dict[str, dict[str, Any]],
) -> None:
    having = [one for one in services.values() if "PINCITE_LIBRARY" in one.get("environment", {})]
    (library,) = {one["environment"]["PINCITE_LIBRARY"] for one in having}
    bucket = re.fullmatch(r"s3://(\w+)/\w+", library)
    assert bucket
    assert f"s3.bucket.create -name {bucket[1]}" in services["bucket"]["command"]
    (endpoint,) = {one["environment"]["AWS_ENDPOINT"] for one in having}
    assert endpoint == "http://store:8333"
    assert "-s3.port=8333" in services["store"]["command"]


def test_no_secret_stands_in_the_file() -> None:
    text = (FOLDER / "compose.yaml").read_text()
    for value in re.findall(r"AWS_(?:SECRET_)?ACCESS_KEY(?:_ID)?: (.*)", text):
        assert value.startswith("${STORE_")


def test_the_folder_of_documents_is_at_the_same_path_for_all_who_read_it(
    services: dict[str, dict[str, Any]],
) -> None:
    mounts = {name: services[name]["volumes"][1] for name in ("worker", "ingest")}
    assert len(set(mounts.values())) == 1
    assert mounts["worker"].endswith(":/files:ro")


def test_a_browser_stays_with_its_server_and_a_dead_server_is_left_out(proxy: str) -> None:
    assert "reverse_proxy server1:7860 server2:7860 {" in proxy
    assert re.search(r"lb_policy cookie \w+", proxy)
    assert "health_uri /api/v1/health" in proxy


def test_a_volume_is_there_for_each_mount(services: dict[str, dict[str, Any]]) -> None:
    loaded = yaml.safe_load((FOLDER / "compose.yaml").read_text())
    named = {
        mount.split(":")[0]
        for one in services.values()
        for mount in one.get("volumes", ())
        if mount[0] not in "./$"
    }
    assert named == set(loaded["volumes"])
