"""What the system meets from outside, as programs: devices, partners, the vendor's staff, an issuer of tokens."""

from pathlib import Path

STATE = Path(__file__).resolve().parents[1] / ".state"
"""The local stack's state folder: what is kept there by default are its keys and boxes."""
