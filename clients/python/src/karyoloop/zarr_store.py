from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

from zarr.abc.store import ByteRequest, OffsetByteRequest, RangeByteRequest, Store, SuffixByteRequest

from .errors import KaryoloopError
from .transport import Transport


class ServerStore(Store):
    """One array of a Karyoloop server as a store of zarr-python 3. Read only."""

    supports_writes = False
    supports_deletes = False
    supports_listing = False
    supports_partial_writes = False

    def __init__(self, transport: Transport, path: str) -> None:
        super().__init__(read_only=True)
        self._transport = transport
        self._path = path

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ServerStore) and (other._transport, other._path) == (self._transport, self._path)

    def _part(self, key: str) -> bytes | None:
        """None too for names that no array of the server has, which zarr-python asks for."""
        try:
            return self._transport.part(f"{self._path}/{key}")
        except KaryoloopError as error:
            if error.status == 404:
                return None
            raise

    async def get(self, key: str, prototype: Any, byte_range: ByteRequest | None = None) -> Any:
        content = await asyncio.to_thread(self._part, key)
        if content is None:
            return None
        if isinstance(byte_range, RangeByteRequest):
            content = content[byte_range.start : byte_range.end]
        elif isinstance(byte_range, OffsetByteRequest):
            content = content[byte_range.offset :]
        elif isinstance(byte_range, SuffixByteRequest):
            content = content[-byte_range.suffix :]
        return prototype.buffer.from_bytes(content)

    async def get_partial_values(self, prototype: Any, key_ranges: Iterable[tuple[str, ByteRequest | None]]) -> list[Any]:
        return [await self.get(key, prototype, byte_range) for key, byte_range in key_ranges]

    async def exists(self, key: str) -> bool:
        return await asyncio.to_thread(self._part, key) is not None

    async def set(self, key: str, value: Any) -> None:
        raise NotImplementedError("the arrays of a server are read only")

    async def delete(self, key: str) -> None:
        raise NotImplementedError("the arrays of a server are read only")

    async def set_partial_values(self, key_start_values: Any) -> None:
        raise NotImplementedError("the arrays of a server are read only")

    async def list(self) -> AsyncIterator[str]:
        raise NotImplementedError("chunks are not listed")
        yield ""

    async def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        raise NotImplementedError("chunks are not listed")
        yield ""

    async def list_dir(self, prefix: str) -> AsyncIterator[str]:
        raise NotImplementedError("chunks are not listed")
        yield ""
