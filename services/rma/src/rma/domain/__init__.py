"""The rules of RMA cases, pure: no clock, no I/O, no randomness."""
