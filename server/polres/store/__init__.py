"""The Polres' tables: schema, engine, and every statement that touches them."""
