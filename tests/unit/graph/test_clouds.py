"""What national clouds have and lack, and that nothing is sent which a cloud has not."""

from __future__ import annotations

import httpx
import pytest
from request_examples import made

from graph.client import GraphClient
from graph.clouds import CHINA, CLOUDS, DOD, GCC_HIGH, GLOBAL, Cloud, cloud_of
from graph.errors import NotOffered
from graph.permissions import PERMISSIONS
from graph.requests import AddLargeGalleryView, MuteSelf, PlayPrompt, SendDtmfTones

NOT_IN_GOVERNMENT = {
    *("sendDtmfTones", "addLargeGalleryView", "listContentSharingSessions", "getContentSharingSession"),
    *("listAudioRoutingGroups", "getAudioRoutingGroup", "createAudioRoutingGroup", "updateAudioRoutingGroup"),
    "deleteAudioRoutingGroup",
}


def test_what_each_cloud_lacks() -> None:
    assert GLOBAL.lacks == frozenset()
    assert GCC_HIGH.lacks == DOD.lacks == NOT_IN_GOVERNMENT
    assert CHINA.lacks == {row.action for row in PERMISSIONS}


def test_graphs_roots_are_all_different() -> None:
    assert len({cloud.graph_root for cloud in CLOUDS}) == len({cloud.name for cloud in CLOUDS}) == len(CLOUDS)
    for cloud in CLOUDS:
        for address in (cloud.graph_root, cloud.login_authority, cloud.portal):
            assert address.startswith("https://")


@pytest.mark.parametrize("cloud", CLOUDS, ids=lambda cloud: cloud.name)
def test_a_cloud_is_known_by_its_addresses(cloud: Cloud) -> None:
    assert cloud_of(cloud.graph_root) is cloud
    shared = cloud_of(cloud.login_authority)
    assert shared is not None
    assert shared.login_authority == cloud.login_authority


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8080/v1.0", "https://graph.microsoft.com.example.test", "", "nonsense"]
)
def test_any_other_address_is_no_cloud(address: str) -> None:
    assert cloud_of(address) is None


async def send(base_url: str, kind: type) -> list[httpx.Request]:
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    async def token(tenant_id: str, *, refused: str | None = None) -> str:
        return "t"

    async def sleep(seconds: float) -> None:
        raise AssertionError("nothing to wait for")

    async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as http:
        client = GraphClient(http, base_url, token, now=lambda: 0.0, sleep=sleep)
        try:
            await client.send(made(kind), "t", budget_s=5.0)
        except NotOffered as failure:
            assert failure.status == 501
            assert kind.name() in str(failure)
            assert not seen
    return seen


@pytest.mark.parametrize("cloud", [GCC_HIGH, DOD])
@pytest.mark.parametrize("kind", [SendDtmfTones, AddLargeGalleryView])
async def test_what_a_cloud_lacks_is_refused_unsent(cloud: Cloud, kind: type) -> None:
    assert await send(cloud.graph_root, kind) == []


@pytest.mark.parametrize("cloud", [GCC_HIGH, DOD, GLOBAL])
@pytest.mark.parametrize("kind", [PlayPrompt, MuteSelf])
async def test_what_a_cloud_has_is_sent(cloud: Cloud, kind: type) -> None:
    (request,) = await send(cloud.graph_root, kind)
    assert str(request.url).startswith(cloud.graph_root)


async def test_a_simulator_is_sent_everything() -> None:
    assert len(await send("http://127.0.0.1:8080/v1.0", SendDtmfTones)) == 1
