"""G.726 at 40 kbit/s: g726_at_40 LIBRARY encode|decode high|low FROM TO, samples 16-bit little-endian mono at 8 kHz.

At this rate ffmpeg leaks the zeros of the predictor by 2^-8, as ITU-T G.726 (UPB) has it for the lower ones, and not
by 2^-9: only ffmpeg understands what it makes. spandsp does as the standard says. It is under the LGPL-2.1 and loaded
by this program alone, which runs as a confined child.
"""

import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

GROUP_SAMPLES, GROUP_BYTES = 8, 5
"""The least that fills whole bytes: nothing is left in the coder between two pieces."""
_PIECE_GROUPS = 1024
_BIT_RATE, _LINEAR = 40_000, 0
_PACKINGS = {"high": 1, "low": 2}
"""Which bits of a byte come first, as spandsp numbers them."""


def main() -> None:
    library, work, order, source, made = sys.argv[1:]
    spandsp = ctypes.CDLL(library)
    spandsp.g726_init.restype = ctypes.c_void_p
    state = ctypes.c_void_p(spandsp.g726_init(None, _BIT_RATE, _LINEAR, _PACKINGS[order]))
    done = {"encode": _encoded, "decode": _decoded}[work]
    with Path(source).open("rb") as read, Path(made).open("wb") as written:
        written.writelines(done(spandsp, state, read))


def _encoded(spandsp: ctypes.CDLL, state: ctypes.c_void_p, samples: BinaryIO) -> Iterator[bytes]:
    """The last byte is filled up with silence."""
    codes = ctypes.create_string_buffer(_PIECE_GROUPS * GROUP_BYTES)
    while piece := samples.read(_PIECE_GROUPS * GROUP_SAMPLES * 2):
        count = len(piece) // 2
        whole = -(-count // GROUP_SAMPLES) * GROUP_SAMPLES
        spandsp.g726_encode(state, codes, piece.ljust(whole * 2, b"\0"), whole)
        yield codes.raw[: -(-count * GROUP_BYTES // GROUP_SAMPLES)]


def _decoded(spandsp: ctypes.CDLL, state: ctypes.c_void_p, codes: BinaryIO) -> Iterator[bytes]:
    samples = ctypes.create_string_buffer(_PIECE_GROUPS * GROUP_SAMPLES * 2)
    while piece := codes.read(_PIECE_GROUPS * GROUP_BYTES):
        count = spandsp.g726_decode(state, samples, piece, len(piece))
        yield samples.raw[: count * 2]


if __name__ == "__main__":
    main()
