#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make G.729A of samples: g729_encode.py SAMPLES FILE, with SAMPLES 16-bit little-endian mono at 8 kHz.

A program of its own, because libbcg729 is under the GPL and the rest of this project is not.
"""

import ctypes
import sys
from pathlib import Path

FRAME_SAMPLES, FRAME_BYTES = 80, 10


def main() -> None:
    samples, file = (Path(name) for name in sys.argv[1:])
    library = ctypes.CDLL("libbcg729.so.0")
    library.initBcg729EncoderChannel.restype = ctypes.c_void_p
    channel = ctypes.c_void_p(library.initBcg729EncoderChannel(0))  # 0: no voice activity detection
    size, frame = ctypes.c_uint8(), ctypes.create_string_buffer(FRAME_BYTES)
    with samples.open("rb") as source, file.open("wb") as made:
        while piece := source.read(FRAME_SAMPLES * 2):
            library.bcg729Encoder(channel, piece.ljust(FRAME_SAMPLES * 2, b"\0"), frame, ctypes.byref(size))
            made.write(frame.raw[: size.value])


main()
