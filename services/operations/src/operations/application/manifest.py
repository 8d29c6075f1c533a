"""What a backup holds: the segments of each partition, in order, with their digests."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from runtime.kafka import Partition

MANIFEST = "manifest.json"


class BackupWrong(ValueError):  # noqa: N818 - states the world
    """The backup is not whole, or is none; the message says what is wrong with it."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def segment_name(partition: Partition, first: int, last: int) -> str:
    """The file of a partition's records from offset `first` to `last`, below the backup."""
    return f"{partition.topic}/{partition.number}/{first:020}-{last:020}.jsonl.gz"


class Segment(_Part):
    """One file: records from offset `first` to offset `last`."""

    name: str
    first: Annotated[int, Field(ge=0)]
    last: Annotated[int, Field(ge=0)]
    records: Annotated[int, Field(ge=1)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class PartitionBackup(_Part):
    """A partition up to `next_offset`. `is_gapless` where nothing is ever compacted away."""

    topic: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,248}$")]
    number: Annotated[int, Field(ge=0)]
    is_gapless: bool
    next_offset: Annotated[int, Field(ge=0)] = 0
    segments: tuple[Segment, ...] = ()

    @model_validator(mode="after")
    def _has_files_of_its_own(self) -> Self:
        """A manifest that somebody else wrote names no file outside of the backup."""
        for one in self.segments:
            if one.name != segment_name(self.partition, one.first, one.last):
                raise ValueError(f"{one.name!r} is no segment of {self.topic}/{self.number}")
        return self

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
