"""What a backup holds: the segments of each partition, in order, with their digests."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from runtime.kafka import Partition

MANIFEST = "manifest.json"


class BackupWrong(ValueError):  # noqa: N818 - states the world
    """The backup is not whole, or is none; the message says what is wrong with it."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Segment(_Part):
    """One file: records from offset `first` to offset `last`."""

    name: str
    first: Annotated[int, Field(ge=0)]
    last: Annotated[int, Field(ge=0)]
    records: Annotated[int, Field(ge=1)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class PartitionBackup(_Part):
    """A partition up to `next_offset`. `is_gapless` where nothing is ever compacted away."""

    topic: str
    number: Annotated[int, Field(ge=0)]
    is_gapless: bool
    next_offset: Annotated[int, Field(ge=0)] = 0
    segments: tuple[Segment, ...] = ()

    @property
    def partition(self) -> Partition:
        return Partition(self.topic, self.number)

    @property
    def records(self) -> int:
        return sum(segment.records for segment in self.segments)


class Manifest(_Part):
    """A backup, as its newest run left it."""

    format: Literal[1] = 1
    taken: str
    partitions: tuple[PartitionBackup, ...] = ()

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Raises BackupWrong."""
        try:
            return cls.model_validate_json(content)
        except ValidationError as error:
            raise BackupWrong(f"{MANIFEST} is no manifest of format 1: {error.errors()[0]['msg']}") from None

    def of(self, partition: Partition) -> PartitionBackup | None:
        return next((one for one in self.partitions if one.partition == partition), None)

    def names(self) -> set[str]:
        return {segment.name for partition in self.partitions for segment in partition.segments}

    def content(self) -> bytes:
        return (self.model_dump_json(indent=1) + "\n").encode()
