"""The store: what a node keeps of its chain, in SQLite by default or in any database that SQLAlchemy reaches by URL."""
