"""Streams over a stranger's archive that give up in time: at so many bytes, seconds, or so much memory."""

from __future__ import annotations

import io
import lzma
import tarfile
import time
import zipfile
from typing import Any, BinaryIO

CHUNK = 64 * 1024
DICTIONARY = 256 * 1024**2  # bytes that unpacking may take; xz -9 takes 65 MiB, a forged header 4 GiB


class Patient(io.RawIOBase):
    """A file that ends in an error once reading it took too long, whatever is unpacked from it."""

    def __init__(self, stream: io.RawIOBase, seconds: float) -> None:
        self._stream = stream
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def readable(self) -> bool:
        """Return that this file can be read."""
        return True

    def seekable(self) -> bool:
        """Return that this file can be read anywhere."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place."""
        return self._stream.seek(offset, whence)

    def readinto(self, buffer: Any, /) -> int | None:
        """Read what fits."""
        if time.monotonic() > self._end:
            raise tarfile.ReadError(f"it takes more than {self._seconds:g} s to read")
        return self._stream.readinto(buffer)


class Directory:
    """A zip file whose directory may not be larger than so much: zipfile reads all of it at once."""

    def __init__(self, stream: BinaryIO, most: int) -> None:
        self._stream = stream
        self._most = most
        self.is_read = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def read(self, size: int = -1, /) -> bytes:
        """Return up to so many bytes."""
        if not self.is_read and size > self._most:
            raise zipfile.BadZipFile("it lists more files than it may hold")
        return self._stream.read(size)


class Measured(io.RawIOBase):
    """A stream that ends in an error after so many bytes: what unpacks into far more is never unpacked."""

    def __init__(self, stream: BinaryIO | io.IOBase, most: int) -> None:
        self._stream = stream
        self._left = most

    def readable(self) -> bool:
        """Return that this stream can be read."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Return up to so many bytes."""
        data: bytes = self._stream.read(min(size, self._left + 1) if size >= 0 else self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise tarfile.ReadError("it unpacks into more than it may hold")
        return data


class Unxz(io.RawIOBase):
    """What an xz file unpacks into; unlike in LZMAFile, it cannot ask for any amount of memory."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._part = lzma.LZMADecompressor(lzma.FORMAT_XZ, DICTIONARY)

    def readable(self) -> bool:
        """Return that this stream can be read."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Return up to so many bytes; none at the end."""
        while True:
            data = b""
            if self._part.eof:
                data = self._part.unused_data.lstrip(b"\0") or self._stream.read(CHUNK).lstrip(b"\0")
                if not data:
                    return b""
                self._part = lzma.LZMADecompressor(lzma.FORMAT_XZ, DICTIONARY)
            elif self._part.needs_input:
                data = self._stream.read(CHUNK)
                if not data:
                    raise EOFError("it is cut off")
            data = self._part.decompress(data, size)
            if data:
                return data
