"""CLI: parse, call one function, print."""
