"""The unit of work: tables, one repository per noun, and migrations, on SQLite or PostgreSQL."""
