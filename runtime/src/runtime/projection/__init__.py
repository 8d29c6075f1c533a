"""The read side of a log: follow it, apply its entries to rows, and know how far the rows have come."""
