"""The local stack: a broker, a database and every process of the system, for developing and for the tests."""
