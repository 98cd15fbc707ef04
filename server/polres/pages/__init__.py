"""The duty desk's pages and the machine addresses, one module a noun, each with its routes."""
