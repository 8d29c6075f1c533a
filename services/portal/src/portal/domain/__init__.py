"""What of the portal needs no I/O: passwords, patience with wrong ones, and addresses that may be followed."""
