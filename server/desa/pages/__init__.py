"""The village pages, one module a noun, each with its routes."""
