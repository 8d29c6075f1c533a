"""The tables of audio: what follows from the log, and where bytes lie that do not."""

from runtime.postgres.read_side import ReadSide

READ_SIDE = ReadSide("audio", "audio.adapters.postgres", lock=0x41_55_44, positions={"position": ("partition",)})
CHANNEL = "audio_jobs"
"""NOTIFY channel; the payload is a partition."""
BLOBS = "audio_private.blobs"
"""Recordings and files, where no other store is named."""
