"""The worker's blobs and its row, on real storage protocols; and that the function app reads that row."""

from __future__ import annotations

import uuid

import pytest
from azure.data.tables.aio import TableClient
from azure.storage.blob.aio import ContainerClient

from media.registry import WORKERS, WorkerRow
from media_worker.azure_staging import AzureStaging
from media_worker.recording import block_id, recover
from media_worker.registration import Registration
from media_worker.settings import SettingsWrong, WorkerSettings
from media_worker.wav import samples
from storage import Row


async def test_what_another_process_staged_is_recovered_from_blob_storage(azurite: str) -> None:
    async with ContainerClient.from_connection_string(azurite, f"c{uuid.uuid4().hex}") as container:
        await container.create_container()
        staging, name = AzureStaging(container), "recordings/s-1/1/mixed.0.wav"
        for number in (0, 1, 3):  # one in between is lost
            await staging.stage(name, block_id(number), bytes([number + 1]) * 320_000)
        [segment] = await recover(AzureStaging(container), "s-1")
        assert segment.seconds == 40.0
        sound = samples(await staging.read(name))
        assert [sound[at * 320_000] for at in range(4)] == [1, 2, 0, 4]
        assert await recover(staging, "s-1") == []


async def test_the_function_app_reads_the_row_that_the_worker_writes(azurite: str, bench) -> None:
    await bench.create("s-1")
    async with TableClient.from_connection_string(azurite, f"t{uuid.uuid4().hex}") as table:
        await table.create_table()
        registration = Registration(bench.worker, table, control_url="https://w:8443", facts={"library": "1"})
        await registration.beat()
        bench.worker.drain()
        await registration.beat()
        entity = dict(await table.get_entity(WORKERS, bench.worker.worker_id))
        row = WorkerRow.of(Row(partition=WORKERS, row=entity.pop("RowKey"), values=entity, etag="e"))
        assert (row.state, row.reserved, row.boot_id) == ("draining", 1, bench.worker.boot_id)
        assert row.free(bench.now()) == 0


def test_a_setting_that_is_missing_or_wrong_is_named() -> None:
    with pytest.raises(SettingsWrong, match="MEDIA_WORKER_ID is missing"):
        WorkerSettings.from_mapping({})
    required = ("worker_id", "bot_app_id", "tenant_id", "identity_client_id", "storage_account", "service_fqdn")
    given = {
        f"MEDIA_{name.upper()}": "x" for name in (*required, "certificate_thumbprint", "tls_certificate", "tls_key")
    }
    with pytest.raises(SettingsWrong, match="MEDIA_FUNCTIONS_URL must be https"):
        WorkerSettings.from_mapping({**given, "MEDIA_FUNCTIONS_URL": "http://app"})
    with pytest.raises(SettingsWrong, match="MEDIA_CAPACITY must be"):
        WorkerSettings.from_mapping({**given, "MEDIA_FUNCTIONS_URL": "https://app", "MEDIA_CAPACITY": "many"})
    assert WorkerSettings.from_mapping({**given, "MEDIA_FUNCTIONS_URL": "https://app"}).health_port == 9080
