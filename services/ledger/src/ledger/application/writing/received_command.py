"""A command as the ledger's writer has it: read, and with what its proof has shown."""

from contracts.commands import CommandRecord
from runtime.senders import ReceivedCommand as Received

ReceivedCommand = Received[CommandRecord]
